/**
 * The list of open questions on a real ledger: random histories of several agencies, of whose list each reader's is held against an oracle that reads
 * all documents that he may see and asks no table.
 */
import fc from 'fast-check';
import type { QuestionsView, SightingDocument } from '#lib/contracts';
import { displayIdentifier, formatRef, parseIdentifier, type OpenPoint } from '#lib/domain';
import { ReadNotes } from '#lib/runtime';
import { demoDocuments } from './demo-case.contract.ts';
import { readerOf } from './gateway-deps.ts';
import type { LedgerReads, Reader } from './ledger-reads.ts';
import { readsFor } from './named-readers.ts';
import { notedReads } from './noted-reads.ts';
import { readQuestions } from './questions.ts';
import { actorNamed } from './stream/tested-stream.contract.ts';
import { seen, subject, TestedLedger, type Item } from './tested-ledger.contract.ts';

const GOOD = 'vin:1M8GDM9AXKP042788';
const BAD = 'vin:1M8GDM9A0KP042788';
const BOXES = ['container:SYNU0000014', 'container:SYNU0000020'].filter((id) => parseIdentifier(id).ok);
const AGENCIES = ['acme', 'bolt'] as const;

let ledger: TestedLedger;
beforeEach(async () => {
  ledger = await TestedLedger.open();
}, 120_000);
afterEach(() => ledger.database.drop());

/** Behind all days that are told of. */
const CAPTURED = Date.UTC(2020, 0, 1) * 1_000;
const add = (documents: readonly SightingDocument[]): Promise<void> => ledger.add(documents, 'local', 'operator', CAPTURED);

async function readerNamed(name: string): Promise<{ reader: Reader; reads: LedgerReads }> {
  const reader = await readerOf({ reads: ledger.reads, breaksGlass: () => false }, actorNamed(name));
  return { reader, reads: notedReads(readsFor(ledger.reads, reader), reader, new ReadNotes().open()) };
}

/** Of all pages. */
async function list(name: string, limit = 1_000, kind?: OpenPoint): Promise<QuestionsView['questions']> {
  const { reader, reads } = await readerNamed(name);
  const all: QuestionsView['questions'] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const of = { ...(kind === undefined ? {} : { kind }), ...(cursor === '' ? {} : { cursor }), limit };
    const view: QuestionsView = await readQuestions(reads, reader, of);
    all.push(...view.questions);
    cursor = view.next;
  }
  return all;
}
const linesOf = (questions: QuestionsView['questions']): string[] =>
  questions
    .map(({ kind, code, item, carrier, refs }) => [kind, code, item ?? '-', carrier ?? '-', ...refs.map(formatRef)].join(' '))
    .sort();

const into = (id: string, item: string, box: string, day: string, action: 'ADD' | 'DELETE' = 'ADD', more: object = {}): SightingDocument =>
  seen(id, [subject(item), { id: box, role: 'container' }], {
    kind: 'aggregation',
    action,
    occurred: { from: day, to: day, precision: 'day' },
    ...more,
  });

test('each sort is listed with the sightings behind it, and gone once it is settled', async () => {
  const [BOX] = BOXES as [string];
  await add([
    seen('typo', [subject(BAD)]),
    seen('bare', []),
    seen('one', [subject(GOOD)], { place: { name: 'Rotterdam' } }),
    seen('other', [subject(GOOD)], { relations: { contradicts: ['one'] } }),
    into('in', GOOD, BOX, '2018-06-11'),
    { ...seen('mends', [subject(GOOD)]), kind: 'correction', relations: { target: 'gone' } } as SightingDocument,
  ]);
  expect(linesOf(await list('local/operator'))).toEqual([
    `check-digit check-digit ${BAD} - local/typo`,
    'conflict contradiction - - local/other local/one',
    `open-containment open-containment ${GOOD} ${BOX} local/in`,
    'unidentified unidentified - - local/bare',
    'waiting-correction waiting - - local/mends',
  ]);
  const [typo] = await list('local/operator', 10, 'check-digit');
  expect(typo?.display).toContain(displayIdentifier(BAD));
  await add([
    {
      ...seen('typo-2', [subject(GOOD), { id: BAD, role: 'background' } as Item]),
      kind: 'correction',
      relations: { target: 'typo' },
    } as SightingDocument,
    { ...seen('bare-2', [subject(GOOD)]), kind: 'correction', relations: { target: 'bare' } } as SightingDocument,
    { ...seen('settles', []), kind: 'resolution', relations: { resolves: ['other', 'one'], upholds: ['one'] } } as SightingDocument,
    into('out', GOOD, BOX, '2018-07-31', 'DELETE'),
    seen('gone', [subject(GOOD)]),
  ]);
  expect(linesOf(await list('local/operator'))).toEqual([]);
});

interface Made {
  readonly by: (typeof AGENCIES)[number];
  readonly document: SightingDocument;
}

const HANDLINGS: readonly SightingDocument['handling'][] = [
  { tlp: 'CLEAR' },
  { tlp: 'GREEN' },
  { tlp: 'AMBER' },
  { tlp: 'AMBER', agencies: ['acme', 'bolt'] },
  { tlp: 'RED', principals: ['eva'] },
];
const ITEMS = [GOOD, BAD];
const step = fc.record({
  what: fc.constantFrom('seen', 'seen', 'bare', 'in', 'out', 'contradicts', 'disputes', 'corrects', 'withdraws'),
  by: fc.constantFrom(...AGENCIES),
  handling: fc.nat(HANDLINGS.length - 1),
  item: fc.nat(1),
  box: fc.nat(BOXES.length - 1),
  about: fc.nat(14),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function documentsOf(steps: readonly Step[]): Made[] {
  return steps.map(({ what, by, handling, item, box, about }, n): Made => {
    const id = `e${n}`;
    const base = seen(id, [subject(ITEMS[item] as string)], { handling: HANDLINGS[handling] }); // prettier-ignore
    const to = about === n ? 'nobody' : `e${about}`;
    const of = (kind: string, more: object): Made => ({ by, document: { ...base, kind, ...more } as SightingDocument });
    switch (what) {
      case 'bare':
        return of('observation', { items: [] });
      case 'in':
      case 'out':
        return of('aggregation', {
          action: what === 'in' ? 'ADD' : 'DELETE',
          items: [subject(ITEMS[item] as string), { id: BOXES[box], role: 'container' }],
        });
      case 'contradicts':
        return of('observation', { relations: { contradicts: [`${AGENCIES[about % 2]}/${to}`] } });
      case 'disputes':
        return of('dispute', { relations: { target: `${AGENCIES[about % 2]}/${to}` } });
      case 'corrects':
        return of('correction', { relations: { target: to } });
      case 'withdraws':
        return of('retraction', { relations: { target: to } });
      default:
        return of('observation', {});
    }
  });
}

/** Who sees what: written here once more. */
function sees(name: string, { by, document }: Made): boolean {
  const [agency, person] = name.split('/');
  const { tlp, agencies = [], principals = [] } = document.handling;
  if (tlp === 'CLEAR' || tlp === 'GREEN') return true;
  if (agency !== by && !agencies.includes(agency as never)) return false;
  return principals.length === 0 || principals.includes(person as never);
}

/**
 * All that one reader may see, as one list, without relations of relations: a correction of the own agency stands for what it corrects, a retraction
 * withdraws, the other agency's words are disputes. What is about a relation is left out of the histories that are asked here.
 */
function oracle(name: string, all: readonly Made[]): string[] {
  const seenBy = all.filter((made) => sees(name, made));
  const find = (ref: string, by: string): Made | undefined => {
    const [agency, id] = ref.includes('/') ? ref.split('/') : [by, ref];
    return seenBy.find((made) => made.by === agency && made.document.id === id);
  };
  const targetOf = ({ by, document }: Made): Made | undefined => find(document.relations?.target ?? '', by);
  const refOf = ({ by, document }: Made): string => `${by}/${document.id}`;
  const isOver = (made: Made): boolean =>
    seenBy.some((other) => other.by === made.by && ['correction', 'retraction'].includes(other.document.kind) && targetOf(other) === made);
  const questions: string[] = [];
  for (const made of seenBy) {
    const { document } = made;
    const waits = (document.kind === 'correction' || document.kind === 'retraction') && targetOf(made) === undefined;
    // A correction that waits puts nothing in place.
    const says = document.kind !== 'dispute' && document.kind !== 'retraction' && !waits;
    const target = targetOf(made);
    const has = new Set((document.items ?? []).map(({ id }) => id));
    if (['correction', 'retraction'].includes(document.kind) && (target?.document.items ?? []).some(({ id }) => !has.has(id)))
      questions.push(`waiting-correction incomplete-correction - - ${refOf(made)} ${refOf(target as Made)}`);
    if (waits) questions.push(`waiting-correction waiting - - ${refOf(made)}`);
    if (isOver(made)) continue;
    if (says && (document.items ?? []).length === 0) questions.push(`unidentified unidentified - - ${refOf(made)}`);
    if (says && (document.items ?? []).some(({ id }) => id === BAD)) questions.push(`check-digit check-digit ${BAD} - ${refOf(made)}`);
    if (document.kind === 'dispute') {
      if (target !== undefined && !isOver(target)) questions.push(`conflict disputed - - ${refOf(target)} ${refOf(made)}`);
    }
    for (const ref of document.relations?.contradicts ?? []) {
      const against = find(ref, made.by);
      if (against !== undefined && !isOver(against)) questions.push(`conflict contradiction - - ${refOf(made)} ${refOf(against)}`);
    }
  }
  return questions.sort();
}

/** What speaks about another says something of what says something itself, and of nothing twice. */
function isPlain(all: readonly Made[]): boolean {
  const spoken = new Set<string>();
  return all.every(({ by, document }) => {
    const [ref] = [
      ...(document.relations?.contradicts ?? []),
      ...(document.relations?.target === undefined ? [] : [document.relations.target]),
    ];
    if (ref === undefined) return true;
    const [agency = by, id = ''] = ref.includes('/') ? ref.split('/') : [by, ref];
    const target = all.find((made) => made.by === agency && made.document.id === id);
    const key = `${agency}/${id}`;
    if (spoken.has(key)) return false;
    spoken.add(key);
    return target === undefined || target.document.relations === undefined;
  });
}

test('of random histories it is the oracle’s for each reader, in pages of any size', async () => {
  const asked = { questions: 0, hidden: 0 };
  // One history beside the other in one ledger: by names of their own.
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 6, maxLength: 15, size: 'max' }).map(documentsOf).filter(isPlain),
      fc.integer({ min: 1, max: 4 }),
      async (all, limit) => {
        await ledger.database.drop();
        ledger = await TestedLedger.open();
        await ledger.addBy(all.map(({ by, document }) => [`${by}/eva`, document] as const));
        for (const name of ['acme/eva', 'acme/tom', 'bolt/eva', 'bolt/tom']) {
          const got = linesOf((await list(name, limit)).filter(({ kind }) => kind !== 'open-containment'));
          // Whoever submitted what names persons sees it.
          const own = all.map((made) => (made.document.handling.principals !== undefined && name === `${made.by}/eva` ? { ...made, document: { ...made.document, handling: { tlp: 'CLEAR' as const } } } : made)); // prettier-ignore
          expect([name, got]).toEqual([name, oracle(name, own)]);
          asked.questions += got.length;
          asked.hidden += all.filter((made) => !sees(name, made)).length;
        }
      },
    ),
    { numRuns: 25 },
  );
  expect([asked.questions > 50, asked.hidden > 50]).toEqual([true, true]);
}, 600_000);

test('of loadings and unloadings in their order what is last in and not out is open', async () => {
  const rounds = fc.sample(fc.array(fc.record({ box: fc.nat(BOXES.length - 1), isOut: fc.boolean() }), { minLength: 1, maxLength: 6 }), {
    numRuns: 40,
    seed: 7,
  });
  const expected: string[] = [];
  for (const [n, moves] of rounds.entries()) {
    const item = `serial:demo:CAR-${n}`;
    await add(
      moves.map(({ box, isOut }, at) =>
        into(`m${n}-${at}`, item, BOXES[box] as string, `2018-06-${String(at + 1).padStart(2, '0')}`, isOut ? 'DELETE' : 'ADD'),
      ),
    );
    const insides: (number | null)[] = [null];
    for (const { box, isOut } of moves) {
      const inside = insides.at(-1) ?? null;
      insides.push(isOut ? (inside === box ? null : inside) : box);
    }
    const last = insides.at(-1) ?? null;
    if (last !== null) expected.push(`${item} ${BOXES[last]}`);
  }
  const got = (await list('local/operator', 3, 'open-containment')).map(({ item, carrier }) => `${item} ${carrier}`);
  expect([...new Set(got)].sort()).toEqual(expected.sort());
}, 120_000);

test('of the demo case it has the contradictions that its README tells, and what both cars and their boxes were last put into', async () => {
  await ledger.add(demoDocuments(), 'local', 'operator', Date.UTC(2026, 0, 1) * 1_000);
  const lines = linesOf(await list('local/operator'));
  expect(lines.filter((line) => line.startsWith('open-containment'))).toEqual([
    'open-containment open-containment container:SYNU0000014 imo:0000048 local/lux-0037',
    'open-containment open-containment container:SYNU0000035 imo:0000048 local/lux-0038',
    'open-containment open-containment vin:WDDSYNTH0JA000002 container:SYNU0000035 local/lux-0010',
    'open-containment open-containment vin:WDDSYNTH9JA000001 container:SYNU0000014 local/lux-0009',
  ]);
  expect(lines.filter((line) => line.startsWith('conflict'))).toHaveLength(5);
  // The misread number of a container was corrected.
  expect(lines.filter((line) => line.startsWith('check-digit') || line.startsWith('waiting'))).toEqual([]);
}, 120_000);

test('what it costs does not grow with what leaves nothing open', async () => {
  const rowsRead = async (): Promise<number> => {
    const { reader, reads } = await readerNamed('local/operator');
    let rows = 0;
    const counted: LedgerReads = {
      ...reads,
      as: (who) => {
        const own = reads.as(who);
        return {
          ...own,
          visibleEvents: async (...of) => own.visibleEvents(...of).then((found) => ((rows += found.length), found)),
          openPointsPage: async (...of) => own.openPointsPage(...of).then((found) => ((rows += found.length), found)),
        };
      },
    };
    await readQuestions(counted, reader, { limit: 100 });
    return rows;
  };
  await add([seen('typo', [subject(BAD)]), seen('bare', [])]);
  const before = await rowsRead();
  await add(Array.from({ length: 3_000 }, (_, n) => seen(`plain-${n}`, [subject(GOOD)])));
  expect(await rowsRead()).toBe(before);
  expect(before).toBe(4);
}, 120_000);
