/** Questions that name something, for whoever may not see it: once with the name of what is there, once with one that never was, of the same length. */
import { canonicalize, sha256Hex } from '#lib/ledger';
import { canary } from './canaries.contract.ts';
import type { Answer, Question } from './question.contract.ts';
import type { Told } from './told-case.contract.ts';

/** What a question may name. */
export interface Names {
  readonly owner: string;
  readonly id: string;
  readonly item: string;
  readonly alias: string;
  readonly sha256: string;
  readonly cited: string;
  readonly contentHash: string;
  readonly batch: string;
  readonly case: string;
  readonly session: string;
  /** Of the access log, and of the dead letters. */
  readonly read: string;
  readonly letter: string;
  readonly person: string;
}

export type Asked = Pick<Question, 'path' | 'method' | 'headers' | 'body'>;
export type Route = (of: Names) => readonly Asked[];

const neverHash = (of: string): string => sha256Hex(Buffer.from(`never: ${of}`));

/** Of the same agency: an agency that is not there is another question. */
export const neverOf = (owner: string): Names => ({
  owner,
  id: canary('an event that never was'),
  item: `serial:demo:PILE${canary('an item that never was')}`,
  alias: `STATED${canary('a name that never was')}`,
  sha256: neverHash('sha256'),
  cited: neverHash('cited'),
  contentHash: neverHash('content'),
  batch: canary('an import that never was'),
  case: canary('a case that never was'),
  session: 'never0000000',
  read: '999999',
  letter: '9',
  person: canary('a person who never was'),
});

export const namesOf = (
  { owner, id, item, alias, evidence, cited, contentHash }: Told,
  more: Pick<Names, 'batch' | 'case' | 'session' | 'read' | 'letter' | 'person'>,
): Names => ({
  ...{ owner, id, item, alias, cited, contentHash, sha256: evidence.sha256 },
  ...more,
});

const get = (path: string): Asked => ({ path });
/** As a browser asks that has something, and as one that wants no body. */
const inAllWays = (path: string): Asked[] => [get(path), { path, method: 'HEAD' }, { path, headers: { 'if-none-match': '*' } }];
/** Of one time, also as of what was reported. */
const atTimes = (path: string): Asked[] =>
  ['at=2026-01-05', 'at=2026-01-05T12:00:00Z', 'at=2026-01-05&asOf=reported:2026-06-01'].map((of) => get(`${path}?${of}`));
const post = (path: string, document: object): Asked => ({
  path,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: canonicalize(document as never),
});
const audit = (q: string): Asked => get(`/v1/audit?q=${encodeURIComponent(q)}`);
const draft = (id: string, more: object): object => ({ id, handling: { tlp: 'AMBER' }, source: { kind: 'tip' }, ...more });

/** By operation. Audits first: of what was asked later by a colleague there may be records. */
export const NAMING: Readonly<Record<string, Route>> = {
  listAudit: (of) => [
    ...[`item:${of.item}`, `evidence:${of.cited}`, `evidence:${of.sha256}`, `batch:${of.owner}/${of.batch}`, `batch:${of.batch}`].map(
      audit,
    ),
    audit(`actor:${of.owner}/${of.person}`),
  ],
  getEvent: (of) => [
    ...inAllWays(`/v1/events/${of.id}?agency=${of.owner}`),
    ...['', '?explain=1', '?asOf=log:80', '?asOf=reported:2026-06-01'].map((more) => get(`/v1/events/${of.id}${more}`)),
  ],
  getCase: (of) => [
    ...inAllWays(`/v1/cases/${of.case}?agency=${of.owner}`),
    ...['', '?asOf=log:80', '?asOf=reported:2027-06-01', '?limit=1'].map((more) => get(`/v1/cases/${of.case}${more}`)),
  ],
  getItem: (of) => [
    ...inAllWays(`/v1/items/${of.item}`),
    get(`/v1/items/${of.item}?explain=1`),
    ...atTimes(`/v1/items/${of.item}`),
    get(`/v1/items/${of.item}?asOf=log:80`),
  ],
  getTimeline: (of) => [
    ...inAllWays(`/v1/items/${of.item}/timeline`),
    get(`/v1/items/${of.item}/timeline?explain=1&limit=1`),
    ...atTimes(`/v1/items/${of.item}/timeline`),
  ],
  getJourney: (of) => [...inAllWays(`/v1/items/${of.item}/journey`), ...atTimes(`/v1/items/${of.item}/journey`)],
  diffItem: (of) =>
    ['from=log:0', 'from=reported:2026-01-01&to=reported:2026-06-01'].map((points) => get(`/v1/items/${of.item}/diff?${points}`)),
  search: (of) => [of.item, of.alias, of.item.slice(-9), of.id].map((q) => get(`/v1/search?q=${q}`)),
  searchSightings: (of) =>
    [of.alias, of.id, of.person].flatMap((word) => [
      get(`/v1/search/sightings?text=${word}`),
      get(`/v1/search/sightings?party=${word}&since=2026`),
    ]),
  findPatterns: (of) => ['paths', 'carriers', 'parties'].map((kind) => get(`/v1/search/patterns?of=${kind}&text=${of.alias}`)),
  streamEvents: (of) => [get(`/v1/stream?until=now&since=start&item=${of.item}`)],
  proveItem: (of) => [get(`/v1/items/${of.item}/proof?events=true&inclusion=true`)],
  proveEvent: (of) => [...inAllWays(`/v1/events/${of.id}/proof?agency=${of.owner}`), get(`/v1/events/${of.id}/proof?open=place`)],
  proveRead: (of) => [get(`/v1/audit/reads/${of.read}/proof`)],
  getReceipt: (of) => [
    ...inAllWays(`/v1/receipts/${of.owner}/${of.id}`),
    get(`/v1/receipts/${of.owner}/${of.id}?content=${of.contentHash}`),
    get(`/v1/receipts/delta/${of.id}`),
  ],
  submitEvents: (of) => [
    post('/v1/events?dryRun=true', draft(of.id, { kind: 'statement', statement: 'x' })),
    ...['correction', 'retraction', 'dispute'].map((kind) =>
      post('/v1/events?dryRun=true', draft('speaks-about-it', { kind, relations: { target: `${of.owner}/${of.id}` } })),
    ),
    post('/v1/events?dryRun=true', draft('cites-it', { kind: 'statement', statement: 'x', evidence: [{ sha256: of.sha256 }] })),
  ],
  getEvidence: (of) => [
    ...inAllWays(`/v1/evidence/sha256/${of.sha256}`),
    { path: `/v1/evidence/sha256/${of.sha256}`, headers: { range: 'bytes=0-1' } },
  ],
  headEvidence: (of) => [{ path: `/v1/evidence/sha256/${of.sha256}`, method: 'HEAD' }],
  viewEvidence: (of) => [get(`/v1/evidence/sha256/${of.sha256}/view?locator=line:2`)],
  getCustody: (of) => [of.sha256, of.cited].map((hash) => get(`/v1/evidence/sha256/${hash}/custody`)),
  putEvidence: (of) => [
    { path: `/v1/evidence/sha256/${of.sha256}`, method: 'PUT', headers: { 'content-range': 'bytes 5-9/40' }, body: 'xxxxx' },
  ],
  getDeadLetter: (of) => [get(`/v1/dead-letters/${of.letter}`)],
  retryDeadLetter: (of) => [{ path: `/v1/dead-letters/${of.letter}/retry`, method: 'POST' }],
  endSession: (of) => [{ path: `/v1/sessions/${of.session}`, method: 'DELETE' }],
};

/** What names nothing that is somebody's. */
export const NAMELESS: readonly string[] = ['getTile', 'getMapLinks', 'problemPage', 'sightingSchema'];

/**
 * An answer without what was asked for, what names this one request, and the hash of it all. Of a proof of absence also without the neighbours in the map, which
 * follow from the name that was asked for as the map's keys do.
 */
export function withoutNames(operation: string, { head, body }: Answer, { body: sent }: Asked, of: Names): string {
  const named = (text: string): string => {
    let shown = text;
    if (sent !== undefined) shown = shown.replaceAll(sha256Hex(Buffer.from(sent)), 'HASH OF WHAT WAS SENT');
    for (const [name, value] of Object.entries(of)) for (const form of formsOf(value)) shown = shown.replaceAll(form, name.toUpperCase());
    return shown.replaceAll(BASE64URL, questionless);
  };
  const volatile = operation === 'proveItem' ? /^(?:date|request-id|etag|content-length):.*\n?/gm : /^(?:date|request-id|etag):.*\n?/gm;
  const text = body.toString('latin1').replace(/"requestId":"[^"]*"/, '"requestId":"ID"');
  const shown = operation === 'proveItem' ? text.replace(/"map":(?:"[^"]*"|\[[^\]]*\]|\{[^}]*\})/g, '"map":"MAP"') : text;
  // Numbers are as long as they are: the length of an address that is told back is not that of what is told.
  const isNumbered = operation === 'proveRead';
  const lengthless = isNumbered ? head.replace(/^content-length:.*$/m, '') : head;
  const numberless = isNumbered ? shown.replace(/reads\/\d+\//, 'reads/N/') : shown.replace(/dead-letters\/\d/, 'dead-letters/N');
  return `${named(lengthless.replaceAll(volatile, ''))}\n\n${named(numberless)}`;
}

/** Shorter texts stand everywhere. */
const LENGTH_MIN = 9;
/** As it is asked for, in an address, as people read it, and the end of it. */
const formsOf = (value: string): string[] =>
  value.length < LENGTH_MIN
    ? []
    : [
        value,
        encodeURIComponent(value),
        value.replace('serial:demo:', 'demo serial '),
        value.replace('serial:', ''),
        value.replace('serial:demo:', ''),
        value.slice(-LENGTH_MIN),
      ];
const BASE64URL = /[A-Za-z0-9_-]{20,}/g;

/** A cursor is bound to its question, which has the name in it. */
function questionless(run: string): string {
  const text = Buffer.from(run, 'base64url').toString('utf8');
  return /^\[1,"[0-9a-f]{16}",.*\]$/.test(text) ? text.replace(/"[0-9a-f]{16}"/, 'QUESTION') : run;
}
