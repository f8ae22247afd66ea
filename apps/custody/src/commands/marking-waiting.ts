/**
 * `custody marking ls`: what waits for an approver of the caller's agency, as the server says of each event by itself (`approval`): nothing is weighed here,
 * and nobody is told more. The list of the audit is for auditors and admins, and an admin it is who approves.
 */
import type { AuditRow, AuditView, EventAnswer } from '#lib/contracts';
import type { Handling } from '#lib/domain';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { policyOf } from './people.ts';
import { printable } from './printable.ts';

/** Of markings, of retractions and of corrections: each of these is read by itself. */
const LOOKED_MAX = 500;
const PAGE_ROWS = 500;

const ASKING = ['marking', 'retraction', 'correction'] as const;
type Asking = (typeof ASKING)[number];

export interface WaitingMarking {
  /** Of the marking, or of the retraction or correction of one. */
  readonly id: string;
  readonly kind: Asking;
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
  const { actor } = await policyOf(client);
  const look = new Look(client, actor.agency);
  const found: WaitingMarking[] = [];
  let more = false;
  for (const kind of ASKING) {
    const looked = await look.rows(kind);
    more ||= looked.more;
    for (const row of looked.rows) {
      const asks = await look.asks(row, kind);
      if (asks !== null) found.push({ ...asks, own: row.principal === actor.principal });
    }
  }
  found.sort((a, b) => b.logIndex - a.logIndex);
  printList(options, { waiting: found }, found, FORMS);
  if (options.json !== true && found.length === 0) note(options, `Nothing of ${actor.agency} waits for an approver.`);
  if (more) note(options, `Looked at the newest ${LOOKED_MAX} markings, retractions and corrections each: there are more.`);
  return EXIT.ok;
}

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

  /** What one would open; null: nothing, or not any more, or what it is about is not there. */
  async asks({ id, logIndex, principal }: AuditRow, kind: Asking): Promise<Omit<WaitingMarking, 'own'> | null> {
    const said = await this.#event(id);
    if (said === null || said.standing !== 'stands') return null;
    const marking = kind === 'marking' ? said : await this.#target(said);
    if (marking?.approval !== (kind === 'marking' ? 'awaited' : 'undoing-awaited')) return null;
    const target = await this.#target(marking);
    // What undoes a marking and is approved gives back what its target came in with at most.
    const asked = (kind === 'marking' ? marking.document.relations?.handling : target?.document.handling) as Handling | undefined;
    if (target === null || asked === undefined) return null;
    return { id, kind, principal, logIndex, target: target.id, now: target.handling, asked };
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
