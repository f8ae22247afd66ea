/** Every leg of generated journeys followed down to the records that it rests on, none of which only says, plans, denies or concludes. */
import type { JsonObject } from '#lib/contracts';
import { RULES, type RuleName, type Rules, rulesWithout } from '#lib/domain';
import { caseWorld, lookIn } from './cases.contract.ts';
import { PORTS } from './generated/draw.contract.ts';
import { standing } from './generated/key.contract.ts';
import { type GeneratedCase, generateCase } from './generated/world.contract.ts';
import { carriersOf, type Fix, type Journey, journeyOf, knownAround } from './index.ts';

const SEED = Number(process.env['CASES_SEED'] ?? 20_180_614);
const COUNT = Math.ceil(Number(process.env['CASES_COUNT'] ?? 300) / 5);
const cases = Array.from({ length: COUNT }, (_, at) => generateCase(SEED, at + 1));

const recordOf = (fix: Fix): string => ('entry' in fix ? fix.entry.sighting.id : fix.position.track.sighting.id);

async function journeysOf({ log, files, items }: GeneratedCase, rules: Rules): Promise<Journey[]> {
  const world = caseWorld(
    log.map(({ line }) => line as JsonObject),
    files,
  );
  return Promise.all(items.map(async (item) => journeyOf(item, await knownAround(item, lookIn(world, rules), carriersOf), PORTS)));
}

/** What legs and placings rest on without a right to it, by their generator: of all records only those that stand and place. */
async function restsOf(made: GeneratedCase, rules: Rules = RULES): Promise<{ legs: number; fixes: number; wrong: string[] }> {
  const placing = new Set(standing(made.log).map(({ id }) => id));
  const loadings = new Set(standing(made.log).flatMap(({ id, fact }) => (fact.is === 'loading' ? [id] : [])));
  const wrong = new Set<string>();
  let [legs, fixes] = [0, 0];
  for (const journey of await journeysOf(made, rules)) {
    for (const leg of journey.legs) {
      legs++;
      for (const { loading } of leg.chain) if (!loadings.has(loading.sighting.id)) wrong.add(loading.sighting.id);
      for (const fix of leg.fixes) if (!placing.has(recordOf(fix))) wrong.add(recordOf(fix));
      for (const fix of leg.fixes)
        if ('position' in fix && !isRowOf(made, fix.position)) wrong.add(`${recordOf(fix)}#${fix.position.line}`);
      fixes += leg.fixes.length;
    }
    for (const { fix } of journey.placings) if (!placing.has(recordOf(fix))) wrong.add(recordOf(fix));
  }
  return { legs, fixes, wrong: [...wrong] };
}

/** The line of the file says just this. */
function isRowOf({ log, files }: GeneratedCase, { track, line, lat, lon }: Extract<Fix, { position: unknown }>['position']): boolean {
  const cited = log.find(({ id }) => id === track.sighting.id)?.line['track'];
  const cells = files.get(String(cited))?.split('\n')[line - 1]?.split(',') ?? [];
  return Number(cells[2]) === lat && Number(cells[3]) === lon;
}

test(`every leg of ${COUNT} generated cases of seed ${SEED} rests on loadings that stand, and gives sightings and rows of tracks that do`, async () => {
  let [legs, fixes] = [0, 0];
  for (const made of cases) {
    const rests = await restsOf(made);
    expect({ case: made.number, wrong: rests.wrong }).toEqual({ case: made.number, wrong: [] });
    legs += rests.legs;
    fixes += rests.fixes;
  }
  expect(legs).toBeGreaterThan(2 * COUNT);
  expect(fixes).toBeGreaterThan(10 * COUNT);
}, 600_000);

/** Kinds of lines that journeys rest on, and must not, with a rule of the fold switched off. */
async function kindsWithout(name: RuleName): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (const made of cases.slice(0, 20)) {
    const { wrong } = await restsOf(made, rulesWithout(name));
    for (const { id, line } of made.log)
      if (wrong.includes(id)) kinds.add(line['negative'] === true ? 'negative' : String(line['claimType'] ?? line['kind']));
  }
  return kinds;
}

test.each<[RuleName, string[]]>([
  ['onlyPlacingKindsPlace', ['claim', 'assessment']],
  ['onlyActualPlaces', ['scheduled', 'negative']],
])(
  'without the rule %s journeys would rest on %j',
  async (name, kinds) => {
    expect([...(await kindsWithout(name))]).toEqual(expect.arrayContaining(kinds));
  },
  300_000,
);
