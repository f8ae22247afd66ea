/** Sightings as people of several agencies write them, drawn at random: of every label and audience, and some about earlier ones. */
import { canonicalize, sha256Hex } from '#lib/ledger';
import { container, ship, vin } from '../identifiers.ts';
import type { Random } from '../random.ts';
import type { Handling, Model, ModelEvent } from './model.ts';
import { AGENCIES, COMMUNITY, nameOf, type Act, type Person } from './world.ts';

const [CARS, CONTAINERS, SHIPS] = [60, 12, 4] as const;
/** 2019-01-01T00:00:00Z: what is reported of that year is recorded today. */
const EPOCH_MS = 1_546_300_800_000;
const MINUTE_MS = 60_000;
const MINUTES = 365 * 24 * 60;
const PLAIN: ReadonlySet<string> = new Set(['observation', 'statement', 'aggregation']);

/** A document, and what the model keeps of it. */
export interface Drawn {
  /** Canonical. */
  readonly text: string;
  readonly event: ModelEvent;
  readonly handling: Handling;
}

export const anyItem = (random: Random): string =>
  random.pick([
    () => vin(random.below(CARS)),
    () => vin(random.below(CARS)),
    () => container(random.below(CONTAINERS)),
    () => ship(random.below(SHIPS)),
  ])();

type Document = Readonly<Record<string, unknown>> & { readonly kind: string; readonly handling: Handling };

/** @param id of the event, which nobody has used */
export function made(document: Document, id: string, who: Person): Drawn {
  const text = canonicalize({ ...document, id } as never);
  const items = ((document['items'] ?? []) as readonly { id: string }[]).map((item) => item.id);
  const cited = ((document['evidence'] ?? []) as readonly { sha256: string }[]).map(({ sha256 }) => sha256);
  const event: ModelEvent = {
    ref: `${who.agency}/${id}`,
    id,
    agency: who.agency,
    principal: who.principal,
    kind: document.kind,
    items: [...new Set(items)],
    evidence: [...new Set(cited)],
    contentHash: sha256Hex(Buffer.from(text, 'utf8')),
    outcome: 'unknown',
    sent: Date.now(),
    logIndex: null,
  };
  return { text, event, handling: document.handling };
}

/** @param files that the agency has sent */
export function drawDocument(
  random: Random,
  model: Model,
  who: Person,
  id: string,
  files: readonly string[],
  earlier: readonly ModelEvent[],
): Drawn {
  const about = random.below(4) === 0 ? drawSpeaking(random, model, who, earlier) : null;
  const evidence = files.length > 0 && random.below(4) === 0 ? { evidence: [{ sha256: random.pick(files), locator: 'line:1' }] } : {};
  return made({ ...shared(random), ...(about ?? drawPlain(random)), handling: drawHandling(random, who), ...evidence }, id, who);
}

function shared(random: Random): Record<string, unknown> {
  const minute = `${new Date(EPOCH_MS + random.below(MINUTES) * MINUTE_MS).toISOString().slice(0, 16)}:00Z`;
  return {
    occurred: { from: minute, to: minute, precision: 'minute' },
    place: { unlocode: random.pick(['NLRTM', 'CNDLC', 'JPOSA', 'KRPUS']) },
    source: { kind: 'gate-record', family: 'trade', title: `Gate record ${random.word()}` },
    reported: { at: minute, by: 'duty officer' },
  };
}

function drawPlain(random: Random): Pick<Document, 'kind'> & Record<string, unknown> {
  const subject = { id: vin(random.below(CARS)), role: 'subject' };
  const inside = { id: container(random.below(CONTAINERS)), role: 'container' };
  const aboard = { id: ship(random.below(SHIPS)), role: 'background' };
  const drawn = random.below(4);
  if (drawn === 0) return { kind: 'aggregation', action: 'ADD', items: [subject, inside, aboard] };
  if (drawn === 1) return { kind: 'statement', statement: `A driver said so, note ${random.word()}.`, items: [subject] };
  return { kind: 'observation', items: random.below(2) === 0 ? [subject] : [{ id: anyItem(random), role: 'subject' }] };
}

/** Null: nothing is there that he could speak about. */
function drawSpeaking(
  random: Random,
  model: Model,
  who: Person,
  earlier: readonly ModelEvent[],
): (Pick<Document, 'kind'> & Record<string, unknown>) | null {
  if (earlier.length === 0) return null;
  const target = random.pick(earlier);
  if (!PLAIN.has(target.kind) || !model.isVisible(target, who, model.epoch)) return null;
  const isOwn = target.agency === who.agency;
  const kind = isOwn ? random.pick(['correction', 'retraction', 'correction']) : 'dispute';
  return {
    kind,
    ...(kind === 'correction' ? { as: 'observation' } : {}),
    items: target.items.map((id) => ({ id, role: 'subject' })),
    relations: { target: isOwn ? target.id : target.ref, reason: `Read again, note ${random.word()}.` },
  };
}

export function drawHandling(random: Random, { agency }: Person): Handling {
  const other = random.pick(AGENCIES.filter((each) => each !== agency));
  return random.pick<Handling>([
    { tlp: 'CLEAR' },
    { tlp: 'CLEAR' },
    { tlp: 'GREEN' },
    { tlp: 'GREEN' },
    { tlp: 'GREEN', community: COMMUNITY },
    { tlp: 'AMBER' },
    { tlp: 'AMBER', agencies: [other] },
    { tlp: 'AMBER', agencies: [other] },
    { tlp: 'AMBER+STRICT', agencies: [other] },
    { tlp: 'RED', principals: ['eva'] },
    { tlp: 'RED', agencies: [other], principals: ['max', `${agency}/eva`] },
  ]);
}

/** What is stricter than this, and takes nothing back: one of the ways in which an agency closes what it said. */
export function stricter(random: Random, held: Handling, { agency }: Pick<Person, 'agency'>): Handling | null {
  const other = random.pick(AGENCIES.filter((each) => each !== agency));
  const { tlp, agencies = [], community } = held;
  if (tlp === 'CLEAR') return random.pick<Handling>([{ tlp: 'GREEN' }, { tlp: 'AMBER', agencies: [other] }]);
  if (tlp === 'GREEN') return community === undefined ? { tlp: 'AMBER', agencies: [other] } : { tlp: 'AMBER' };
  if (tlp === 'AMBER') return agencies.length > 0 ? { tlp: 'AMBER' } : { tlp: 'RED', principals: ['eva'] };
  return null;
}

/** What the agency may open with a second person. */
export const wider = (random: Random, { tlp, agencies = [] }: Handling): Handling | null =>
  tlp === 'AMBER' && agencies.length === 0 ? random.pick<Handling>([{ tlp: 'GREEN' }, { tlp: 'CLEAR' }]) : null;

export const isPlain = ({ kind }: ModelEvent): boolean => PLAIN.has(kind);

/** One that opens lists no items: what it lists is in their lists before it is approved. @param own handling of the marking itself */
export const markingOf = (target: ModelEvent, handling: Handling, own: Handling, id: string, who: Person): Drawn =>
  made(
    {
      kind: 'marking',
      handling: own,
      source: { kind: 'handling', family: 'official' },
      ...(own === handling ? { items: target.items.map((item) => ({ id: item, role: 'background' })) } : {}),
      relations: { target: target.id, handling, reason: `said by ${nameOf(who)}` },
    },
    id,
    who,
  );

export const actOf = (act: Act, id: string, who: Person, handling: Handling = { tlp: 'AMBER' }): Drawn =>
  made({ kind: 'policy', handling, source: { kind: 'administration', family: 'official' }, extension: { policy: act } }, id, who);
