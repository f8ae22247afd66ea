/** Files that lie beside a case file and are cited by its lines: sent once each, after the lines, so that what is cited is held. */
import type { SightingDocument } from '#lib/contracts';
import type { CaseFile } from '../case-folder.ts';
import type { Client } from '../client.ts';
import { uploadFile } from '../evidence-client.ts';
import { CommandError } from '../exit-codes.ts';
import type { Patience } from '../patience.ts';

export interface ImportedEvidence {
  received: number;
  known: number;
  /** References behind which another file lies than the line cites by its hash. */
  readonly differing: string[];
  /** References of which it is not known whether the server has their file: the import broke off. */
  readonly open: string[];
  /** The server has no store of evidence. */
  unsupported: boolean;
}

export const noEvidence = (): ImportedEvidence => ({ received: 0, known: 0, differing: [], open: [], unsupported: false });

/** The files that lines name, by hash: those of a case, few beside its lines. */
export class CitedFiles {
  readonly #fileOf: (ref: string) => CaseFile | undefined;
  readonly #files = new Map<string, { readonly ref: string; readonly file: CaseFile }>();
  readonly #differing = new Set<string>();

  constructor(fileOf: (ref: string) => CaseFile | undefined) {
    this.#fileOf = fileOf;
  }

  /** @param body of a line that is in the ledger: its document as JSON */
  add(body: string): void {
    if (!body.includes('"evidence"')) return;
    for (const { sha256, ref } of (JSON.parse(body) as SightingDocument).evidence ?? []) {
      if (ref === undefined) continue;
      const file = this.#fileOf(ref);
      if (file === undefined) continue;
      if (file.sha256 !== sha256) this.#differing.add(ref);
      else if (!this.#files.has(sha256)) this.#files.set(sha256, { ref, file });
    }
  }

  /** The references of the files that `send` sends, in its order. */
  get refs(): string[] {
    return [...this.#files.values()].map(({ ref }) => ref);
  }

  /** One after the other: a case has few files, and a disk one head. Throws as the client does; what is not known to be in is `open` then. */
  async send(client: Client, sent: ImportedEvidence, patience: Patience): Promise<void> {
    sent.differing.push(...[...this.#differing].sort());
    sent.open.push(...this.refs);
    for (const { file } of this.#files.values()) {
      try {
        const { status } = await uploadFile(client, file, {}, patience);
        sent.open.shift();
        if (status === 'known') sent.known += 1;
        else sent.received += 1;
      } catch (error) {
        // The address is not there at all: a server without this role.
        if (!(error instanceof CommandError) || error.code !== 'not-found') throw error;
        sent.unsupported = true;
        sent.open.length = 0;
        return;
      }
    }
  }
}
