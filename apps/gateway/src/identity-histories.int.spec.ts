/**
 * Random histories of records, claims, and what undoes them: the timeline at each log size, in pages of any size, is the fold of all that stood there
 * then, for whoever sees it. The seed is printed where it fails. Synthetic.
 */
import fc from 'fast-check';
import { readSighting, type SightingDocument } from '#lib/contracts';
import { ANONYMOUS, foldClaims, foldTimeline, identityOf, RULES, type FoldInput } from '#lib/domain';
import { readAsOf } from './coordinates.ts';
import { readingOf } from './gateway-deps.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';
import { readTimeline } from './timeline.ts';

const HISTORIES = 10;
const CAPTURED = Date.UTC(2026, 0, 1) * 1_000;

const day = fc.nat(5).map((n) => `2018-01-0${n + 1}`);
const word = fc.record({
  kind: fc.constantFrom('record', 'record', 'record', 'claim', 'claim', 'denial', 'retraction', 'dispute', 'correction'),
  one: fc.nat(3),
  other: fc.nat(3),
  days: fc.tuple(day, day).map((days) => days.sort()),
  open: fc.constantFrom(false, false, true),
  about: fc.nat(9),
  amber: fc.constantFrom(false, false, true),
});
type Word = typeof word extends fc.Arbitrary<infer T> ? T : never;

const itemsOf = (run: number): string[] => [
  `serial:acme:A${run}`,
  `serial:acme:B${run}`,
  `mmsi:2449${1_0000 + run}`,
  `mmsi:2449${2_0000 + run}`,
];

function documentOf({ kind, one, other, days: [from, to], open, about, amber }: Word, at: number, run: number): SightingDocument {
  const items = itemsOf(run);
  const named = [items[one], items[other === one ? (one + 1) % 4 : other]].map((id) => subject(id as string));
  const occurred = { from, ...(open ? {} : { to }), precision: 'day', extent: 'throughout' };
  const more = { handling: { tlp: amber ? 'AMBER' : 'CLEAR' }, relations: { target: `h${run}-${about === at ? at + 1 : about}` } };
  const id = `h${run}-${at}`;
  const { relations: _, ...plain } = more;
  if (kind === 'record')
    return seen(id, named.slice(0, 1), { ...plain, occurred: { from, to, precision: 'day' }, place: { name: 'Busan' } });
  const claims = { kind: 'identification', subtype: 'same', occurred };
  if (kind === 'claim') return seen(id, named, { ...plain, ...claims });
  if (kind === 'denial') return seen(id, named, { ...plain, ...claims, modality: 'negative' });
  if (kind === 'correction') return seen(id, named, { ...more, ...claims, kind, as: 'identification' });
  return seen(
    id,
    items.map((item) => subject(item)),
    { ...more, kind },
  );
}

const inputOf = (document: SightingDocument, agency: string): FoldInput => {
  const read = readSighting(document, { agency, id: document.id ?? '', principal: 'operator' });
  if (!read.ok) throw new Error(JSON.stringify(read));
  return { sighting: read.sighting, captured: CAPTURED };
};

/** By the pure fold of everything there is. */
function expected(inputs: readonly FoldInput[], item: string): string[] {
  return foldTimeline(item, inputs, RULES, identityOf(item, foldClaims(inputs)).names).entries.map(
    ({ sighting, through, standing, places }) =>
      `${sighting.id} ${standing} ${places} ${through?.id ?? ''}${through?.claims.map((claim) => ` ${claim.sighting.id}`).join('') ?? ''}`,
  );
}

test('the timeline of a thing is the fold of what was there, at each log size, in pages of any size, for each reader', async () => {
  const ledger = await TestedLedger.open();
  try {
    let run = 0;
    let joined = 0;
    const history = fc.array(word, { minLength: 4, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 4 }), async (words, limit) => {
        run++;
        const before = await ledger.reads.logSize();
        const documents = words.map((each, at) => documentOf(each, at, run));
        await ledger.add(documents, 'local', 'operator', CAPTURED);
        const inputs = documents.map((document) => inputOf(document, 'local'));
        const readings = [
          { reader: await ledger.reader(), reads: ledger.reads, isShown: () => true },
          {
            ...(await readingOf({ reads: ledger.reads, breaksGlass: () => false }, ANONYMOUS)),
            isShown: ({ sighting }: FoldInput) => sighting.handling.tlp === 'CLEAR',
          },
        ];
        for (const size of [Math.ceil(words.length / 2), words.length]) {
          const asOf = await readAsOf(`log:${before + size}`, ledger.reads);
          for (const { reader, reads, isShown } of readings) {
            const known = inputs.slice(0, size).filter(isShown);
            for (const item of itemsOf(run)) {
              const told: string[] = [];
              if (!known.some(({ sighting }) => sighting.items.some(({ id }) => id === item))) continue;
              for (let next: string | null | undefined = undefined; next !== null;) {
                const page = await readTimeline(reads, reader, { item, asOf, limit, ...(next === undefined ? {} : { cursor: next }) });
                for (const { id, standing, places, through } of page.entries)
                  told.push(
                    `${id} ${standing} ${places} ${through?.id ?? ''}${through?.claims.map((claim) => ` ${claim.id}`).join('') ?? ''}`,
                  );
                next = page.next;
              }
              joined += told.filter((line) => / (?:true|false) \S/.test(line)).length;
              expect(told).toEqual(expected(known, item));
            }
          }
        }
      }),
      { numRuns: HISTORIES },
    );
    expect(joined).toBeGreaterThan(10);
  } finally {
    await ledger.database.drop();
  }
}, 300_000);
