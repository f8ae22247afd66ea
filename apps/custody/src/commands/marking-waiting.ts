/**
 * `custody marking ls`: what waits for an approver of the caller's agency. Asked of the answers that he is given anyway, so that it tells nobody more; the
 * list of the audit is for auditors and admins, and an admin it is who approves.
 */
import type { AuditRow, AuditView, EventAnswer } from '#lib/contracts';
import { isNotWider, type Handling } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { policyOf } from './people.ts';
import { printable } from './printable.ts';

/** Of markings, of retractions and of acts: each of these is read by itself. */
const LOOKED_MAX = 500;
const PAGE_ROWS = 500;

export interface WaitingMarking {
  /** Of the marking, or of the retraction of one. */
  readonly id: string;
  readonly kind: 'marking' | 'retraction';
  readonly principal: string;
  readonly logIndex: number;
  /** Whose handling it would open. */
  readonly target: string;
  /** Of the target: in effect now, and as it would be by this. */
  readonly now: Handling;
  readonly asked: Handling;
  /** It is the caller's own: somebody else has to approve it. */
  readonly own: boolean;
}

export const FORMS: RowForms<WaitingMarking> = {
  columns: {
    id: ({ id }) => id,
    kind: ({ kind }) => kind,
    principal: ({ principal }) => principal,
    log_index: ({ logIndex }) => logIndex,
    target: ({ target }) => target,
    now: ({ now }) => now.tlp,
    asked: ({ asked }) => asked.tlp,
    own: ({ own }) => own,
  },
  text: (rows) => rows.map((row) => `${printable(lineOf(row))}\n`).join(''),
};

const lineOf = ({ id, kind, principal, logIndex, target, now, asked, own }: WaitingMarking): string =>
  `${id}  ${kind} by ${principal}, entry ${logIndex}  awaits approval  ${target}: TLP:${now.tlp} to TLP:${asked.tlp}${own ? '  (yours: another admin approves it)' : ''}`;

/** Throws CommandError for who may not list what was written. */
export async function waiting(client: Client, options: FormFlags & NoteFlags): Promise<ExitCode> {
  const { actor, flagged } = await policyOf(client);
  const look = new Look(client, actor.agency);
  const [markings, retractions, acts] = [await look.rows('marking'), await look.rows('retraction'), await look.rows('policy')];
  const approved = await look.approvals(acts.rows, new Set(flagged.map(({ logIndex }) => logIndex)));
  const found: WaitingMarking[] = [];
  for (const row of [...markings.rows, ...retractions.rows]) {
    if (approved.some(({ key, principal }) => key === keyOf(row.id, row.contentHash) && principal !== row.principal)) continue;
    const asks = await look.asks(row);
    if (asks !== null) found.push({ ...asks, own: row.principal === actor.principal });
  }
  found.sort((a, b) => b.logIndex - a.logIndex);
  printList(options, { waiting: found }, found, FORMS);
  if (options.json !== true && found.length === 0) note(options, `Nothing of ${actor.agency} waits for an approver.`);
  if (markings.more || retractions.more || acts.more)
    note(options, `Looked at the newest ${LOOKED_MAX} markings, retractions and acts: there are more.`);
  return EXIT.ok;
}

const keyOf = (id: string, sha256: string): string => `${id} ${sha256}`;

class Look {
  readonly #client: Client;
  readonly #agency: string;

  constructor(client: Client, agency: string) {
    this.#client = client;
    this.#agency = agency;
  }

  /** Of the own agency, the newest first. */
  async rows(action: string): Promise<{ readonly rows: readonly AuditRow[]; readonly more: boolean }> {
    const rows: AuditRow[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.#client.get<AuditView>('/v1/audit', { q: `action:${action}`, cursor, limit: String(PAGE_ROWS) });
      rows.push(...page.rows.filter(({ agency }) => agency === this.#agency));
      if (page.next === null || rows.length > LOOKED_MAX) return { rows: rows.slice(0, LOOKED_MAX), more: rows.length > LOOKED_MAX };
      cursor = page.next;
    }
  }

  /** What acts with effect approve, each with who did. */
  async approvals(
    acts: readonly AuditRow[],
    flagged: ReadonlySet<number>,
  ): Promise<readonly { readonly key: string; readonly principal: string }[]> {
    const found: { key: string; principal: string }[] = [];
    for (const { id, logIndex, principal } of acts) {
      if (flagged.has(logIndex)) continue;
      const act = (await this.#event(id))?.document.extension?.['policy'] as { act: string; marking?: string; sha256?: string } | undefined;
      if (act?.act === 'marking.approve') found.push({ key: keyOf(act.marking ?? '', act.sha256 ?? ''), principal });
    }
    return found;
  }

  /** What one would open; null: nothing, or not any more, or what it is about is not there. */
  async asks({ id, logIndex, principal, action }: AuditRow): Promise<Omit<WaitingMarking, 'own'> | null> {
    const said = await this.#event(id);
    if (said === null || said.standing !== 'stands') return null;
    const about = await this.#target(said);
    if (about === null) return null;
    const isRetraction = action === 'retraction';
    if (isRetraction && about.document.kind !== 'marking') return null;
    const target = isRetraction ? await this.#target(about) : about;
    if (target === null) return null;
    // A retraction that is approved gives back what it came in with at most.
    const asked = (isRetraction ? target.document.handling : said.document.relations?.handling) as Handling | undefined;
    const author = { agency: target.agency, principal: target.submittedBy.principal };
    if (asked === undefined || isNotWider(target.handling, asked, author)) return null;
    return { id, kind: isRetraction ? 'retraction' : 'marking', principal, logIndex, target: target.id, now: target.handling, asked };
  }

  /** Of the own agency alone: of another's events no word of it counts. */
  async #target({ document }: EventAnswer['event']): Promise<EventAnswer['event'] | null> {
    const target = document.relations?.target ?? '';
    const slash = target.indexOf('/');
    if (target === '' || (slash >= 0 && target.slice(0, slash) !== this.#agency)) return null;
    return this.#event(target.slice(slash + 1));
  }

  async #event(id: string): Promise<EventAnswer['event'] | null> {
    try {
      return (await this.#client.get<EventAnswer>(`/v1/events/${encodeURIComponent(id)}`, { agency: this.#agency })).event;
    } catch (error) {
      if (error instanceof CommandError && error.exitCode === EXIT.notFound) return null;
      throw error;
    }
  }
}
