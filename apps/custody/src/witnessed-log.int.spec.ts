/** Witnesses stand behind a sealed log: real processes, a real database, the gateway that serves the log. */
import { jest } from '@jest/globals';
import { KEYS_TREE, mapKey, type WitnessPolicy } from '#lib/ledger';
import { ledgerConstants } from '#lib/store';
import { TIMES, WitnessedLog, type TestedWitness } from './witnessed-log.contract.ts';

jest.setTimeout(90_000);

let log: WitnessedLog;
beforeEach(async () => {
  log = await WitnessedLog.open();
}, 90_000);
afterEach(() => log.close());

const policyOf = (threshold: number, ...witnesses: readonly TestedWitness[]): WitnessPolicy => ({
  witnesses: witnesses.map((witness) => witness.policy()),
  threshold,
});
const three = (where: 'process' | 'here'): Promise<TestedWitness[]> =>
  Promise.all(['w1', 'w2', 'w3'].map((name) => log.witness(`${name}.example`, 'nothing', where)));
const sealedSize = async (): Promise<number> => {
  const { rows } = await log.owner.query<{ size: number }>('select max(log_index) + 1 as size from proof.seals');
  return rows[0]?.size ?? 0;
};

test('two of three publish while one is dead; started again it goes on with the others', async () => {
  const [first, second, third] = (await three('process')) as [TestedWitness, TestedWitness, TestedWitness];
  const sealer = await log.sealer(policyOf(2, first, second, third));
  await log.project();
  await sealer.seal();
  const before = await log.until(({ names }) => names.length === 3);
  await third.kill();
  await log.project();
  await sealer.seal();
  const without = await log.until(({ size, names }) => size > before.size && names.length === 2);
  expect(without.names).toEqual(['w1.example', 'w2.example']);
  await third.start();
  await log.until(({ size, names }) => size === without.size && names.length === 3);
});

test('nothing is published below the policy, sealing goes on, and the newest head is published when the policy is met again', async () => {
  const [first, second, third] = (await three('here')) as [TestedWitness, TestedWitness, TestedWitness];
  const sealer = await log.sealer(policyOf(2, first, second, third));
  await log.project();
  await sealer.seal();
  const before = await log.until(({ size, names }) => size > 0 && names.length === 3);
  await Promise.all([second.kill(), third.kill()]);
  for (let n = 0; n < 3; n++) {
    await log.project();
    await sealer.seal();
  }
  await new Promise((resolve) => setTimeout(resolve, 2 * TIMES.alarmMs));
  expect(await log.published()).toEqual(before);
  expect(await sealedSize()).toBeGreaterThan(before.size + 400);
  expect(log.said.map(({ code }) => code)).toContain('seal.unwitnessed');
  // Signed all the same, each of them, and kept: an audit tells a head that waits from one that was taken away.
  const heads = `select size from proof.checkpoints union all select size from proof.waiting_heads where not published`;
  const { rows: headless } = await log.owner.query(`select log_index + 1 as size from proof.seals except (${heads})`);
  expect(headless).toEqual([]);
  const { rows: waiting } = await log.owner.query('select size from proof.waiting_heads where not published');
  expect(waiting).toHaveLength(3);
  // A tile that the published head does not have yet is there for whoever is asked to cosign.
  expect((await fetch(`${log.prefix}/tile/entries/001`)).status).toBe(200);
  await second.start();
  expect(await log.until(({ size }) => size > before.size)).toMatchObject({ size: await sealedSize() });
  expect((await log.owner.query('select size from proof.waiting_heads where not published')).rows).toHaveLength(2);
});

describe('a sealer at its start', () => {
  test('goes on where witnesses know nothing yet, and where they know what is stored', async () => {
    const policy = policyOf(2, ...(await three('here')));
    await log.check(policy);
    expect(log.said.filter(({ code }) => code !== undefined)).toEqual([]);
    await log.project();
    await (await log.sealer(policy)).seal();
    await log.until(({ names }) => names.length === 3);
    // What is asked is the check at the start: on a loaded machine three cosignatures may take longer than the sealer's patience.
    const before = log.said.length;
    await log.check(policy);
    expect(log.said.slice(before).filter(({ code }) => code !== undefined)).toEqual([]);
  });

  test('refuses a database that is older than what a witness signed, and one of another history; without the guard it goes on', async () => {
    const policy = policyOf(2, ...(await three('here')));
    await log.project();
    await (await log.sealer(policy)).seal();
    const old = await log.until(({ names }) => names.length === 3);
    const backup = await log.backup();
    await log.project();
    await (await log.sealer(policy)).seal();
    const signed = await log.until(({ size, names }) => size > old.size && names.length === 3);
    await log.restore(backup);
    await expect(log.check(policy)).rejects.toMatchObject({
      code: 'seal.rollback',
      message: expect.stringContaining(`${signed.size} entries`),
    });
    // Control: a sealer whose own file of the last head is gone too sees nothing, and seals a second history.
    await log.skipEvents();
    const unguarded = await log.sealer({ witnesses: [], threshold: 0 });
    for (let n = 0; n < 2; n++) {
      await log.project();
      await unguarded.seal();
    }
    expect(await sealedSize()).toBeGreaterThan(signed.size);
    const second = await sealedSize();
    expect((await log.until(({ size }) => size === second)).names).toEqual([]);
    // It is a second history by the witnesses' word, and they name the size.
    await expect(log.check(policy)).rejects.toMatchObject({
      code: 'seal.rollback',
      message: expect.stringContaining(`The first ${signed.size} entries of the stored log are not those`),
    });
    expect(log.said.filter(({ code }) => code === 'seal.rollback')).toHaveLength(2);
  });

  test('waits while fewer witnesses answer than have to, and does not need more', async () => {
    const [first, second, third] = (await three('here')) as [TestedWitness, TestedWitness, TestedWitness];
    const policy = policyOf(2, first, second, third);
    await third.kill();
    await log.check(policy);
    expect(log.said.map(({ code }) => code)).toEqual(['seal.witness-failed']);
    await second.kill();
    await expect(log.check(policy)).rejects.toMatchObject({ code: 'seal.witnesses-silent' });
    await second.start();
    await log.check(policy);
  });
});

describe('an auditing witness', () => {
  const both = ['w1.example', 'w1.example/map'];
  const mapPolicy = (witness: TestedWitness): WitnessPolicy => ({ witnesses: [witness.policy(), witness.policy('map')], threshold: 1 });
  const ROW = `log_index = 100 and item = (select min(item) from ledger.timeline where log_index = 100 and item <> '')`;

  test('cosigns the map of an honest log, before its head is published and after it was killed', async () => {
    const witness = await log.witness('w1.example', 'maps', 'process');
    const policy: WitnessPolicy = { witnesses: [witness.policy('map')], threshold: 1 };
    const sealer = await log.sealer(policy);
    for (let n = 0; n < 2; n++) {
      await log.project();
      await sealer.seal();
    }
    await log.until(({ size, names }) => size > 300 && names.includes('w1.example/map'));
    await witness.kill();
    await witness.start();
    await log.project();
    await sealer.seal();
    expect(await log.until(({ size }) => size > 500)).toMatchObject({ names: ['w1.example/map'] });
  });

  test('refuses a map that leaves one entry out of an item tree, and everything after it', async () => {
    const witness = await log.witness('w1.example', 'maps');
    await log.project();
    const kept = await log.owner.query<{ row: string }>(`select timeline::text as row from ledger.timeline where ${ROW}`);
    expect(kept.rows).toHaveLength(1);
    await log.owner.query('alter table ledger.timeline disable trigger all');
    await log.owner.query(`delete from ledger.timeline where ${ROW}`);
    // Sealed without it; the stream that the witness reads has it.
    const sealer = await log.sealer(mapPolicy(witness), async (name) => {
      if (name === 'before_sign') {
        await log.owner.query('insert into ledger.timeline select ($1::text::ledger.timeline).* on conflict do nothing', [
          kept.rows[0]?.row,
        ]);
      }
    });
    await sealer.seal();
    for (const end = Date.now() + 20_000; !log.said.some(({ code }) => code === 'seal.witness-refused');) {
      if (Date.now() > end) throw new Error(JSON.stringify(log.said));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(log.said.find(({ code }) => code === 'seal.witness-refused')?.message).toMatch(/422: The map of the seal at \d+ is not that/);
    await log.project();
    await sealer.seal();
    await new Promise((resolve) => setTimeout(resolve, 3 * TIMES.refusedMs));
    expect(await log.published()).toEqual({ size: 0, names: [] });
  });

  test('control: the same log with that entry in its trees is cosigned', async () => {
    const witness = await log.witness('w1.example', 'maps');
    await log.project();
    await (await log.sealer(mapPolicy(witness))).seal();
    expect((await log.until(({ names }) => names.length === 2)).names).toEqual(both);
  });
});

test('the stream of map links is served for what is sealed and nothing beyond, in whole entries', async () => {
  const get = async (range: string): Promise<[number, Buffer]> => {
    const response = await fetch(`${log.prefix}/links/${range}`);
    return [response.status, Buffer.from(await response.arrayBuffer())];
  };
  expect(await get('0-1')).toEqual([404, expect.objectContaining({})]);
  await log.project();
  await (await log.sealer({ witnesses: [], threshold: 0 })).seal();
  const { rows } = await log.owner.query<{ covers: number }>('select covers from proof.seals');
  const covers = rows[0]?.covers ?? 0;
  const [status, bytes] = await get(`0-${covers}`);
  const { mapSalt } = await ledgerConstants(log.owner);
  const stored = await log.owner.query<{ row: Buffer }>(
    `select int8send(log_index) || map_key as row from (
      select log_index, map_key from ledger.timeline where item <> ''
      union all select log_index, $2::bytea from ledger.notices where convert_from(bytes, 'UTF8') like '{"key":%'
    ) links where log_index < $1::bigint order by log_index, map_key`,
    [covers, Buffer.from(mapKey(mapSalt, KEYS_TREE.group, KEYS_TREE.item))],
  );
  expect(status).toBe(200);
  expect(bytes.readBigUInt64BE()).toBe(BigInt(covers));
  expect(bytes.subarray(8).equals(Buffer.concat(stored.rows.map(({ row }) => row)))).toBe(true);
  for (const range of [`0-${covers + 1}`, '5-5', '7-5', '-1-5', '01-5', '0-5x', '0-99999999999999999999']) {
    const [code, body] = await get(range);
    expect([range, code, (JSON.parse(body.toString()) as { code: string }).code]).toEqual([range, 404, 'links.not-found']);
  }
});
