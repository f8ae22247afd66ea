/**
 * From submitted bytes to the record of the event log: strict parse, validation, canonical bytes, field tree, commitment, header, MAC.
 * Pure but for the secret's random bytes; runs in worker threads (accept-worker.ts), because it is the expensive part of capture.
 */
import {
  type ErrorCode,
  type Fault,
  FAULTS_MAX,
  readSighting,
  submittedHeaders,
  validateDocument,
  type SightingDocument,
} from '#lib/contracts';
import { commit, encodeRecord, parseStrict, parseVerifierKey, randomSecret, recordMac, sha256Hex, type RecordHeader } from '#lib/ledger';
import { BREAKS_GLASS, formerCountryName, isNotWider, parsePlace, type ActorRole, type PolicyActText, type Sighting } from '#lib/domain';
import { uuidv7 } from '#lib/runtime';
import { derivedId } from './derived-id.ts';

export interface AcceptContext {
  readonly agency: string;
  readonly principal: string;
  /** What the submitter may do, by what he showed: acts of policy are an admin's, sightings a contributor's or investigator's. */
  readonly roles: readonly ActorRole[];
  /** Id of the key or session that he showed; absent: neither. */
  readonly shows?: string;
  /** RFC 3339 UTC, six decimals: capture's clock, a claim. */
  readonly captured: string;
  readonly publisherKey: Uint8Array;
  readonly requestId: string;
  /** It is the ledger's own writer of alerts, whom nobody else passes for; absent: it is not. */
  readonly raisesAlerts?: true;
  /** Absent: a document without an id gets a new one each time that it is sent. */
  readonly idempotencyKey?: string;
}

/** What the rest of capture needs to know of an accepted document without parsing it again. */
export interface AcceptedDocument {
  readonly ok: true;
  readonly id: string;
  readonly contentHash: string;
  readonly commitment: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Identifiers that the event concerns, sorted. */
  readonly items: readonly string[];
  /** Of a correction or retraction: who it is about, for the check that no item of the target is missing. */
  readonly target?: { readonly agency: string; readonly id: string };
  /** It says who may do what. */
  readonly isPolicy?: boolean;
  /** Why it may be no new event; absent: it may. */
  readonly lateFaults?: readonly Fault[];
}

export interface RefusedDocument {
  readonly ok: false;
  /** The document's own id where it could be read. */
  readonly id?: string;
  readonly faults: readonly Fault[];
}

export type Acceptance = AcceptedDocument | RefusedDocument;

/** In the order of the documents. @param firstRow place of the first one in its request, from 0 */
export function acceptDocuments(documents: readonly Uint8Array[], context: AcceptContext, firstRow: number): Acceptance[] {
  const { agency, principal, idempotencyKey } = context;
  return documents.map((bytes, index) => {
    const makeId = idempotencyKey === undefined ? uuidv7 : (): string => derivedId({ agency, principal, idempotencyKey }, firstRow + index);
    return acceptDocument(bytes, context, makeId);
  });
}

/**
 * Cost: about 60 µs for a document of 800 bytes with two items.
 * @param makeId gives an id for a document that has none
 */
export function acceptDocument(bytes: Uint8Array, context: AcceptContext, makeId: () => string): Acceptance {
  const parsed = parseStrict(bytes);
  if (!parsed.ok) {
    const { code, detail, offset, pointer } = parsed.fault;
    const place = offset !== undefined ? { offset } : { pointer: pointer ?? '' };
    return { ok: false, faults: [{ code: code as ErrorCode, detail, ...place }] };
  }
  const faults = validateDocument(parsed.value);
  if (faults.length > 0) return { ok: false, ...idOf(parsed.value), faults };
  const document = parsed.value as unknown as SightingDocument;
  const id = document.id ?? makeId();
  const { agency, principal, captured } = context;
  const read = readSighting(document, { agency, id, principal });
  const late = [...lateFaults(document), ...(read.ok ? openedItems(read.sighting) : [])];
  if (!read.ok) return { ok: false, id, faults: [...late, ...read.faults].slice(0, FAULTS_MAX) };
  const unfit =
    alertFault(read.sighting, context) ??
    roleFault(read.sighting, context.roles) ??
    emergencyFault(read.sighting, context.shows) ??
    submitterKeyFault(read.sighting);
  if (unfit !== undefined) return { ok: false, id, faults: [unfit] };

  const envelope = { agency, id, principal, captured };
  const secret = randomSecret();
  const header: RecordHeader = {
    agency,
    id,
    principal,
    captured,
    commitment: commit(envelope, document as never, secret),
    content: sha256Hex(parsed.canonical),
    secret: Buffer.from(secret).toString('hex'),
  };
  const value = encodeRecord(header, parsed.canonical);
  const { sighting } = read;
  const subject = sighting.items.find((item) => item.role === 'subject')?.id;
  const headers = {
    ...submittedHeaders({ agency, id, captured, requestId: context.requestId, ...(subject === undefined ? {} : { subject }) }),
    'custody-mac': recordMac(context.publisherKey, header, value),
  };
  const target = sighting.kind === 'correction' || sighting.kind === 'retraction' ? sighting.relations.target : undefined;
  return {
    ok: true,
    id,
    contentHash: header.content,
    commitment: header.commitment,
    key: subject ?? id,
    value,
    headers,
    items: [...new Set(sighting.items.map((item) => item.id))].sort(),
    ...(sighting.kind === 'policy' ? { isPolicy: true } : {}),
    ...(target === undefined ? {} : { target }),
    ...(late.length === 0 ? {} : { lateFaults: late.slice(0, FAULTS_MAX) }),
  };
}

/**
 * What version 1 of the document allows and capture took before: not in the schema, by which what is in the ledger is read. No client of
 * HTTP can ask for an event `.` or `..`: both are resolved away from its URL. A party's country is one, or was: records are older than codes.
 */
function lateFaults({ id, parties = [] }: SightingDocument): Fault[] {
  const faults: Fault[] = [];
  if (id === '.' || id === '..')
    faults.push({
      code: 'schema.pattern',
      pointer: '/id',
      detail: 'No URL can name an event of this id.',
      expected: 'another id than . and ..',
    });
  for (const [at, { country }] of parties.entries()) {
    const place = country === undefined || formerCountryName(country) !== undefined ? undefined : parsePlace({ country });
    if (place?.ok === false)
      faults.push({ code: place.code as ErrorCode, pointer: `/parties/${at}${place.pointer ?? ''}`, detail: place.detail });
  }
  return faults;
}

/**
 * What an event lists are leaves of the lists of all its reader groups, from its seal on and for ever: of a marking also of those that it would
 * open its target to, though they are shown nothing of it before somebody approved.
 */
function openedItems({ kind, agency, principal, handling, items, relations }: Sighting): Fault[] {
  const said = kind === 'marking' ? relations.handling : undefined;
  if (said === undefined || items.length === 0 || isNotWider(handling, said, { agency, principal })) return [];
  const detail =
    'The marking opens its target to more than may see the marking itself: by the items that it lists they would learn of it before it is approved.';
  return [{ code: 'marking.items', pointer: '/items', detail }];
}

/** Ids of alerts follow from what they say: whoever took one beforehand would keep his agency from being told. */
const ALERT_ID = /^alert:/;

function alertFault({ kind, id }: Sighting, { raisesAlerts }: AcceptContext): Fault | undefined {
  if (raisesAlerts === true || (kind !== 'alert' && !ALERT_ID.test(id))) return undefined;
  const pointer = kind === 'alert' ? '/kind' : '/id';
  return { code: 'alert.reserved', pointer, detail: 'Alerts are raised by the ledger itself, when a watch is met.' };
}

const CONTRIBUTES: readonly ActorRole[] = ['contributor', 'investigator'];
const ADMINISTERS: readonly ActorRole[] = ['admin'];

/**
 * What a key's scopes leave out, nobody does with it. Whether the author had the authority for the act is judged anew at its log position; the
 * scopes of the key that he used are known here alone.
 */
function roleFault({ kind, extension }: Sighting, roles: readonly ActorRole[]): Fault | undefined {
  const act = kind === 'policy' ? (extension?.['policy'] as PolicyActText).act : undefined;
  const needed = act === undefined ? CONTRIBUTES : act.startsWith('break-glass.') ? BREAKS_GLASS : ADMINISTERS;
  if (needed.some((role) => roles.includes(role))) return undefined;
  const pointer = act === undefined ? '/kind' : '/extension/policy/act';
  return { code: 'auth.forbidden', pointer, detail: `This needs one of the roles ${needed.join(', ')}.`, expected: needed.join(', ') };
}

/** An emergency is for the key or session by which it is declared: what that is stands in the log, and is known here alone. */
function emergencyFault({ kind, extension }: Sighting, shows: string | undefined): Fault | undefined {
  const { act, key } = kind === 'policy' ? (extension?.['policy'] as PolicyActText) : {};
  if (act !== 'break-glass.open' || key === shows) return undefined;
  const expected = shows === undefined ? 'no member `key`' : shows;
  const detail =
    shows === undefined
      ? 'The request comes by no key and no session: there is none that the emergency could be for.'
      : 'An emergency is declared for the key or session by which the request comes, and names it.';
  return { code: 'auth.forbidden', pointer: '/extension/policy/key', detail, expected };
}

/** A key of small order signs for everybody: it must not come to be an agency's. The fold of the policy judges the same. */
function submitterKeyFault({ kind, extension }: Sighting): Fault | undefined {
  const { act, vkey = '' } = kind === 'policy' ? (extension?.['policy'] as PolicyActText) : {};
  if (act !== 'submitter-key.add') return undefined;
  const key = parseVerifierKey(vkey, 'submitter');
  if (key.ok) return undefined;
  const expected = 'name+id+base64 of a byte 1 and an Ed25519 public key';
  return { code: 'policy.submitter-key', pointer: '/extension/policy/vkey', detail: `The key is refused: ${key.fault.detail}.`, expected };
}

function idOf(value: unknown): { id?: string } {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}
