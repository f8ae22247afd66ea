/** Who learns that other bytes were submitted under the id of an event. */
import { ROOT_ACTOR } from '#lib/domain';
import { EVENT_CONFLICTS_MAX } from '#lib/contracts';
import { readAsOf } from './coordinates.ts';
import { conflictsOf } from './event-conflicts.ts';
import { readerOf } from './gateway-deps.ts';
import { seen, subject, TestedLedger } from './tested-ledger.contract.ts';

describe('other bytes under the id of an event', () => {
  let ledger: TestedLedger;
  const told = async (agency: string, ref: { agency: string; id: string }, asOf?: string) =>
    conflictsOf(
      ledger.reads,
      await readerOf({ reads: ledger.reads, breaksGlass: () => false }, { ...ROOT_ACTOR, agency }),
      await readAsOf(asOf, ledger.reads),
      ref,
    );
  const versions = (id: string, count: number) => Array.from({ length: count }, (_, n) => seen(id, [subject(`serial:demo:V${n}`)]));

  beforeAll(async () => {
    ledger = await TestedLedger.open();
    await ledger.add(versions('twice', 2));
    await ledger.add(versions('once', 1));
    await ledger.add(versions('often', EVENT_CONFLICTS_MAX + 2));
    await ledger.add(versions('twice', 3), 'customs');
  }, 60_000);
  afterAll(() => ledger.database.drop());

  test('are told to the agency that submitted them, with hash and time, and to no other', async () => {
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    const one = { contentHash: hash, captured: time };
    expect(await told('local', { agency: 'local', id: 'twice' })).toEqual({ conflicts: [one] });
    expect(await told('customs', { agency: 'customs', id: 'twice' })).toEqual({ conflicts: [one, one] });
    expect(await told('local', { agency: 'customs', id: 'twice' })).toEqual({});
    expect(await told('customs', { agency: 'local', id: 'twice' })).toEqual({});
    expect(await told('local', { agency: 'local', id: 'once' })).toEqual({});
  });

  test('are no part of an answer of one point of view', async () => {
    const ref = { agency: 'local', id: 'twice' };
    const size = await ledger.reads.logSize();
    for (const asOf of [`log:${size}`, 'reported:2190-01-01']) expect([asOf, await told('local', ref, asOf)]).toEqual([asOf, {}]);
  });

  test('are bounded, and it is said that there are more', async () => {
    const { conflicts, moreConflicts } = await told('local', { agency: 'local', id: 'often' });
    expect([conflicts?.length, moreConflicts]).toEqual([EVENT_CONFLICTS_MAX, true]);
  });
});
