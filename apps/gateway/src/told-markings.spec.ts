/** To whom a marking is told that took an event from somebody, and how much of it. */
import type { SightingDocument } from '#lib/contracts';
import { canonicalize, commit, openingJson, openSlots, utf8, withholdingJson, WITHHOLDS, type JsonValue } from '#lib/ledger';
import { ReaderContext } from '#lib/store';
import type { EventRow, Reader } from './ledger-reads.ts';
import { openedIn, toldTo } from './told-markings.ts';

const SECRET = new Uint8Array(32).fill(1);
const AUTHOR = { agency: 'local', principal: 'ann', captured: '2026-01-01T00:00:00.000000Z' };
const target = { handling: { tlp: 'GREEN' }, kind: 'observation', source: { kind: 'photo' } } as const;

/** Of an event that is its own, unless something else is said. */
function row(document: object, of: { id?: string; agency?: string; opened?: string; index?: number; author?: string } = {}): EventRow {
  const { id = 'm', agency = 'local', opened = 'x', index = 7, author = 'local' } = of;
  const envelope = { ...AUTHOR, agency, id: opened };
  const opening = openingJson(openSlots(envelope, target, SECRET));
  const withholds = withholdingJson({ index: BigInt(index), commitment: commit(envelope, target, SECRET), opening });
  const content = {
    kind: 'marking',
    handling: { tlp: 'GREEN' },
    relations: { target: 'x', handling: { tlp: 'AMBER' } },
    extension: { [WITHHOLDS]: withholds },
    ...document,
  };
  const bytes = Buffer.from(utf8(canonicalize(content as unknown as JsonValue)));
  const hashes = { commitment: bytes, contentHash: bytes, secret: Buffer.from(SECRET) };
  return { logIndex: 9, agency: author, id, principal: 'eva', capturedMicros: 1, content: bytes, ...hashes };
}

const reader = (agency: string, principal = 'p'): Reader => {
  const groupNames = ['clear', 'green', `agency:${agency}`];
  return { agency, principal, breaksGlass: false, groupNames, groups: [], context: new ReaderContext(agency, []) };
};
const told = (who: Reader, rows: readonly EventRow[], shown: readonly number[] = []): string[] =>
  toldTo(who, rows, (logIndex) => shown.includes(logIndex)).map(({ id }) => id);
const to = (tlp: string, more: object = {}) => ({ relations: { target: 'x', handling: { tlp, ...more } } });

test.each<[string, EventRow, Reader, readonly number[], boolean]>([
  ['who loses its target', row({}), reader('acme'), [], true],
  ['who sees its target', row(to('GREEN')), reader('acme'), [7], true],
  ['nobody to whom it hands its target', row(to('AMBER', { agencies: ['acme'] })), reader('acme'), [], false],
  ['nobody for whom it is not by its own handling', row({ handling: { tlp: 'AMBER' } }), reader('acme'), [7], false],
  [
    'nobody whom its own handling does not name',
    row({ handling: { tlp: 'RED', agencies: ['acme'], principals: ['q'] } }),
    reader('acme'),
    [],
    false,
  ],
  [
    'whoever is none of the persons it hands its target to',
    row(to('RED', { agencies: ['acme'], principals: ['q'] })),
    reader('acme'),
    [],
    true,
  ],
  ['none of those', row(to('RED', { agencies: ['acme'], principals: ['p'] })), reader('acme'), [], false],
  ['not the author of its target, who sees that', row(to('RED', { principals: ['q'] })), reader('local', 'ann'), [], false],
  ['nobody where it opens another event', row({}, { opened: 'y' }), reader('acme'), [], false],
  ['nobody where that is of another agency', row({}, { agency: 'bolt' }), reader('acme'), [], false],
  ['nobody where it does not say what it withholds', row({ extension: {} }), reader('acme'), [], false],
  ['nobody where it hands it to nobody who can be', row(to('GREY')), reader('acme'), [], false],
])('it is told to %s', (_, marking, who, shown, isTold) => {
  expect(told(who, [marking], shown)).toEqual(isTold ? ['m'] : []);
});

test('with one that takes an event, the others of it that are for him are told: his list has a leaf for each', () => {
  const before = row(to('AMBER', { agencies: ['acme'] }), { id: 'before' });
  const ofAnother = row({ relations: { target: 'y', handling: { tlp: 'GREEN' } } }, { id: 'other', opened: 'y', index: 8 });
  expect(told(reader('acme'), [before, row({}), ofAnother])).toEqual(['before', 'm']);
});

test('with it nothing is told that is of an event of another agency with the same id', () => {
  const closed = row(to('AMBER', { agencies: ['acme'] }), { id: 'theirs' });
  const taken = row({}, { id: 'own', agency: 'bolt', author: 'bolt' });
  expect(told(reader('acme'), [closed])).toEqual([]);
  expect(told(reader('acme'), [closed, taken])).toEqual(['own']);
});

test('of its items the one is opened whose proof it is', () => {
  const items = ['vin:A', 'vin:B', 'vin:A'].map((id) => ({ id, role: 'background' })) as unknown as SightingDocument['items'];
  expect(openedIn('vin:A', row({ items }))).toEqual({ slots: ['relations', 'extension'], elements: { items: [0, 2] } });
  expect(openedIn('vin:A', row({}))).toEqual({ slots: ['relations', 'extension'], elements: { items: [] } });
});
