/** A small ledger of which an agency withholds something, and servers that lie about that: for suites. */
import type { HandlingText } from '#lib/domain';
import type { JsonObject, JsonValue } from './json-value.ts';
import { BOX, CAR, LedgerWorld, OTHER_CAR, type Wanted, type WorldEvent } from './ledger-world.contract.ts';
import { openSlots } from './opening.ts';
import { encodeProofDocument, openingJson, type EventPart, type ProofDocument } from './proof-document.ts';
import type { Question } from './proof-question.ts';
import type { ProofRuleName } from './proof-rules.ts';
import { WITHHOLDS, withholdingJson } from './withholding.ts';

/** Of an agency that loses what is GREEN and handed to others. */
export const LOSER_GROUPS = ['agency:acme', 'clear', 'green'];
export const LOSES: Question = { item: CAR, groups: LOSER_GROUPS, allEvents: true, inclusion: true };
/** To whom it is handed. */
export const TO_BOLT: HandlingText = { tlp: 'AMBER', agencies: ['bolt'] };

/** The slots that every opening opens, and no other. */
export const leastOpening = ({ envelope, document, secret }: WorldEvent): JsonValue => openingJson(openSlots(envelope, document, secret));

/** As a member of `extension`. */
export const withholds = (
  event: WorldEvent,
  more: Partial<{ index: bigint; commitment: string; opening: JsonValue }> = {},
): JsonObject => ({
  [WITHHOLDS]: withholdingJson({ index: event.index, commitment: event.commitment, opening: leastOpening(event), ...more }),
});

/** A word for all agencies about the car. */
const word = (kind: string, relations: JsonObject, more: JsonObject = {}): JsonObject => ({
  kind,
  handling: { tlp: 'GREEN' },
  source: { kind: 'handling' },
  items: [BOX, CAR].map((id) => ({ id, role: 'background' })),
  relations,
  ...more,
});
/** That an event is handed to others from now on, told to those who lose it. */
export const markingOf = (target: WorldEvent, handling: HandlingText = TO_BOLT, more: JsonObject = {}): JsonObject =>
  word(
    'marking',
    { target: target.envelope.id, handling: handling as unknown as JsonObject, reason: 'asked for' },
    { extension: withholds(target), ...more },
  );
export const retractionOf = (target: WorldEvent): JsonObject => word('retraction', { target: target.envelope.id });

/** A part of a document that opens so much of a word as a reader of the car is shown. */
export function inPart(
  log: LedgerWorld,
  event: WorldEvent,
  slots: readonly ('relations' | 'extension')[] = ['relations', 'extension'],
): EventPart {
  const items = (event.document['items'] as readonly JsonObject[]).flatMap(({ id }, n) => (id === CAR ? [n] : []));
  const opening = openingJson(openSlots(event.envelope, event.document, event.secret, { slots, elements: { items } }));
  return { ...log.part(event, true, false), shown: { opening } };
}

/** All about the car but what is hidden; words about handlings as far as readers of the car are shown them. */
export function proofWithout(log: LedgerWorld, hidden: readonly WorldEvent[], wanted: Wanted = {}): ProofDocument {
  const document = log.prove(CAR, { groups: LOSER_GROUPS, ...wanted });
  const shown = document.events.filter(({ index }) => !hidden.some((event) => event.index === index));
  const partOf = (part: EventPart): EventPart => {
    const event = log.events.find(({ index }) => index === part.index) as WorldEvent;
    return event.document['kind'] === 'marking' ? inPart(log, event) : part;
  };
  return { ...document, events: shown.map(partOf) };
}

/** Two sightings for all agencies, and what somebody says of handlings behind them. */
export function told<Said extends readonly WorldEvent[]>(
  say: (log: LedgerWorld, target: WorldEvent, other: WorldEvent) => Said,
): { readonly log: LedgerWorld; readonly target: WorldEvent; readonly other: WorldEvent; readonly said: Said } {
  const log = new LedgerWorld().begin();
  log.add([CAR]);
  const target = log.add([CAR, BOX], 'GREEN', { statement: 'withheld later' });
  const other = log.add([CAR], 'GREEN');
  const said = say(log, target, other);
  log.seal();
  return { log, target, other, said };
}

/** An honest one. */
export const withheldWorld = () => told((log, target) => [log.say(markingOf(target), { principal: 'eva' })] as const);

export interface WithheldLie {
  readonly bytes: Uint8Array;
  readonly question: Question;
}
type World = ReturnType<typeof told<readonly WorldEvent[]>>;
/** A server that hides the target and shows all the rest. */
const hiding = (world: World, more: readonly WorldEvent[] = []): WithheldLie => ({
  bytes: encodeProofDocument(proofWithout(world.log, [world.target, ...more])),
  question: LOSES,
});
const saying = (...said: readonly ((target: WorldEvent, other: WorldEvent) => readonly [JsonObject, { agency?: string }?])[]): World =>
  told((log, target, other) => said.map((say) => log.say(...say(target, other))));

/** Of the opening of an event one that says another agency of it. */
function disowned(event: WorldEvent, agency: string): JsonValue {
  const opening = JSON.parse(JSON.stringify(leastOpening(event))) as { slots: { slot: number; value: { agency: string } }[] };
  for (const { slot, value } of opening.slots) if (slot === 0) value.agency = agency;
  return opening as unknown as JsonValue;
}

/** Whatever the marking does, one more event is shown that says nothing of its relations. */
function withUntold(kind: 'retraction' | 'marking'): WithheldLie {
  const world = told((log, target) => {
    const marking = log.say(markingOf(target));
    return [marking, log.say(kind === 'retraction' ? retractionOf(marking) : markingOf(target, { tlp: 'GREEN' }, { extension: {} }))];
  });
  const document = proofWithout(world.log, [world.target]);
  const untold = world.said[1] as WorldEvent;
  const events = document.events.map((part) => (part.index === untold.index ? inPart(world.log, untold, []) : part));
  return { bytes: encodeProofDocument({ ...document, events }), question: LOSES };
}

/** A marking that stands in no list that is shown, beside the honest lists. */
function unlisted({ log, target }: Pick<World, 'log' | 'target'>, marking: WorldEvent, more: Partial<EventPart> = {}): WithheldLie {
  const document = proofWithout(log, [target, marking]);
  const { index, commitment, envelope, secret, content } = marking;
  const part: EventPart = { index, commitment, inclusion: null, shown: { envelope, secret, content }, ...more };
  return {
    bytes: encodeProofDocument({ ...document, events: [...document.events, part] }),
    // Where its place under the head cannot be shown, nobody asks for places.
    question: part.inclusion === null ? { ...LOSES, inclusion: false } : LOSES,
  };
}

/** What hides an event behind a marking that does not count, and the check that alone refuses it. */
export const WITHHELD_LIES: readonly (readonly [says: string, rule: ProofRuleName, lie: () => WithheldLie])[] = [
  ['a marking whose retraction stands in what is not shown of the list', 'withheldOfWhole', retractedBehindTheStretch],
  [
    'an event of another kind that says the same',
    'withheldByMarking',
    () => hiding(saying((target) => [markingOf(target, TO_BOLT, { kind: 'statement', statement: 'withheld' })])),
  ],
  ['another event behind the marking of this one', 'withheldNamed', anotherLeaf],
  [
    'a marking of another agency, with a forged opening',
    'withheldOpened',
    () =>
      hiding(
        saying((target) => [
          markingOf(target, TO_BOLT, { extension: withholds(target, { opening: disowned(target, 'mallory') }) }),
          { agency: 'mallory' },
        ]),
      ),
  ],
  [
    'a marking of another agency',
    'withheldOwn',
    () =>
      hiding(
        saying((target) => [
          markingOf(target, TO_BOLT, { relations: { target: `local/${target.envelope.id}`, handling: TO_BOLT as never } }),
          { agency: 'mallory' },
        ]),
      ),
  ],
  [
    'a marking of another event',
    'withheldTarget',
    () => hiding(saying((target, other) => [markingOf(other, TO_BOLT, { extension: withholds(target) })])),
  ],
  ['a marking of a marking of a marking, which counts for nothing', 'withheldOnce', tooDeep],
  [
    'a marking that opens it, and may wait for its approval',
    'withheldNarrower',
    () => hiding(saying((target) => [markingOf(target, { tlp: 'CLEAR' })])),
  ],
  [
    'a marking that hands it to the agency which asks',
    'withheldNarrower',
    () => hiding(saying((target) => [markingOf(target, { tlp: 'AMBER', agencies: ['acme'] })])),
  ],
  [
    'a marking to persons, to whoever does not say who he is',
    'withheldNarrower',
    () => hiding(saying((target) => [markingOf(target, { tlp: 'RED', agencies: ['acme'], principals: ['acme/ann'] })])),
  ],
  ['a marking that was retracted, whether or not that was approved', 'withheldStands', () => undone(false)],
  ['a marking that was corrected', 'withheldStands', () => undone(true)],
  ['a marking beside a retraction of which is not shown what of', 'withheldStands', () => withUntold('retraction')],
  ['a marking behind which another hands the event back', 'withheldLast', handedBack],
  ['a marking beside another that does not show what it says', 'withheldLast', () => withUntold('marking')],
  ['a marking whose retraction is withheld as well', 'withheldNoWord', retractionWithheld],
  ['a marking that stands in the list of another item', 'eventListed', inAnotherList],
  ['a marking behind what the seal covers', 'eventListed', behindTheLists],
  ['a marking later than the head', 'eventListed', laterThanTheHead],
];

function retractedBehindTheStretch(): WithheldLie {
  const { log, target, said } = told((made, of) => [made.say(retractionOf(made.say(markingOf(of))))] as const);
  const [retraction] = said;
  const stretch = { from: 0, to: 3 };
  return {
    bytes: encodeProofDocument(proofWithout(log, [target, retraction], { groups: ['green'], ...stretch })),
    question: { ...LOSES, groups: ['green'], stretch: { from: 0n, to: 3n } },
  };
}

function anotherLeaf(): WithheldLie {
  const { log, other } = told((made, target, hidden) => [
    made.say(markingOf(target, TO_BOLT, { extension: withholds(target, { index: hidden.index }) })),
  ]);
  return { bytes: encodeProofDocument(proofWithout(log, [other])), question: LOSES };
}

function tooDeep(): WithheldLie {
  const { log, said } = told((made, target) => {
    const second = made.say(
      markingOf(made.say(markingOf(target, { tlp: 'GREEN' }, { extension: {} })), { tlp: 'GREEN' }, { extension: {} }),
    );
    return [second, made.say(markingOf(second))] as const;
  });
  return { bytes: encodeProofDocument(proofWithout(log, [said[0]])), question: LOSES };
}

function undone(isCorrection: boolean): WithheldLie {
  return hiding(
    told((log, target) => {
      const marking = log.say(markingOf(target));
      const retraction = retractionOf(marking);
      return [marking, log.say(isCorrection ? { ...retraction, kind: 'correction', as: 'marking' } : retraction)];
    }),
  );
}

function handedBack(): WithheldLie {
  return hiding(
    told((log, target) => [
      log.say(markingOf(target), { captured: '2026-01-01T00:00:02.000000Z' }),
      log.say(markingOf(target, { tlp: 'GREEN' }, { extension: {} }), { captured: '2026-01-01T00:00:03.000000Z' }),
    ]),
  );
}

function retractionWithheld(): WithheldLie {
  const world = told((log, target) => {
    const marking = log.say(markingOf(target));
    const retraction = log.say(retractionOf(marking));
    return [retraction, log.say(markingOf(retraction))];
  });
  return hiding(world, world.said.slice(0, 1));
}

function inAnotherList(): WithheldLie {
  const world = told((log, target) => [log.say(markingOf(target, TO_BOLT, { items: [{ id: OTHER_CAR, role: 'background' }] }))]);
  const marking = world.said[0] as WorldEvent;
  return unlisted(world, marking, { inclusion: world.log.inclusion(Number(marking.index)) });
}

function behindTheLists(): WithheldLie {
  const log = new LedgerWorld().begin();
  const target = log.add([CAR], 'GREEN');
  log.seal();
  const marking = log.say(markingOf(target));
  log.lies.covers = marking.index;
  log.seal('2026-01-01T00:00:02.000000Z', () => true);
  return unlisted({ log, target }, marking, { inclusion: log.inclusion(Number(marking.index)) });
}

function laterThanTheHead(): WithheldLie {
  const world = told(() => []);
  return unlisted(world, world.log.say(markingOf(world.target)));
}
