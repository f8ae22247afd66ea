/** What answers of whole items cost: bytes over all of their items, what is kept of each record, and how many are made at once. */
import { ROOT_ACTOR } from '#lib/domain';
import { DomainError, ReadNotes } from '#lib/runtime';
import { readDiff } from './diff.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { ItemEvents } from './item-events.ts';
import { ItemsController } from './items.controller.ts';
import { readJourney } from './journey.ts';
import type { EventRow, LedgerReads, Reader } from './ledger-reads.ts';
import { ParsedTracks } from './track-files.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const SHIP = 'imo:0000048';
const LARGE = 1024 * 1024;
const AS_OF = { basis: 'log', logSize: 1_000 } as const;
const READER = { agency: '', principal: '', breaksGlass: false, groups: [], groupNames: ['clear'] } as unknown as Reader;

/** Observations of an item, each with a text that is no part of how it stands. */
function observed(item: string, count: number, bytes: number, first = 0): EventRow[] {
  const said = { kind: 'observation', handling: { tlp: 'CLEAR' }, source: { kind: 'photo' } };
  const content = Buffer.from(JSON.stringify({ ...said, items: [{ id: item, role: 'subject' }], extension: { x: 'y'.repeat(bytes) } }));
  return Array.from({ length: count }, (_, n) => rowOf(first + n, content));
}

const loaded = (logIndex: number): EventRow => {
  const items = [
    { id: CAR, role: 'subject' },
    { id: SHIP, role: 'conveyance' },
  ];
  const said = {
    kind: 'aggregation',
    action: 'ADD',
    handling: { tlp: 'CLEAR' },
    source: { kind: 'photo' },
    items,
    place: { name: 'Dalian' },
  };
  return rowOf(logIndex, Buffer.from(JSON.stringify({ ...said, occurred: { from: '2018-09-20', precision: 'day' } })));
};

function rowOf(logIndex: number, content: Buffer): EventRow {
  const hash = Buffer.alloc(32);
  const of = { agency: 'acme', id: `e-${logIndex}`, principal: 'p', capturedMicros: Date.UTC(2026, 0) * 1_000 };
  return { logIndex, ...of, content, commitment: hash, contentHash: hash, secret: hash };
}

/** Pages as the statements give them: at most one row beyond the bytes. */
function ledgerOf(named: Readonly<Record<string, readonly EventRow[]>>, wait: () => Promise<void> = async () => {}): LedgerReads {
  const own = {
    timelinePage: async ({ item, after, limit }: { item: string; after?: EventRow; limit: number }) => {
      await wait();
      const all = named[item] ?? [];
      const rest = all.slice(after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1);
      return rest.slice(0, Math.min(limit, rest[0] === undefined ? 0 : Math.ceil((8 * LARGE) / rest[0].content.length) + 1));
    },
    claimsAbout: async () => [],
    speakersAbout: async () => [],
    byRefs: async () => [],
    evidenceSenders: async () => new Map(),
  };
  return {
    as: () => own,
    recordedTimes: async () => new Map(),
    policyPoint: async () => 0,
    groupNumbers: async () => [1],
    logSize: async () => 1_000,
    openEvidence: async () => new Set(),
  } as unknown as LedgerReads;
}

const tracks = { parsed: new ParsedTracks(async () => null), notes: { evidence: new Map<string, string>() } };
const diffOf = (reads: LedgerReads, item: string) => readDiff(reads, READER, tracks, item, { basis: 'log', logSize: 0 }, AS_OF);
const journeyOf = (reads: LedgerReads, item: string) => readJourney(reads, READER, tracks, item, AS_OF);

describe('what is read for an answer of whole items', () => {
  test('is 64 MiB of documents at most: more is refused, with what its reader can do instead', async () => {
    const reads = ledgerOf({ [SHIP]: observed(SHIP, 65, LARGE) });
    const refused = { code: 'answer.too-large', tells: { about: SHIP } };
    await expect(diffOf(reads, SHIP)).rejects.toMatchObject({ ...refused, detail: expect.stringContaining('pages of its timeline') });
    await expect(journeyOf(reads, SHIP)).rejects.toMatchObject(refused);
    expect((await diffOf(ledgerOf({ [SHIP]: observed(SHIP, 63, LARGE) }), SHIP)).changes).toHaveLength(63);
  });

  test('is counted over all items of a journey together', async () => {
    const of = (count: number): LedgerReads =>
      ledgerOf({ [CAR]: [loaded(0), ...observed(CAR, count, LARGE, 1)], [SHIP]: [loaded(0), ...observed(SHIP, count, LARGE, 100)] });
    expect((await journeyOf(of(20), CAR)).containments).toMatchObject([{ id: SHIP }]);
    await expect(journeyOf(of(35), CAR)).rejects.toMatchObject({ code: 'answer.too-large' });
  });

  test('keeps neither the bytes nor the parsed document of a record that it has read', async () => {
    const events = await new ItemEvents(ledgerOf({ [SHIP]: observed(SHIP, 3, LARGE) }).as(READER), READER, 1_000, '').of(SHIP);
    expect(events).toHaveLength(3);
    for (const event of events) {
      expect(Object.keys(event)).toEqual(expect.not.arrayContaining(['stored', 'document']));
      expect(JSON.stringify(event).length).toBeLessThan(2_000);
    }
  });
});

describe('answers of whole items', () => {
  const asked = (controller: ItemsController, at: number): Promise<unknown> => {
    const request = { actor: ROOT_ACTOR, notes: new ReadNotes(), headers: {} } as never;
    const reply = { header: () => reply, status: () => reply, type: () => reply, send: async () => 'sent' };
    return at % 2 === 0
      ? controller.journey(SHIP, {}, request, reply as never)
      : controller.diff(SHIP, { from: 'log:0' }, request, reply as never);
  };

  test('are made three at a time in one process; the others wait for a while, and are then told to come again', async () => {
    let [now, most] = [0, 0];
    let goOn = (): void => {};
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const reads = ledgerOf({ [SHIP]: observed(SHIP, 1, 10) }, async () => {
      most = Math.max(most, ++now);
      await gate;
      now--;
    });
    const deps = { reads, breaksGlass: () => false, evidenceBytes: async () => null } as unknown as GatewayDeps;
    const controller = new ItemsController(deps);
    const ended: unknown[] = [];
    const ask = async (at: number): Promise<unknown> => ended.push(await asked(controller, at).then(() => 'sent', refusalOf));
    const all = Array.from({ length: 10 }, (_, at) => ask(at));
    while (ended.length < 7) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toEqual(Array.from({ length: 7 }, () => ['busy', 2]));
    all.push(ask(0), ask(1));
    goOn();
    await Promise.all(all);
    expect([most, ended.slice(7)]).toEqual([3, ['sent', 'sent', 'sent', 'sent', 'sent']]);
  });

  test('leave their place where nothing is found, too', async () => {
    const deps = { reads: ledgerOf({}), breaksGlass: () => false, evidenceBytes: async () => null } as unknown as GatewayDeps;
    const controller = new ItemsController(deps);
    for (let at = 0; at < 8; at++) await expect(asked(controller, at)).rejects.toMatchObject({ code: 'item.not-found' });
  });
});

const refusalOf = (error: unknown): unknown => (error instanceof DomainError ? [error.code, error.retryAfterSeconds] : String(error));
