/** The ids of one file's lines: which line has an id first, and with what. */
import { createHash } from 'node:crypto';
import type { Fault } from '#lib/contracts';

interface FirstLine {
  readonly line: number;
  /** `undefined`: of a line that is rejected by itself. */
  readonly hash: string | undefined;
}

/**
 * Capture sees that an id is taken where the other line is in the ledger, or in the same request. Of two lines that are further apart, and on
 * their way at the same time, it would accept both, and one would become a conflict and no event: here the second is rejected however far apart
 * they are, and whichever of them is right. Held in memory: an id, a number and a short hash a line.
 */
export class LineIds {
  readonly #first = new Map<string, FirstLine>();

  /**
   * Lines in the order of the file. The fault of one whose id an earlier line has with other content; the same content again is the same line.
   * @param body what is sent of the line; `undefined`: it is rejected by itself, and has its id all the same
   */
  take(id: string, line: number, body: string | undefined): Fault | undefined {
    // Short enough to be a string of its own: a part of a longer one would keep that in memory.
    const hash = body === undefined ? undefined : createHash('sha256').update(body).digest('base64').slice(0, 12);
    const first = this.#first.get(id);
    if (first === undefined) this.#first.set(Buffer.from(id).toString(), { line, hash });
    if (first === undefined || hash === undefined || first.hash === hash) return undefined;
    const detail = `Line ${first.line} of the file, too, has the id ${id}, with other content: only one of them can be its record.`;
    return { code: 'event.id-conflict', pointer: '/id', detail };
  }
}
