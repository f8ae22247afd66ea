/** An export of more than the memory that it is given: the built program, against a server whose ledger has no end but this one. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCustody, temporaryFolder } from '../../test-process.ts';

/** Of the program's heap, against EVENTS x TEXT of lines; a start of the program alone needs about 20 MB. */
const HEAP_MB = 64;
const EVENTS = 2_000;
const TEXT = 64 * 1024;

/** The last first, so that nothing comes out before all of it is there. */
const eventOf = (n: number): object => ({
  id: `e-${String(n).padStart(6, '0')}`,
  agency: 'local',
  document: {
    kind: 'statement',
    handling: { tlp: 'GREEN' },
    source: { kind: 'photo' },
    statement: `${n} ${'x'.repeat(TEXT)}`,
    reported: { at: new Date(Date.UTC(2019, 0, 1) - n * 1_000).toISOString() },
  },
});

it('goes out in order, line by line, in a heap that could not hold it', async () => {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://here').searchParams;
    const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
    const to = Math.min(from + limit, EVENTS);
    const events = Array.from({ length: to - from }, (_, n) => eventOf(from + n));
    response.end(JSON.stringify({ events, next: to < EVENTS ? String(to) : null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = temporaryFolder();
  try {
    const path = join(folder.path, 'case.jsonl');
    const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await runCustody(['export', '-o', path, '--server', url], env);
    expect([code, stderr]).toEqual([0, `2 000 lines written to ${path}\n`]);
    const text = readFileSync(path, 'latin1');
    expect(text.length).toBeGreaterThan(1.5 * HEAP_MB * 1024 * 1024);
    const ids = [...text.matchAll(/^\{"id":"(e-\d+)"/gm)].map(([, id]) => id);
    expect(ids).toHaveLength(EVENTS);
    expect(ids).toEqual([...ids].sort().reverse());
  } finally {
    server.close();
    folder.remove();
  }
}, 120_000);

it('is more than that heap holds: a program that keeps the lines ends for want of memory', () => {
  const keeps = `const kept = []; for (let n = 0; n < ${EVENTS}; n++) kept.push(Buffer.alloc(${TEXT}, 120).toString('latin1'));`;
  const { status, stderr } = spawnSync(process.execPath, [`--max-old-space-size=${HEAP_MB}`, '-e', keeps], { encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stderr).toContain('heap out of memory');
}, 60_000);
