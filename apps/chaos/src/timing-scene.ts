/**
 * What is timed: a server with events, items and evidence of one agency that are hidden from a reader of another, and names of the same form that
 * never were. The names are drawn alike, so that nothing but the server tells them apart.
 */
import { createHash } from 'node:crypto';
import type { SightingDocument, SubmittedRow } from '#lib/contracts';
import { PeopleServer } from './people-server.ts';
import type { Random } from './random.ts';
import { isAllSealed } from './sealing.ts';
import { until } from './wait.ts';

/**
 * By what a thing is hidden: `agency`, its reader groups, which the database keeps; `person`, shared with the reader's agency and naming another
 * person; `colleague`, of the reader's own agency and naming another person.
 */
export type Hiding = 'agency' | 'person' | 'colleague';
export const HIDINGS: readonly Hiding[] = ['agency', 'person', 'colleague'];

/** What can be asked for: of a name that never was, too. */
export interface Thing {
  /** Whose it is, or would be. */
  readonly agency: string;
  readonly id: string;
  readonly item: string;
  /** What search is asked for. */
  readonly text: string;
  /** Of the evidence that the event cites, hex. */
  readonly sha256: string;
}

export const READER = 'bolt/reader';

const AUTHORS: Readonly<Record<Hiding, string>> = { agency: 'acme/author', person: 'acme/author', colleague: 'bolt/author' };
const HANDLINGS: Readonly<Record<Hiding, SightingDocument['handling']>> = {
  agency: { tlp: 'AMBER' },
  person: { tlp: 'RED', agencies: ['bolt'], principals: ['bolt/author'] },
  colleague: { tlp: 'RED', principals: ['bolt/author'] },
};
/** As one person of another agency would send them. */
const UPLOADS_AT_ONCE = 8;
const EVIDENCE_LINES = 40;
const UPLOADED_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 180_000;
/** No look-alikes, which search folds. */
const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ23456789';
const NAME_LENGTH = 16;

export interface TimingScene {
  readonly server: PeopleServer;
  /** There, and hidden from the reader. */
  readonly hidden: Readonly<Record<Hiding, readonly Thing[]>>;
  /** One that is not there, and is of nobody else either. */
  missing(hiding: Hiding): Thing;
  close(): Promise<void>;
}

/** @param things of each kind */
export async function openTimingScene(options: {
  readonly folder: string;
  readonly program: string;
  readonly things: number;
  readonly random: Random;
  readonly note: (line: string) => void;
}): Promise<TimingScene> {
  const { folder, program, things, random, note } = options;
  const server = await PeopleServer.open({ folder, program });
  try {
    for (const who of ['acme/author', 'bolt/author', READER]) await server.addPerson(who);
    const made = (hiding: Hiding): readonly Thing[] => Array.from({ length: things }, () => thingOf(hiding, random));
    const hidden = { agency: made('agency'), person: made('person'), colleague: made('colleague') };
    for (const hiding of HIDINGS) await submitAll(server, hiding, hidden[hiding]);
    note(`${things} things hidden in each of ${HIDINGS.length} ways are submitted`);
    await settled(server, things * HIDINGS.length);
    note('all is sealed');
    return { server, hidden, missing: (hiding) => thingOf(hiding, random), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function thingOf(hiding: Hiding, random: Random): Thing {
  const name = (): string => Array.from({ length: NAME_LENGTH }, () => LETTERS[random.below(LETTERS.length)]).join('');
  const [id, text] = [name(), name()];
  const [agency = ''] = AUTHORS[hiding].split('/');
  return { agency, id, item: `serial:demo:${text}`, text, sha256: sha256Of(evidenceOf(id)) };
}

/** A text of some kilobytes. */
const evidenceOf = (id: string): Buffer => Buffer.from(`${id} was seen at the gate, and noted.\n`.repeat(EVIDENCE_LINES));
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function submitAll(server: PeopleServer, hiding: Hiding, things: readonly Thing[]): Promise<void> {
  const headers = server.headersOf(AUTHORS[hiding]);
  // Of his own agency's evidence nothing is hidden from him.
  const left = hiding === 'colleague' ? [] : [...things];
  const uploads = Array.from({ length: UPLOADS_AT_ONCE }, async () => {
    for (let thing = left.pop(); thing !== undefined; thing = left.pop()) await upload(server, headers, thing);
  });
  await Promise.all(uploads);
  const response = await fetch(`${server.base}/v1/events?onError=proceed`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: things.map((thing) => `${JSON.stringify(documentOf(hiding, thing))}\n`).join(''),
  });
  const rows = (await response.text()).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SubmittedRow]));
  const accepted = rows.filter(({ status }) => status === 'accepted').length;
  if (accepted !== things.length) throw new Error(`of ${things.length} events ${accepted} are accepted: ${JSON.stringify(rows.at(-1))}`);
}

/** Again where the database was too busy: it is kept once. */
async function upload({ base }: PeopleServer, headers: Readonly<Record<string, string>>, { id, sha256 }: Thing): Promise<void> {
  await until('evidence to be taken in', UPLOADED_WITHIN_MS, async () => {
    const response = await fetch(`${base}/v1/evidence/sha256/${sha256}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(evidenceOf(id)),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`evidence is answered ${response.status}: ${text}`);
    return true;
  });
}

const documentOf = (hiding: Hiding, { id, item, sha256 }: Thing): SightingDocument => ({
  id,
  kind: 'observation',
  handling: HANDLINGS[hiding],
  items: [{ id: item, role: 'subject' }],
  source: { kind: 'photo' },
  ...(hiding === 'colleague' ? {} : { evidence: [{ sha256 }] }),
});

/** All events are in the ledger and sealed, and the tables are as they are on a server that has run for a while: nothing of that falls into a measure. */
function settled(server: PeopleServer, events: number): Promise<unknown> {
  return server.withOwner(async (pool) => {
    const count = `select count(*)::integer as count from ledger.entries e where length(e.id) = ${NAME_LENGTH}`;
    const isThere = async (): Promise<boolean> => ((await pool.query<{ count: number }>(count)).rows[0]?.count ?? 0) >= events;
    await until('all events to be sealed', SETTLED_WITHIN_MS, async () => (await isThere()) && (await isAllSealed(pool)));
    await pool.query('vacuum analyze');
  });
}
