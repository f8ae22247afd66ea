/** Cases that a generator draws from a seed, held against the answers that it knows itself: as known now, and as known before. */
import type { JsonObject } from '#lib/contracts';
import { asReported, caseWorld, type CaseWorld, knownOf, lookIn } from './cases.contract.ts';
import { dateTime, Draw, PORTS } from './generated/draw.contract.ts';
import { type Key, keyOf, namersOf, Unclear } from './generated/key.contract.ts';
import { type GeneratedCase, generateCase } from './generated/world.contract.ts';
import type { GeneratedRecord } from './generated/records.contract.ts';
import { carriersOf, type Fix, JOURNEY_RULES, type Journey, journeyOf, knownAround, type Leg } from './index.ts';

const SEED = Number(process.env['CASES_SEED'] ?? 20_180_614);
const COUNT = Number(process.env['CASES_COUNT'] ?? 1_000);

const ITEMS_BEFORE = 2;

const refOf = (fix: Fix): string => ('entry' in fix ? fix.entry.sighting.id : `${fix.position.track.sighting.id}#${fix.position.line}`);
const chainText = (chain: readonly { loading: string; carrier: string; endings: readonly string[] }[]): string[] =>
  chain.map(({ loading, carrier, endings }) => `${loading} ${carrier} ${endings.join('|')}`);

/** Comparable text of one answer: of ours with the one ending that it names, where the key allows several. */
function ofKey({ legs, observed, inherited, last, inWhat, rings }: Key) {
  return {
    legs: legs.map(({ chain, starts, ends, isOpen, gives }) => [chainText(chain), starts, ends, isOpen, gives.toSorted()]).sort(byText),
    observed: observed.toSorted(),
    inherited: inherited.toSorted(),
    last: last?.at,
    inWhat,
    rings: rings.toSorted(),
  };
}

function ofJourney({ legs, placings, last, inWhat, rings }: Journey, key: Key) {
  return {
    legs: legs.map((leg) => legText(leg, key)).sort(byText),
    observed: placings.flatMap(({ fix, leg }) => (leg === undefined ? [refOf(fix)] : [])).sort(),
    inherited: placings.flatMap(({ fix, leg }) => (leg === undefined ? [] : [refOf(fix)])).sort(),
    last: last?.fix.span.starts ?? undefined,
    inWhat: inWhat.map(({ carrier }) => carrier),
    rings: rings.map((names) => names.join(' ')).sort(),
  };
}

function legText({ chain, span, isOpen, fixes }: Leg, key: Key) {
  const allowed = new Map(key.legs.flatMap((leg) => leg.chain).map((each) => [each.loading, each.endings]));
  const ours = chain.map(({ loading, carrier, ending }) => {
    const [id, kind] = [loading.sighting.id, ending?.kind];
    const several = allowed.get(id) ?? [];
    const endings = kind === undefined ? [] : several.includes(kind) ? several : [kind];
    return { loading: id, carrier, endings };
  });
  return [chainText(ours), span.starts, span.ends, isOpen, fixes.map(refOf).sort()];
}
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

async function journey(item: string, world: CaseWorld, rules = JOURNEY_RULES): Promise<Journey> {
  return journeyOf(item, await knownAround(item, lookIn(world), carriersOf), PORTS, rules);
}

/** What is known of the case: all of it, the first so many lines of it, or what was reported by some time. */
function knowledgeOf({ log, files, number }: GeneratedCase): { name: string; records: readonly GeneratedRecord[]; world: CaseWorld }[] {
  const draw = new Draw(number);
  const all = caseWorld(
    log.map(({ line }) => line as JsonObject),
    files,
  );
  const [size, reported] = [draw.between(1, log.length), draw.one(log).reported];
  return [
    { name: 'now', records: log, world: all },
    { name: `at log size ${size}`, records: log.slice(0, size), world: { inputs: all.inputs.slice(0, size), files } },
    {
      name: `at reported:${dateTime(reported)}`,
      records: log.filter((record) => record.reported <= reported),
      world: asReported(all, dateTime(reported)),
    },
  ];
}

async function differencesOf(made: GeneratedCase, rules = JOURNEY_RULES): Promise<string[]> {
  const differences: string[] = [];
  for (const { name, records, world } of knowledgeOf(made)) {
    for (const item of made.failing) {
      const { openQuestions } = knownOf(world, item).timeline;
      const asked = openQuestions.flatMap(({ code, refs }) => (code === 'check-digit' ? refs.map(({ id }) => id) : [])).sort();
      const named = namersOf(item, records).sort();
      if (asked.join() !== named.join()) differences.push(`${item} ${name}, check-digit\nours ${asked.join()}\nkey  ${named.join()}`);
    }
    // Of what was known before, some items are asked for: each at another time in another case.
    for (const item of name === 'now' ? made.items : new Draw(made.number).shuffled(made.items).slice(0, ITEMS_BEFORE)) {
      const key = keyOf(item, records);
      const [ours, right] = [ofJourney(await journey(item, world, rules), key), ofKey(key)];
      for (const part of ['legs', 'observed', 'inherited', 'last', 'inWhat', 'rings'] as const)
        if (JSON.stringify(ours[part]) !== JSON.stringify(right[part]))
          differences.push(`${item} ${name}, ${part}\nours ${JSON.stringify(ours[part])}\nkey  ${JSON.stringify(right[part])}`);
    }
  }
  return differences;
}

test(`${COUNT} generated cases of seed ${SEED} have the journeys that their generator knows`, async () => {
  let [unclear, checked] = [0, 0];
  const wrong: string[] = [];
  for (let number = 1; checked < COUNT; number++) {
    const made = generateCase(SEED, number);
    try {
      const differences = await differencesOf(made);
      checked++;
      if (differences.length > 0)
        wrong.push([`seed ${SEED}, case ${number}:`, ...differences, ...made.log.map(({ line }) => JSON.stringify(line))].join('\n'));
    } catch (error) {
      if (!(error instanceof Unclear)) throw new Error(`seed ${SEED}, case ${number}`, { cause: error });
      unclear++;
    }
  }
  if (wrong.length > 0)
    throw new Error(
      `${wrong.length} of ${checked} cases differ (${unclear} unclear):\n${wrong.slice(0, Number(process.env['CASES_SHOWN'] ?? 2)).join('\n\n')}`,
    );
}, 600_000);

test('the key notices where open containments prove too much', async () => {
  const wrong = await Promise.all(
    Array.from({ length: 20 }, (_, at) => differencesOf(generateCase(SEED, at + 1), { openContainmentsEnd: false }).catch(() => [])),
  );
  expect(wrong.filter((differences) => differences.length > 0).length).toBeGreaterThan(5);
}, 600_000);
