/** What a stream sends, in the access log: each piece of it that has something above TLP:CLEAR has its record before it leaves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { readAccessRecord, type AccessRecord } from '#lib/ledger';
import { ANONYMOUS, type Actor } from '#lib/domain';
import { actor, POLICY_AT, ReadsScene, sighting } from './tested-reads.contract.ts';

jest.setTimeout(180_000);

const [A, B, C, OPEN] = ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014', 'imo:0000048', 'vin:WDDSYNTH9JA000002'] as const;
const ANN = actor('police', 'ann');
const EVE = actor('police', 'eve');
const CORA = actor('customs', 'cora');
const WHOLE = '/v1/stream?until=now&since=start';

let scene: ReadsScene;

beforeAll(async () => {
  scene = await ReadsScene.open();
  await scene.submit(sighting('c1', A, { tlp: 'CLEAR' }), ANN);
  await scene.submit(sighting('g1', A, { tlp: 'GREEN' }), ANN);
  await scene.submit(sighting('a1', B, { tlp: 'AMBER', agencies: ['police'] }), CORA);
  await scene.submit(sighting('r1', C, { tlp: 'RED', principals: ['bob'] }), ANN);
  await scene.submit(sighting('c2', OPEN, { tlp: 'CLEAR' }), ANN);
}, 600_000);
afterAll(() => scene.close());
beforeEach(() => {
  scene.glassBreaker = null;
});

const inserts = (verb: string): Promise<unknown> =>
  scene.owner.query(`${verb} insert on access.reads ${verb === 'grant' ? 'to' : 'from'} custody_access`);
const own = (all: readonly AccessRecord[]): AccessRecord[] => all.filter(({ tenant }) => tenant === 'police');

/** A client that reads all that comes. */
class Listening {
  text = '';
  readonly #end = new AbortController();

  static async open(as: Actor, query: string, url = scene.url): Promise<Listening> {
    scene.asking = as;
    const listening = new Listening();
    const { body } = await fetch(`${url}/v1/stream${query}`, { signal: listening.#end.signal, headers: { 'request-id': 'live' } });
    void (async () => {
      const decoder = new TextDecoder();
      for await (const part of body ?? []) listening.text += decoder.decode(part as Uint8Array, { stream: true });
    })().catch(() => undefined);
    return listening;
  }

  has(id: string): boolean {
    return this.text.includes(`"id":"${id}"`);
  }

  async until(id: string): Promise<void> {
    for (const began = performance.now(); !this.has(id); await sleep(20))
      if (performance.now() - began > 60_000) throw new Error(`${id} did not come`);
  }

  close(): void {
    this.#end.abort();
  }
}

describe('a stream', () => {
  it('has one record for each agency of a piece, which names what the piece tells and nothing else', async () => {
    const from = await scene.count();
    const { status, text } = await scene.ask(ANN, WHOLE, { 'custody-on-behalf-of': 'case 12', 'request-id': 'whole' });
    expect([status, text.includes('"id":"r1"')]).toEqual([200, true]);
    const all = await scene.records(from);
    expect(own(all)).toMatchObject([
      {
        ...{
          operation: 'streamEvents',
          agency: 'police',
          principal: 'ann',
          policy: POLICY_AT,
          emergency: false,
          request: 'whole',
          tlp: 'RED',
        },
        ...{ events: ['customs/a1', 'police/g1', 'police/r1'], items: [A, B, C].toSorted() },
        reader: { address: '127.0.0.1', key: 'key-of-ann', via: 'key', behalf: 'case 12' },
      },
    ]);
    expect(all.filter(({ tenant }) => tenant !== 'police')).toMatchObject([{ tenant: 'customs', reader: null, events: ['customs/a1'] }]);
  });

  it('has none of what everybody may read, of a reader to whom nothing more is shown, nor by its head', async () => {
    const from = await scene.count();
    for (const [as, path] of [
      [ANONYMOUS, WHOLE],
      [ANN, `${WHOLE}&item=${OPEN}`],
      [ANN, '/v1/stream?until=now'],
      [EVE, `${WHOLE}&item=${C}`],
    ] as const)
      expect([path, (await scene.ask(as, path)).status]).toEqual([path, 200]);
    scene.asking = ANN;
    expect((await fetch(`${scene.url}/v1/stream?since=start`, { method: 'HEAD' })).status).toBe(200);
    expect(await scene.count()).toBe(from);
  });

  it('has a record of each piece by itself, as it comes, by who its reader is then', async () => {
    const from = await scene.count();
    const live = await Listening.open(EVE, '');
    await scene.submit(sighting('live-1', A, { tlp: 'GREEN' }), CORA);
    await live.until('live-1');
    expect(own(await scene.records(from))).toMatchObject([{ events: ['customs/live-1'], request: 'live', emergency: false, tlp: 'GREEN' }]);
    scene.glassBreaker = EVE;
    await scene.submit(sighting('live-2', A, { tlp: 'RED', principals: ['bob'] }), ANN);
    await live.until('live-2');
    expect(own(await scene.records(from))[1]).toMatchObject({ principal: 'eve', events: ['police/live-2'], emergency: true, tlp: 'RED' });
    live.close();
  });

  it('sends nothing of a piece that cannot be recorded, waits, and goes on when it can', async () => {
    await inserts('revoke');
    let live: Listening;
    try {
      live = await Listening.open(ANN, '?since=start');
      await sleep(1_500);
      expect(live.text).toContain(': alive');
      for (const id of ['c1', 'g1', 'a1', 'r1']) expect([id, live.has(id)]).toEqual([id, false]);
    } finally {
      await inserts('grant');
    }
    await live.until('live-2');
    live.close();
    const last = own(await scene.records()).at(-1);
    expect(last?.events).toEqual(expect.arrayContaining(['customs/a1', 'police/g1', 'police/r1']));
  });

  it('sends a piece only when its record is committed', async () => {
    const client = await scene.owner.connect();
    const from = await scene.count();
    await client.query('begin');
    // Whoever appends waits for this lock.
    await client.query('select size from access.head for update');
    const live = await Listening.open(ANN, `?since=start&item=${C}`);
    await sleep(1_000);
    expect(live.has('r1')).toBe(false);
    await client.query('commit');
    client.release();
    await live.until('r1');
    expect(own(await scene.records(from))).toMatchObject([{ events: ['police/r1'], items: [C] }]);
    live.close();
  });

  it('of a reader who lost his key while his piece was recorded ends without it', async () => {
    const client = await scene.owner.connect();
    await client.query('begin');
    await client.query('select size from access.head for update');
    const live = await Listening.open(ANN, `?since=start&item=${C}`);
    await sleep(500);
    scene.isRefused = true;
    await client.query('commit');
    client.release();
    await sleep(1_000);
    scene.isRefused = false;
    expect([live.has('r1'), live.text.includes('auth.key-revoked')]).toEqual([false, true]);
    live.close();
  });

  it('control: where the access log keeps nothing, the same pieces leave and nobody can tell', async () => {
    const from = await scene.count();
    const { rows } = await scene.owner.query<{ bytes: Buffer }>('select bytes from access.reads order by n desc limit 1');
    expect(readAccessRecord(rows[0]?.bytes ?? Buffer.alloc(0))?.operation).toBe('streamEvents');
    const live = await Listening.open(ANN, '?since=start', await scene.serveForgetful());
    await live.until('r1');
    live.close();
    expect(await scene.count()).toBe(from);
  });
});
