import { ACTOR_ROLES } from '#lib/domain';
import fc from 'fast-check';
import type { SightingDocument } from '#lib/contracts';
import { createMemoryLog, type EventLog, FatalLogError, type LogRecord, LogUnavailable, type MemoryLog } from '#lib/event-log';
import { decodeRecord, openReceipt, signingKey, utf8 } from '#lib/ledger';
import { acceptDocument, type AcceptContext } from './accept.ts';
import { inlineAcceptPool } from './accept-pool.ts';
import { type FirstEvent, type KnownEvents, type RowResult, submit, type SubmitDeps, type SubmitMode } from './submit.ts';

const TOPIC = 'sightings';
const context: AcceptContext = {
  agency: 'local',
  principal: 'operator',
  roles: ACTOR_ROLES,
  captured: '2026-11-24T02:10:00.000000Z',
  publisherKey: Buffer.alloc(32, 7),
  requestId: 'request-1',
};
const RECEIPT_KEY = signingKey('receipt', 'test/log/receipt', new Uint8Array(32).fill(3));
const ROLLBACK: SubmitMode = { onError: 'rollback', dryRun: false, sign: false };
const PROCEED: SubmitMode = { onError: 'proceed', dryRun: false, sign: false };

const sighting = (id: string, members: Partial<SightingDocument> = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'GREEN' },
  items: [{ id: 'vin:WDDSYNTH9JA000001', role: 'subject' }],
  source: { kind: 'photo' },
  ...members,
});
const BAD = { id: 'bad-1', kind: 'observation' };

/** A ledger that knows these documents; only capture's own questions can be asked. */
interface Given {
  readonly log: MemoryLog;
  readonly known: Map<string, FirstEvent>;
  readonly items: Map<string, readonly string[]>;
  submit(
    documents: readonly unknown[],
    mode?: SubmitMode,
    more?: Partial<AcceptContext> & { readonly firstRow?: number },
  ): Promise<{ results: readonly RowResult[]; appended: boolean }>;
  /** Ids of the records that the log holds. */
  held(): Promise<string[]>;
}

async function given(wrap: (log: MemoryLog) => EventLog = (log) => log): Promise<Given> {
  const log = createMemoryLog();
  await log.ensureTopics([{ topic: TOPIC, partitions: 2 }]);
  const known = new Map<string, FirstEvent>();
  const items = new Map<string, readonly string[]>();
  const pick = <T>(from: ReadonlyMap<string, T>, refs: readonly { agency: string; id: string }[]): Map<string, T> =>
    new Map(
      refs.flatMap(({ agency, id }) =>
        from.has(`${agency}/${id}`) ? [[`${agency}/${id}`, from.get(`${agency}/${id}`) as T] as const] : [],
      ),
    );
  const knownEvents: KnownEvents = {
    firsts: (refs) => Promise.resolve(pick(known, refs)),
    items: (refs) => Promise.resolve(pick(items, refs)),
  };
  const deps: SubmitDeps = {
    pool: inlineAcceptPool(),
    known: knownEvents,
    log: wrap(log),
    topic: TOPIC,
    appendTimeoutMs: 1_000,
    origin: 'test/log',
    durability: 'single-node',
    receiptKey: RECEIPT_KEY,
  };
  return {
    log,
    known,
    items,
    submit: (documents, mode = ROLLBACK, { firstRow = 0, ...more } = {}) =>
      submit(
        deps,
        documents.map((value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))),
        { ...context, ...more },
        mode,
        firstRow,
      ),
    held: async () => (await recordsOf(log)).map(idOf),
  };
}

async function recordsOf(log: EventLog): Promise<LogRecord[]> {
  const total = (await log.ends(TOPIC)).reduce((sum, { high }) => sum + high, 0);
  const records: LogRecord[] = [];
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const take = (taken: readonly LogRecord[]): void => {
    records.push(...taken);
    if (records.length >= total) finish();
  };
  take([]);
  const consumer = await log.consume({
    topic: TOPIC,
    group: 'reader',
    maxRecords: 1_000,
    maxBytes: 1 << 24,
    startAt: () => Promise.resolve(0),
    onBatch: (batch) => {
      take(batch.records);
      return Promise.resolve({ next: (batch.records.at(-1)?.offset ?? -1) + 1 });
    },
  });
  await all;
  await consumer.close();
  return records;
}

function idOf({ value }: LogRecord): string {
  const record = decodeRecord(value);
  if (!record.ok) throw new Error(record.fault.detail);
  return record.header.id;
}

const statuses = (results: readonly RowResult[]): string[] => results.map(({ status }) => status);
const faultOf = (result: RowResult | undefined): unknown => (result?.status === 'refused' ? result.faults[0] : undefined);

describe('what capture says of an id', () => {
  it('the same bytes twice in one batch are one event and a duplicate', async () => {
    const { submit: send, held, log } = await given();
    const { results } = await send([sighting('a'), sighting('a')]);
    expect(statuses(results)).toEqual(['accepted', 'duplicate']);
    expect(await held()).toEqual(['a']);
    await log.close();
  });

  it('the same document in another spelling is the same event', async () => {
    const { submit: send, held, log } = await given();
    const { results } = await send([sighting('a'), JSON.stringify(sighting('a'), null, 2)]);
    expect(statuses(results)).toEqual(['accepted', 'duplicate']);
    expect(await held()).toEqual(['a']);
    await log.close();
  });

  it('what capture refuses only since some day is refused where it would be new, and is a duplicate where it was accepted before', async () => {
    const { submit: send, known, held, log } = await given();
    const parties = [{ role: 'owner', country: 'ZZ' }];
    const late = [sighting('..'), sighting('p', { parties })];
    const { results } = await send([...late, late[1], sighting('a')], PROCEED);
    expect(statuses(results)).toEqual(['refused', 'refused', 'refused', 'accepted']);
    expect(results.slice(0, 3).map(faultOf)).toMatchObject([{ pointer: '/id' }, { code: 'place.country' }, { code: 'place.country' }]);
    for (const each of late) {
      const accepted = acceptDocument(Buffer.from(JSON.stringify(each)), context, () => 'never');
      if (accepted.ok) known.set(`local/${accepted.id}`, { contentHash: accepted.contentHash, captured: context.captured });
    }
    expect(statuses((await send(late)).results)).toEqual(['duplicate', 'duplicate']);
    expect(await held()).toEqual(['a']);
    await log.close();
  });

  it('other bytes under one id are a conflict, within one batch too', async () => {
    const { submit: send, held, log } = await given();
    const { results } = await send([sighting('a'), sighting('a', { statement: 'other' }), sighting('b')], PROCEED);
    expect(statuses(results)).toEqual(['accepted', 'refused', 'accepted']);
    expect(faultOf(results[1])).toMatchObject({ code: 'event.id-conflict', pointer: '/id' });
    // Nothing was accepted before: the other document is in the same request, and the answer says where, in a later part of a stream too.
    expect(faultOf(results[1])).toMatchObject({ detail: expect.stringMatching(/^Row 0 of this request, too, has the id a/) as string });
    const later = await send([sighting('c'), sighting('d'), sighting('d', { statement: 'other' })], PROCEED, { firstRow: 500 });
    expect(faultOf(later.results[2])).toMatchObject({ detail: expect.stringMatching(/^Row 501 of this request/) as string });
    expect((await held()).sort()).toEqual(['a', 'b', 'c', 'd']);
    await log.close();
  });

  it('what the ledger holds already is a duplicate and is not appended again; with other bytes it is a conflict', async () => {
    const first = await given();
    const { results } = await first.submit([sighting('a')]);
    const contentHash = results[0]?.status === 'accepted' ? results[0].receipt.contentHash : '';
    const firstCaptured = '2026-11-23T00:00:00.000001Z';
    const later = await given();
    later.known.set('local/a', { contentHash, captured: firstCaptured });
    expect(statuses((await later.submit([sighting('a')])).results)).toEqual(['duplicate']);
    expect(await later.held()).toEqual([]);
    expect(faultOf((await later.submit([sighting('a', { statement: 'other' })])).results[0])).toMatchObject({
      code: 'event.id-conflict',
      detail: expect.stringContaining(`in the ledger since before (captured ${firstCaptured}`) as string,
    });
    // The receipt is for what stands: the first, with its time.
    expect((await later.submit([sighting('a')])).results[0]).toMatchObject({ receipt: { captured: firstCaptured, duplicate: true } });
    // Control: a ledger that does not know it takes it.
    later.known.clear();
    expect((await later.submit([sighting('a')])).results[0]).toMatchObject({
      status: 'accepted',
      receipt: { captured: context.captured, duplicate: false },
    });
    await Promise.all([first.log.close(), later.log.close()]);
  });

  it('a document without an id never is a duplicate', async () => {
    const { submit: send, log } = await given();
    const { id: _, ...unnamed } = sighting('a');
    const { results } = await send([unnamed, unnamed]);
    expect(statuses(results)).toEqual(['accepted', 'accepted']);
    const ids = results.map((result) => (result.status === 'refused' ? '' : result.receipt.id));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    await log.close();
  });
});

describe('a document without an id that is sent again', () => {
  const { id: _, ...unnamed } = sighting('a');
  const KEY = { idempotencyKey: 'upload-1' };

  it('after a lost reply is the same event under the same idempotency key, however often and in each row', async () => {
    const { submit: send, held, log } = await given();
    log.faults.loseReplies(2);
    const batch = [unnamed, sighting('b'), unnamed];
    for (const _turn of [1, 2]) await expect(send(batch, ROLLBACK, KEY)).rejects.toThrow(LogUnavailable);
    const { results } = await send(batch, ROLLBACK, KEY);
    expect(statuses(results)).toEqual(['accepted', 'accepted', 'accepted']);
    const ids = await held();
    // Three times in the log, which is transport; three events by (agency, id).
    expect([ids.length, new Set(ids).size]).toEqual([9, 3]);
    await log.close();
  });

  it('is another event without a key: the control of the above', async () => {
    const { submit: send, held, log } = await given();
    log.faults.loseReplies(1);
    await expect(send([unnamed])).rejects.toThrow(LogUnavailable);
    await send([unnamed]);
    expect(new Set(await held()).size).toBe(2);
    await log.close();
  });

  it('once the ledger has it is a duplicate under its key, and other bytes in its place are a conflict', async () => {
    const { submit: send, known, log } = await given();
    const [first] = (await send([unnamed], ROLLBACK, KEY)).results;
    if (first?.status !== 'accepted') throw new Error('not accepted');
    const { id, contentHash, captured } = first.receipt;
    known.set(`local/${id}`, { contentHash, captured });
    expect(statuses((await send([unnamed], ROLLBACK, KEY)).results)).toEqual(['duplicate']);
    expect(faultOf((await send([{ ...unnamed, statement: 'other' }], ROLLBACK, KEY)).results[0])).toMatchObject({
      code: 'event.id-conflict',
    });
    await log.close();
  });

  it('keeps its id in a stream that is cut into other parts the second time', async () => {
    const { submit: send, held, log } = await given();
    await send([unnamed, unnamed], PROCEED, KEY);
    await send([unnamed], PROCEED, { ...KEY, firstRow: 0 });
    await send([unnamed], PROCEED, { ...KEY, firstRow: 1 });
    expect(new Set(await held()).size).toBe(2);
    await log.close();
  });
});

describe('a batch with a refused row', () => {
  it('appends nothing under rollback and the good ones under proceed', async () => {
    const { submit: send, held, log } = await given();
    const batch = [sighting('a'), BAD, sighting('b')];
    const rolledBack = await send(batch, ROLLBACK);
    expect(rolledBack.appended).toBe(false);
    expect(await held()).toEqual([]);
    const proceeded = await send(batch, PROCEED);
    expect(proceeded).toMatchObject({ appended: true });
    expect(statuses(proceeded.results)).toEqual(['accepted', 'refused', 'accepted']);
    expect((await held()).sort()).toEqual(['a', 'b']);
    await log.close();
  });

  it('a dry run appends nothing and says what would have happened', async () => {
    const { submit: send, held, log } = await given();
    const { results, appended } = await send([sighting('a'), sighting('a'), BAD], { onError: 'proceed', dryRun: true, sign: true });
    expect(statuses(results)).toEqual(['accepted', 'duplicate', 'refused']);
    expect(appended).toBe(false);
    expect(await held()).toEqual([]);
    await log.close();
  });
});

describe('a correction', () => {
  const target = sighting('t', { items: [{ id: 'container:SYNU0000041', role: 'subject' }] });
  const correction = (items: SightingDocument['items'] & object): SightingDocument =>
    sighting('k', { kind: 'correction', relations: { target: 't' }, items });
  const OWN = { id: 'container:SYNU0000014', role: 'subject' } as const;
  const TARGETS = { id: 'container:SYNU0000041', role: 'subject' } as const;

  it('that leaves out an item of a target that the ledger knows is refused, and what is missing is named', async () => {
    const { submit: send, items, held, log } = await given();
    items.set('local/t', ['container:SYNU0000041']);
    const { results } = await send([correction([OWN])]);
    expect(faultOf(results[0])).toMatchObject({ code: 'correction.item-missing', pointer: '/items', expected: 'container:SYNU0000041' });
    expect(await held()).toEqual([]);
    expect(statuses((await send([correction([OWN, TARGETS])])).results)).toEqual(['accepted']);
    await log.close();
  });

  it('is held to a target of the same batch too, before it or after it', async () => {
    const { submit: send, log } = await given();
    for (const batch of [
      [target, correction([OWN])],
      [correction([OWN]), target],
    ]) {
      const { results } = await send(batch);
      expect(results.map(faultOf).filter((fault) => fault !== undefined)).toMatchObject([{ code: 'correction.item-missing' }]);
    }
    await log.close();
  });

  it('that was accepted while its target was unknown is a duplicate when it is sent again, however much is known of the target by then', async () => {
    const { submit: send, known, items, held, log } = await given();
    const { results } = await send([correction([OWN])]);
    if (results[0]?.status !== 'accepted') throw new Error('not accepted');
    items.set('local/t', ['container:SYNU0000041']);
    // The control: a new one like it is refused, so the target is known by now.
    expect(faultOf((await send([{ ...correction([OWN]), id: 'k-2' }])).results[0])).toMatchObject({ code: 'correction.item-missing' });
    const { contentHash, captured } = results[0].receipt;
    known.set('local/k', { contentHash, captured });
    expect(statuses((await send([correction([OWN])])).results)).toEqual(['duplicate']);
    expect(await held()).toEqual(['k']);
    await log.close();
  });

  it('that is refused for its items lends its id to no other row of the request', async () => {
    const { submit: send, items, held, log } = await given();
    items.set('local/t', ['container:SYNU0000041']);
    const { results } = await send([correction([OWN]), correction([OWN]), correction([OWN, TARGETS])], PROCEED);
    expect(statuses(results)).toEqual(['refused', 'refused', 'accepted']);
    expect(results.slice(0, 2).map(faultOf)).toMatchObject([{ code: 'correction.item-missing' }, { code: 'correction.item-missing' }]);
    expect(await held()).toEqual(['k']);
    await log.close();
  });

  it('whose target is not there, or is of another agency, is not held to it', async () => {
    const { submit: send, items, log } = await given();
    items.set('elsewhere/t', ['container:SYNU0000041']);
    const foreign = { ...correction([OWN]), id: 'k2', relations: { target: 'elsewhere/t' } };
    expect(statuses((await send([correction([OWN]), foreign])).results)).toEqual(['accepted', 'accepted']);
    await log.close();
  });
});

describe('a receipt', () => {
  const trusted = { log: 'test/log', keys: [RECEIPT_KEY] };
  const SIGNED: SubmitMode = { ...PROCEED, sign: true };

  it('names log, agency, id, hash and time, and is signed where that is asked for', async () => {
    const { submit: send, log } = await given();
    const { results } = await send([sighting('a')]);
    expect(results[0]).toMatchObject({
      receipt: { log: 'test/log', agency: 'local', id: 'a', captured: context.captured, durability: 'single-node', signature: null },
    });
    const [signed] = (await send([sighting('b')], SIGNED)).results;
    if (signed?.status !== 'accepted') throw new Error('not accepted');
    const { signature, duplicate, ...said } = signed.receipt;
    const opened = openReceipt(utf8(signature ?? ''), trusted);
    expect([duplicate, opened.ok && opened.value.value]).toEqual([false, said]);
    // The control: of another key it is no receipt of this log.
    const other = signingKey('receipt', RECEIPT_KEY.name, new Uint8Array(32).fill(4));
    expect(openReceipt(utf8(signature ?? ''), { ...trusted, keys: [other] }).ok).toBe(false);
    await log.close();
  });

  it('of bytes that are there already is signed for the first of them, and a refused row gets none', async () => {
    const { submit: send, known, log } = await given();
    const [first] = (await send([sighting('a')], SIGNED)).results;
    if (first?.status !== 'accepted') throw new Error('not accepted');
    known.set('local/a', { contentHash: first.receipt.contentHash, captured: '2026-11-20T00:00:00.000000Z' });
    const { results } = await send([sighting('a'), sighting('a', { statement: 'other' }), BAD], SIGNED);
    expect(statuses(results)).toEqual(['duplicate', 'refused', 'refused']);
    const opened = openReceipt(utf8((results[0] as { receipt: { signature: string } }).receipt.signature), trusted);
    expect(opened).toMatchObject({ ok: true, value: { value: { id: 'a', captured: '2026-11-20T00:00:00.000000Z' } } });
    await log.close();
  });

  it('is not signed where nothing was appended', async () => {
    const { submit: send, log } = await given();
    const dry = await send([sighting('a')], { ...SIGNED, dryRun: true });
    const held = await send([sighting('a'), BAD], { ...SIGNED, onError: 'rollback' });
    for (const { results } of [dry, held]) expect(results[0]).toMatchObject({ receipt: { signature: null } });
    await log.close();
  });

  it('is given only after the log has every record of it', async () => {
    let appended = false;
    const { submit: send, log } = await given((memory) => ({
      ...portOf(memory),
      async append(topic, records) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await memory.append(topic, records);
        appended = true;
      },
    }));
    expect(appended).toBe(false);
    await send([sighting('a')]);
    expect(appended).toBe(true);
    await log.close();
  });

  it('is not given when the log refuses: LogUnavailable, and sending again stores each once', async () => {
    const { submit: send, held, log } = await given();
    log.faults.rejectAppends(1);
    await expect(send([sighting('a'), sighting('b')])).rejects.toThrow(LogUnavailable);
    expect(await held()).toEqual([]);
    expect(statuses((await send([sighting('a'), sighting('b')])).results)).toEqual(['accepted', 'accepted']);
    expect((await held()).sort()).toEqual(['a', 'b']);
    await log.close();
  });

  it('is not given for a record that the log can never take', async () => {
    const tooLarge = new FatalLogError('record.too-large', 'The topic refuses a record of this size.');
    const { submit: send, log } = await given((memory) => ({ ...portOf(memory), append: () => Promise.reject(tooLarge) }));
    await expect(send([sighting('a')])).rejects.toBe(tooLarge);
    await log.close();
  });

  it('is not given when the reply is lost, though the log has the record: the next answer brings it to the log again under one id', async () => {
    const { submit: send, held, log } = await given();
    log.faults.loseReplies(1);
    await expect(send([sighting('a')])).rejects.toMatchObject({ code: 'log.unavailable' });
    expect(await held()).toEqual(['a']);
    await send([sighting('a')]);
    expect(await held()).toEqual(['a', 'a']);
    await log.close();
  });

  it('whatever faults the log has, each receipt is for a record that the log holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ fault: fc.constantFrom('none', 'lost', 'refused'), ids: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }) }),
          { maxLength: 8 },
        ),
        async (turns) => {
          const { submit: send, held, log } = await given();
          const receipts = new Set<string>();
          for (const { fault, ids } of turns) {
            if (fault === 'lost') log.faults.loseReplies(1);
            if (fault === 'refused') log.faults.rejectAppends(1);
            const submission = await send(
              ids.map((id) => sighting(`s${id}`)),
              PROCEED,
            ).catch((error: unknown) => {
              if (error instanceof LogUnavailable) return undefined;
              throw error;
            });
            for (const result of submission?.results ?? []) if (result.status !== 'refused') receipts.add(result.receipt.id);
          }
          const inLog = new Set(await held());
          await log.close();
          expect([...receipts].filter((id) => !inLog.has(id))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('would be a lie over a log that answers before it has the record, and the check above notices', async () => {
    const { submit: send, held, log } = await given((memory) => ({ ...portOf(memory), append: () => Promise.resolve() }));
    const { results } = await send([sighting('a')]);
    expect(statuses(results)).toEqual(['accepted']);
    expect(await held()).not.toContain('a');
    await log.close();
  });
});

/** The log's methods, bound: a spread of an object of a class would lose them. */
function portOf(log: MemoryLog): EventLog {
  return {
    adapter: log.adapter,
    append: (...args) => log.append(...args),
    consume: (options) => log.consume(options),
    ends: (topic) => log.ends(topic),
    ensureTopics: (specs) => log.ensureTopics(specs),
    durability: (topic) => log.durability(topic),
    ping: () => log.ping(),
    close: () => log.close(),
  };
}
