/** One line on stderr that says how far, how fast and how long still; silent where nobody watches. */

const REDRAW_MS = 200;

export interface Progress {
  update(done: number): void;
  finish(): void;
}

/**
 * @param total units in all, where known
 */
export function progressBar(label: string, total: number | undefined, wanted = true): Progress {
  const stream = process.stderr;
  if (!wanted || !stream.isTTY) return { update: () => undefined, finish: () => undefined };
  const started = performance.now();
  let drawn = 0;
  const draw = (done: number, now: number): void => {
    const seconds = Math.max((now - started) / 1000, 0.001);
    const rate = done / seconds;
    const parts = [`${label} ${group(done)}`];
    if (total !== undefined && total > 0) parts[0] += ` of ${group(total)} (${Math.floor((100 * done) / total)} %)`;
    parts.push(`${group(Math.round(rate))}/s`);
    if (total !== undefined && rate > 0) parts.push(`ETA ${duration((total - done) / rate)}`);
    stream.write(`\r\u001b[2K${parts.join('  ')}`);
  };
  return {
    update(done) {
      const now = performance.now();
      if (now - drawn < REDRAW_MS) return;
      drawn = now;
      draw(done, now);
    },
    finish() {
      stream.write('\r\u001b[2K');
    },
  };
}

/** 1 234 567: thin groups of three, as ISO 31-0 writes numbers. */
export function group(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`;
}
