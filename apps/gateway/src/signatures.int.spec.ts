/** Signed lists on a real ledger: what is said of an event at each log position, to whom, and that nothing is dropped for it. */
import type { SightingDocument, SignatureView } from '#lib/contracts';
import { foldPolicy, ROOT_ACTOR, submitterKeyStanding, type PolicyAct } from '#lib/domain';
import { formatVerifierKey, sha256Hex, signBatch, signingKey, utf8, type SigningKey } from '#lib/ledger';
import { ReadNotes } from '#lib/runtime';
import { LISTS_MAX } from '#lib/store';
import { readAsOf } from './coordinates.ts';
import { readEvents, readOne } from './events.controller.ts';
import { notedReading, readerOf } from './gateway-deps.ts';
import { ledgerReads, type LedgerReads, type Reader } from './ledger-reads.ts';
import { readsFor } from './named-readers.ts';
import { SIGNATURES_TOLD_MAX } from './signatures.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

const VIN = 'vin:WDDSYNTH9JA000001';
const KEY = signingKey('submitter', 'acme/import', new Uint8Array(32).fill(5));
const OTHER = signingKey('submitter', 'acme/other', new Uint8Array(32).fill(6));
const vkeyOf = (key: SigningKey<'submitter'>): string => formatVerifierKey(key);
/** Of the ledger, once it is open. */
let origin = '';
const hashOf = (document: SightingDocument): string => sha256Hex(utf8(JSON.stringify(document)));
const seenAs = (id: string, handling: SightingDocument['handling']): SightingDocument => seen(id, [subject(VIN)], { handling });

interface Listed {
  readonly log?: string;
  readonly key?: SigningKey<'submitter'>;
  readonly agency?: string;
  readonly handling?: SightingDocument['handling'];
  readonly hashes?: readonly string[];
  readonly spoil?: boolean;
}
function listOf(
  id: string,
  documents: readonly SightingDocument[],
  { log = origin, key = KEY, agency = 'acme', handling, hashes, spoil }: Listed = {},
): SightingDocument {
  const members = documents.map((document) => [document.id ?? '', hashOf(document)] as const);
  const said = hashes ?? members.map(([, hash]) => hash);
  const value = signBatch(key, { log, agency, members: members.map(([member], at) => [member, said[at] ?? ''] as const) });
  const signature = { vkey: vkeyOf(key), value: spoil === true ? `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}` : value };
  const batch = { batch: id, mapping: 'm/1', members: members.map(([member]) => member), hashes: said, signature };
  return { id, kind: 'batch', handling: handling ?? { tlp: 'GREEN' }, source: { kind: 'import' }, extension: { batch } as never };
}

describe('what an agency signed', () => {
  let ledger: TestedLedger;
  let reads: LedgerReads;
  let asked = 0;
  const [one, two, three, own] = [
    seenAs('one', { tlp: 'GREEN' }),
    seenAs('two', { tlp: 'GREEN' }),
    seenAs('three', { tlp: 'GREEN' }),
    seenAs('own', { tlp: 'AMBER' }),
  ];
  /** Registered for what stands behind index 3, revoked behind 6. */
  const policy = foldPolicy(
    (
      [
        [0, { act: 'agency.add', agency: 'acme' }],
        [1, { act: 'principal.add', agency: 'acme', principal: 'eva', type: 'person', roles: ['admin'] }],
        [3, { act: 'submitter-key.add', agency: 'acme', vkey: vkeyOf(KEY) }],
        [6, { act: 'submitter-key.revoke', agency: 'acme', vkey: vkeyOf(KEY) }],
      ] as [number, PolicyAct][]
    ).map(([logIndex, act]) => ({
      logIndex,
      ...(act.act.startsWith('submitter') ? { agency: 'acme', principal: 'eva' } : { agency: 'local', principal: 'operator' }),
      captured: 0,
      act,
    })),
    { acceptsVkey: () => true },
  );

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    ({ origin } = ledger.reads);
    reads = await ledgerReads(ledger.database.pool('gateway'), (agency, vkey, index) => {
      asked++;
      return Promise.resolve(submitterKeyStanding(policy, agency, vkey, index));
    });
    await ledger.add(
      [
        one, // 0
        two, // 1
        own, // 2
        listOf('early', [one]), // 3: not behind its registration
        listOf('good', [one, two]), // 4
        listOf('good-own', [own], { handling: { tlp: 'AMBER' } }), // 5
        three, // 6
        listOf('late', [one, three]), // 7: revoked by then
        listOf('stranger', [two], { key: OTHER }), // 8
        listOf('spoilt', [two], { spoil: true }), // 9
        listOf('wrong', [two], { hashes: [hashOf(three)] }), // 10
        listOf('hidden', [one], { handling: { tlp: 'AMBER' } }), // 11
        listOf('short', [three, one], { hashes: [hashOf(three)] }), // 12
        listOf('elsewhere', [two], { log: 'staging.example/log' }), // 13: signed for another log
      ],
      'acme',
      'eva',
    );
    // By another agency it is no list of these.
    await ledger.add([listOf('foreign', [one], { agency: 'bolt' })], 'bolt', 'ann');
  }, 120_000);
  afterAll(() => ledger.database.drop());

  const readerNamed = (agency: string): Promise<Reader> =>
    readerOf({ reads, breaksGlass: () => false }, { ...ROOT_ACTOR, agency, principal: 'somebody', communities: [] });
  async function said(agency: string, id: string, asOf?: string): Promise<string[]> {
    const reader = await readerNamed(agency);
    const shown = readsFor(reads, reader);
    const { event } = await readOne(shown, reader, { id, agency: 'acme', asOf: await readAsOf(asOf, reads), explain: false });
    return event.signatures.map(({ id: list, verdict, more }) => `${list} ${verdict}${more === undefined ? '' : ` +${more}`}`);
  }

  test('is told with each event, by the log position of the list', async () => {
    expect(await said('bolt', 'one')).toEqual(['early unknown-key', 'good valid', 'late revoked', 'short bad']);
    expect(await said('bolt', 'two')).toEqual(['good valid', 'stranger unknown-key', 'spoilt bad', 'wrong other-bytes', 'elsewhere bad']);
    expect(await said('bolt', 'three')).toEqual(['late revoked', 'short bad']);
  });

  test('is told of lists that were there at the log size asked for, and of those that the reader may see', async () => {
    expect(await said('bolt', 'one', 'log:5')).toEqual(['early unknown-key', 'good valid']);
    expect(await said('bolt', 'one', 'log:3')).toEqual([]);
    expect(await said('acme', 'one')).toEqual(['early unknown-key', 'good valid', 'late revoked', 'hidden revoked', 'short bad']);
    expect(await said('acme', 'own')).toEqual(['good-own valid']);
  });

  test('is not buried: neither by lists that nobody signed, nor by any number that say something else', async () => {
    const buried = seenAs('buried', { tlp: 'GREEN' });
    const unsigned = (id: string): SightingDocument => ({
      ...listOf(id, [buried]),
      extension: { batch: { batch: id, mapping: 'm/1', members: ['buried'] } } as never,
    });
    const times = <T>(count: number, of: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n));
    const stranger = (n: number): SigningKey<'submitter'> => signingKey('submitter', `own-${n}`, new Uint8Array(32).fill(100 + n));
    await ledger.add(
      [
        buried,
        ...times(40, (n) => unsigned(`none-${n}`)),
        ...times(SIGNATURES_TOLD_MAX, (n) => listOf(`rubbish-${n}`, [buried], { spoil: true })),
        ...times(20, (n) => listOf(`own-${n}`, [buried], { key: stranger(n) })),
        listOf('ours', [buried]),
        ...times(20, (n) => listOf(`foreign-${n}`, [buried], { key: stranger(n), hashes: [hashOf(one)] })),
        listOf('last', [buried], { spoil: true }),
      ],
      'acme',
      'eva',
    );
    const all = await said('bolt', 'buried');
    expect(all.slice(0, SIGNATURES_TOLD_MAX).every((view) => /^rubbish-\d+ bad$/.test(view))).toBe(true);
    // One of each that says something else, and of all others how many there are: 19 keys of somebody's own, 19 with other bytes, and the last.
    expect(all.slice(SIGNATURES_TOLD_MAX)).toEqual([
      'own-0 unknown-key',
      'ours revoked',
      'foreign-0 other-bytes',
      'undefined not-judged +38',
    ]);
  });

  test('is said to be not judged where more lists name the event than are looked at', async () => {
    const crowded = seenAs('crowded', { tlp: 'GREEN' });
    const crowd = Array.from({ length: LISTS_MAX }, (_, n) => listOf(`crowd-${n}`, [crowded]));
    for (const list of crowd) delete (list.extension as unknown as { batch: { signature?: object } }).batch.signature;
    await ledger.add([crowded, ...crowd], 'acme', 'eva');
    expect(await said('bolt', 'crowded')).toEqual([]);
    await ledger.add([listOf('hidden-behind', [crowded])], 'acme', 'eva');
    expect(await said('bolt', 'crowded')).toEqual(['undefined not-judged +0']);
  });

  test('is in lists as in single answers, and judged once for all readers', async () => {
    const before = asked;
    const reader = await readerNamed('bolt');
    const { events } = await readEvents(readsFor(reads, reader), reader, {
      asOf: await readAsOf(undefined, reads),
      limit: 100,
      explain: false,
    });
    const of = (id: string): readonly SignatureView[] | undefined => events.find((event) => event.id === id)?.signatures;
    expect(of('one')?.map(({ verdict }) => verdict)).toEqual(['unknown-key', 'valid', 'revoked', 'bad']);
    expect(of('good')).toEqual([]);
    expect(of('two')?.[0]).toEqual({ agency: 'acme', id: 'good', logIndex: 4, vkey: vkeyOf(KEY), verdict: 'valid' });
    expect(asked).toBe(before);
  });

  test('is read with the event by whoever is told of it, also where the list was judged for another reader before', async () => {
    for (const [agency, lists] of [
      ['bolt', ['early', 'good', 'late', 'short']],
      ['acme', ['early', 'good', 'hidden', 'late', 'short']],
    ] as const)
      for (const again of [false, true]) {
        const actor = { ...ROOT_ACTOR, agency, principal: 'somebody', communities: [] };
        const { reader, reads: noted, notes } = await notedReading({ reads, breaksGlass: () => false }, actor, new ReadNotes());
        await readOne(noted, reader, { id: 'one', agency: 'acme', asOf: await readAsOf(undefined, reads), explain: false });
        expect([agency, again, [...notes.events.keys()].sort()]).toEqual([
          agency,
          again,
          ['acme/one', ...lists.map((id) => `acme/${id}`)].sort(),
        ]);
      }
  });

  test('control: where keys are not asked about at the position of the list, the revoked one is believed', async () => {
    const lax = await ledgerReads(ledger.database.pool('gateway'), (agency, vkey) =>
      Promise.resolve(submitterKeyStanding(policy, agency, vkey, 5)),
    );
    const reader = await readerNamed('bolt');
    const { event } = await readOne(readsFor(lax, reader), reader, {
      id: 'three',
      agency: 'acme',
      asOf: await readAsOf(undefined, lax),
      explain: false,
    });
    expect(event.signatures.map(({ verdict }) => verdict)).toEqual(['valid', 'bad']);
  });
});
