import { parseInstant } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import type { SealPoint } from '#lib/store';
import { coordinatesOf, heldAt, pointOfView, readAsOf, sealBounds, type AsOf, type PointReads } from './coordinates.ts';

const micros = (text: string): number => {
  const instant = parseInstant(text);
  if (!instant.ok) throw new Error(instant.detail);
  return instant.value as number;
};

/** A log of so many entries with these seals, in their order. */
const logOf = (size: number, seals: readonly SealPoint[] = []): PointReads => ({
  logSize: () => Promise.resolve(size),
  policyPoint: () => Promise.resolve(0),
  lastSealBy: (time) => Promise.resolve(seals.findLast((seal) => seal.time <= time) ?? null),
  sealCovering: (covers) => Promise.resolve(seals.find((seal) => seal.covers === covers) ?? null),
  firstSeal: () => Promise.resolve(seals[0] ?? null),
});
const UNSEALED = logOf(62);
/** Entries 0 to 9 and 10 to 40 (of which 40 came while the first was made); 62 waits. */
const SEALED = logOf(63, [
  { logIndex: 40, covers: 40, time: micros('2026-11-24T23:59:59.999999Z') },
  { logIndex: 61, covers: 60, time: micros('2026-11-25T12:00:00Z') },
]);

async function codeOf(text: string, reads: PointReads = UNSEALED): Promise<string> {
  try {
    await readAsOf(text, reads);
    return 'taken';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

describe('asOf', () => {
  it('absent means the log as it is now', async () => {
    expect(await readAsOf(undefined, UNSEALED)).toEqual({ basis: 'log', logSize: 62, now: true });
  });

  it('of a log size means the entries below it, and none that are not there yet', async () => {
    expect(await readAsOf('log:0', UNSEALED)).toEqual({ basis: 'log', logSize: 0 });
    expect(await readAsOf('log:62', UNSEALED)).toEqual({ basis: 'log', logSize: 62 });
    expect(await codeOf('log:63')).toBe('asof.ahead');
  });

  it('of a reported time includes that time; a date alone is the end of its UTC day', async () => {
    expect(await readAsOf('reported:2019-05-09T12:59:59Z', UNSEALED)).toMatchObject({
      basis: 'reported',
      logSize: 62,
      until: micros('2019-05-09T12:59:59Z'),
    });
    const day = await readAsOf('reported:2019-05-09', UNSEALED);
    if (day.basis !== 'reported') throw new Error(day.basis);
    expect(day.until).toBeGreaterThanOrEqual(micros('2019-05-09T23:59:59.999999Z'));
    expect(day.until).toBeLessThan(micros('2019-05-10T00:00:00.000001Z'));
    expect(day.text).toBe('2019-05-09');
  });

  it.each([
    ['2026-11-24', 40],
    ['2026-11-24T23:59:59.999999Z', 40],
    ['2026-11-25T11:59:59.999999Z', 40],
    ['2026-11-25T12:00:00Z', 60],
    ['2026-11-25T13:00:00+01:00', 60],
    ['2026-11-25', 60],
    // What is not sealed yet was recorded by no time, and a time to come holds what is sealed so far.
    ['2190-01-01', 60],
  ])('of %s means what the last seal at or before it covers: the entries below %i', async (text, logSize) => {
    const asOf = await readAsOf(text, SEALED);
    expect(asOf).toMatchObject({ basis: 'recorded', logSize, text });
    expect(coordinatesOf(asOf).asOf).toEqual({
      basis: 'recorded',
      logSize,
      recorded: text,
      sealed: logSize === 40 ? '2026-11-24T23:59:59.999999Z' : '2026-11-25T12:00:00.000000Z',
    });
  });

  it('of a time before the first seal means nothing, and says when recording began and what else may be meant', async () => {
    const asOf = await readAsOf('2019-05-01', SEALED);
    expect(asOf).toMatchObject({ basis: 'recorded', logSize: 0 });
    expect(pointOfView(asOf)).toMatch(
      /^at log size 0, as recorded by 2019-05-01 \(.*first seal .* 2026-11-24T23:59:59\.999999Z.*as of reported:2019-05-01\)$/,
    );
  });

  it('of a time, in a log that nobody has sealed, is refused: it is not known since when anything was known', async () => {
    for (const text of ['2019-05-01', '2190-01-01', '2019-05-01T00:00:00Z']) expect(await codeOf(text)).toBe('asof.not-sealed');
  });

  it.each([
    '',
    'now',
    'log:',
    'log:-1',
    'log:01',
    'log:1e3',
    'log:99999999999999999',
    'reported:',
    'reported:yesterday',
    'reported:2019-02-30',
    'reported:2019-05-09T12:00',
    'recorded:2019-05-09',
    'LOG:1',
    '2019',
    '2019-05',
    '2019-02-30',
    '2019-05-09T12:00',
    '2019-05-09T12:00:00',
  ])('of "%s" means nothing', async (text) => {
    expect([await codeOf(text), await codeOf(text, SEALED)]).toEqual(['asof.malformed', 'asof.malformed']);
  });
});

describe('policy', () => {
  const under = (point: number): PointReads => ({ ...UNSEALED, policyPoint: () => Promise.resolve(point) });
  const refused = (policy: string): Promise<string> =>
    readAsOf(undefined, under(7), policy).then(
      (asOf) => `taken ${String(asOf.policy)}`,
      (error: unknown) => (error as DomainError).code,
    );

  it('is that of now, and no answer is by another', async () => {
    expect(coordinatesOf(await readAsOf('log:3', under(7))).policy).toBe(7);
    expect(coordinatesOf(await readAsOf(undefined, under(0))).policy).toBe(0);
    expect(await Promise.all(['7', '6', '0', '8', '', '07', 'now'].map(refused))).toEqual([
      ...['taken 7', 'policy.past', 'policy.past', 'asof.ahead', 'query.invalid', 'query.invalid', 'query.invalid'],
    ]);
  });
});

describe('a walk over pages', () => {
  const at = async (text: string | undefined, held: number, reads = SEALED): Promise<AsOf> =>
    heldAt(await readAsOf(text, reads), held, reads);

  it('stays at the log size that its first page had', async () => {
    expect(await at(undefined, 50)).toEqual({ basis: 'log', logSize: 50, now: true });
    expect(await at(undefined, 99)).toEqual({ basis: 'log', logSize: 63, now: true });
  });

  it('stays with the seal that its first page had, though a later one has come before the time is over', async () => {
    const held = await at('2026-11-25', 40);
    expect(coordinatesOf(held).asOf).toMatchObject({ logSize: 40, recorded: '2026-11-25', sealed: '2026-11-24T23:59:59.999999Z' });
    expect(await at('2026-11-25', 60)).toEqual(await readAsOf('2026-11-25', SEALED));
  });

  it('has no other place to stand: a cursor that says one was not given here', async () => {
    for (const [text, held] of [
      ['2026-11-25', 41],
      ['2026-11-24', 60],
      ['2019-05-01', 40],
    ] as const)
      await expect(at(text, held)).rejects.toMatchObject({ code: 'cursor.malformed' });
  });
});

describe('recorded times in an answer', () => {
  const seals: readonly SealPoint[] = [
    { logIndex: 42, covers: 40, time: 1 },
    { logIndex: 61, covers: 60, time: 2 },
  ];
  const shown = (asOf: AsOf): number[] =>
    seals
      .filter(({ logIndex, covers }) => logIndex < sealBounds(asOf).below && covers <= sealBounds(asOf).coversMax)
      .map(({ time }) => time);

  it('at a log size are those of seals below it: what comes later changes nothing of it', () => {
    expect([40, 42, 43, 61, 62].map((logSize) => shown({ basis: 'log', logSize }))).toEqual([[], [], [1], [1], [1, 2]]);
  });

  it('by a time include that of the seal which answers it', () => {
    const by = (logSize: number): AsOf => ({ basis: 'recorded', logSize, text: '', sealed: 1, begins: 1 });
    expect([by(40), by(60)].map(shown)).toEqual([[1], [1, 2]]);
  });
});
