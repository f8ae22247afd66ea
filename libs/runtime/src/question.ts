/** Asking what may be away: always an answer in time, and never a pile of questions that wait. */

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** A store that does not answer in this time is as good as away, and a probe must get its answer. */
export const ANSWER_TIMEOUT_MS = 2_000;
/** A question that got no answer at all (a cut line says nothing) is given up, and its connection with it, before the next is asked. */
const ABANDON_MS = 10_000;
/** Codes of the catalogue alone: messages of drivers and systems may quote anything. */
const CODE = /^[a-z]+(?:[.-][a-z]+)*$/;

/**
 * Asks when called; while an earlier question is still open, waits for that one instead: each holds a connection. Never rejects; at most
 * ANSWER_TIMEOUT_MS. `reason` is the code of the rejection, `no-answer` for silence, `unknown` for anything else.
 */
export function createQuestion<T>(ask: () => Promise<T>, now: () => number): () => Promise<Answer<T>> {
  let open: { readonly answer: Promise<Answer<T>>; readonly sinceMs: number } | undefined;
  const begin = (): Promise<Answer<T>> => {
    const answer = settled(ask);
    const mine = { answer, sinceMs: now() };
    open = mine;
    void answer.then(() => {
      if (open === mine) open = undefined;
    });
    return answer;
  };
  return async () => {
    const answer = open === undefined || now() - open.sinceMs > ABANDON_MS ? begin() : open.answer;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<Answer<T>>((resolve) => {
      timer = setTimeout(() => resolve({ ok: false, reason: 'no-answer' }), ANSWER_TIMEOUT_MS);
    });
    return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
  };
}

async function settled<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const { code } = (error ?? {}) as { code?: unknown };
    return { ok: false, reason: typeof code === 'string' && CODE.test(code) ? code : 'unknown' };
  }
}
