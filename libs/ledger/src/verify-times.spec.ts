/** When a head was sealed: whose word it is, what contradicts it, and that no verdict names a time without saying so. */
import { CAR, COSIGNED, GROUPS, LedgerWorld, logKey, type Wanted, witnessKeys } from './ledger-world.contract.ts';
import type { Kept, Trust } from './proof-question.ts';
import { verifyHead, verifyProof } from './verify-proof.ts';

const asked = { item: CAR, groups: GROUPS, allEvents: true, inclusion: true };
const all = `all 1 event about ${CAR}, as sealed for the reader groups agency:local, clear, green; of what a marking opened later nothing is said.`;
const policy = (threshold: number) => ({ witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold });
const at = (time: string): string => `${time}.000000Z`;

/** Sealed at this time, and what a reader says of it. */
function checked(time: string, trust: Partial<Trust>, wanted: Wanted = {}) {
  const world = new LedgerWorld().begin();
  world.add([CAR]);
  const { report, keep } = verifyProof(world.seal(at(time)).encode(CAR, wanted), { log: [logKey], ...trust }, asked);
  const found = report.statements.filter(({ step }) => step === 'time' || step === 'age');
  return { ...report, keep, codes: found.map(({ code, state }) => code ?? state), found };
}
const witnessed = (time: string, cosignedAt: Wanted['cosignedAt'] = COSIGNED, threshold = 2, more: Partial<Trust> = {}) =>
  checked(time, { witnesses: policy(threshold), ...more }, { witnesses: witnessKeys, cosignedAt });

describe('the time of a seal', () => {
  it("is the operator's word where no witness is asked, and the verdict says so", () => {
    const { codes, summary, keep } = checked('2019-01-01T00:00:00', {});
    expect([codes, summary]).toEqual([['proof.time-word'], `Unaltered since 2019-01-01 00:00 UTC by the word of its operator: ${all}`]);
    expect(keep?.time).toBe('2019-01-01T00:00:00.000000Z');
  });

  it('is said beside the times of the cosignatures that were asked for', () => {
    const { codes, summary, statements, head } = witnessed('2026-01-01T00:00:00');
    expect(codes).toEqual(['established']);
    expect(summary).toBe(`Unaltered since 2026-01-01 00:00:01 UTC by the word of 2 witnesses: ${all}`);
    expect(head?.seen).toEqual({ seconds: COSIGNED, witnesses: 2 });
    const says = statements.find(({ step }) => step === 'witnesses')?.says;
    expect(says).toContain('witness.example/w1 at 2026-01-01T00:00:01Z, witness.example/w2 at 2026-01-01T00:00:01Z');
  });

  it('long before all of them leaves a window, and the verdict names both times and whose they are', () => {
    const { verdict, codes, summary, found } = witnessed('2019-01-01T00:00:00', COSIGNED, 3);
    expect([verdict, codes]).toEqual(['verified', ['proof.time-window']]);
    expect(found[0]?.says).toMatch(/3 witnesses say that they saw the head by 2026-01-01T00:00:01Z, 2557 days after/);
    expect(summary).toBe(
      `Unaltered since 2026-01-01 00:00:01 UTC by the word of 3 witnesses; its head was sealed 2019-01-01 00:00 UTC by the word of its operator: ${all}`,
    );
  });

  it('after those of as many witnesses as were asked for is a contradiction; clocks may lie apart', () => {
    const late = witnessed('2026-01-01T00:05:02');
    expect([late.verdict, late.codes]).toEqual(['incomplete', ['proof.time-witnessed']]);
    expect(late.summary).toMatch(/its seal says 2026-01-01T00:05:02.000000Z, which is 5 minutes later: one of both is wrong/);
    expect(witnessed('2026-01-01T00:05:01').verdict).toBe('verified');
  });

  it('is held against the time by which enough of them say to have seen it, whoever of the others has a wrong clock', () => {
    const times = [COSIGNED - 100_000n, COSIGNED + 5n, COSIGNED + 100_000_000n];
    expect(witnessed('2026-01-01T00:00:00', times)).toMatchObject({ verdict: 'verified', head: { seen: { seconds: COSIGNED + 5n } } });
    // Who asks for one alone takes the word of any.
    expect(witnessed('2026-01-01T00:00:00', times, 1).verdict).toBe('incomplete');
    expect(witnessed('2026-01-01T00:00:00', times, 3).codes).toEqual(['proof.time-window']);
  });

  it('is not held against too few of them', () => {
    const { verdict, codes, head } = checked('2027-01-01T00:00:00', { witnesses: policy(2) }, { witnesses: [witnessKeys[0]!] });
    expect([verdict, codes, head?.seen]).toEqual(['incomplete', ['proof.time-word'], undefined]);
  });

  it("ahead of the reader's clock is not fresh, nor verified, however old it may be", () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    const ahead = checked('2099-01-01T00:00:00', { nowMs, ageSecondsMax: 60 });
    expect([ahead.verdict, ahead.codes]).toEqual(['incomplete', ['proof.time-word', 'proof.ahead']]);
    expect(ahead.summary).toMatch(/^Incomplete: The seal says 2099-01-01T00:00:00.000000Z, 26663 days ahead of this clock/);
    expect(checked('2099-01-01T00:00:00', { nowMs }).verdict).toBe('incomplete');
    expect(checked('2026-01-01T00:05:01', { nowMs }).verdict).toBe('incomplete');
    expect(checked('2026-01-01T00:05:00', { nowMs, ageSecondsMax: 60 }).verdict).toBe('verified');
  });

  it('is not made good by cosignatures with a time that is still to come: those do not count', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    const toCome = witnessed('2026-01-01T00:00:00', 2n ** 62n, 2, { nowMs });
    expect([toCome.verdict, toCome.summary]).toEqual([
      'incomplete',
      expect.stringMatching(/0 of 2 .* a time ahead of this clock does not/),
    ]);
    // Without a clock they are shown as they are.
    expect(witnessed('2026-01-01T00:00:00', 2n ** 62n).summary).toMatch(
      /since 4611686018427387904 s after 1970 by the word of 2 witnesses/,
    );
  });
});

describe('the time of a kept head', () => {
  const world = new LedgerWorld().begin();
  world.add([CAR]);
  world.seal(at('2026-06-01T00:00:00'));
  const { keep } = verifyProof(world.encode(CAR), { log: [logKey] }, asked);
  const first = world.size;
  const grown = (time: string) => {
    const log = new LedgerWorld().begin();
    log.add([CAR]);
    log.seal(at('2026-06-01T00:00:00'));
    log.add([CAR]);
    return log.seal(at(time));
  };
  const after = (time: string, kept: Partial<Kept> = {}) => {
    const log = grown(time);
    const trust = { log: [logKey], kept: { ...keep!, consistency: log.consistency(first), ...kept } };
    const { report } = verifyProof(log.encode(CAR), trust, { ...asked, isLatest: true });
    return [report.verdict, ...report.statements.filter(({ step }) => step === 'time').map(({ code, state }) => code ?? state)];
  };

  it('is never after that of a later head, by a microsecond', () => {
    expect(after('2019-01-01T00:00:00')).toEqual(['altered', 'proof.time-kept']);
    expect(after('2026-05-31T23:59:59')).toEqual(['altered', 'proof.time-kept']);
    expect(after('2026-06-01T00:00:00')).toEqual(['verified', 'established', 'proof.time-word']);
    expect(after('2026-06-01T00:00:00', { time: '2026-06-01T00:00:00.000001Z' })).toEqual(['altered', 'proof.time-kept']);
  });

  it('contradicts a later head also where nobody was asked for the path between them', () => {
    expect(after('2019-01-01T00:00:00', { consistency: null })).toEqual(['altered', 'proof.time-kept']);
  });

  it('is never before that of an earlier head, and of the same head the same', () => {
    const log = grown('2026-07-01T00:00:00');
    const now = { ...verifyProof(log.encode(CAR), { log: [logKey] }, asked).keep!, trees: [] };
    const early = (kept: Partial<Kept>) =>
      verifyProof(world.encode(CAR), { log: [logKey], kept: { ...now, consistency: log.consistency(first), ...kept } }, asked).report;
    expect(early({}).verdict).toBe('verified');
    expect(early({ time: at('2026-05-01T00:00:00') }).verdict).toBe('altered');
    const same = (time: string) =>
      verifyProof(world.encode(CAR), { log: [logKey], kept: { ...keep!, consistency: [], time } }, asked).report.verdict;
    expect([same(at('2026-06-01T00:00:00')), same(at('2026-05-01T00:00:00'))]).toEqual(['verified', 'altered']);
  });

  it('that an older version did not keep is not known, which is said', () => {
    const { time: _, ...older } = keep!;
    const log = grown('2019-01-01T00:00:00');
    const { report, keep: next } = verifyProof(
      log.encode(CAR),
      { log: [logKey], kept: { ...older, consistency: log.consistency(first) } },
      asked,
    );
    expect(report.verdict).toBe('verified');
    expect(report.statements.filter(({ step }) => step === 'time').map(({ code }) => code)).toEqual([
      'proof.time-unknown',
      'proof.time-word',
    ]);
    expect(next?.time).toBe('2019-01-01T00:00:00.000000Z');
  });
});

it('of a head by itself no seal is shown: its time is that of its witnesses, or not said', () => {
  const world = new LedgerWorld().begin().seal();
  expect(verifyHead(world.checkpoint(), { log: [logKey] }).summary).toBe('Unaltered since it was signed.');
  const report = verifyHead(world.checkpoint({ witnesses: witnessKeys }), { log: [logKey], witnesses: policy(1) });
  expect(report.summary).toBe('Unaltered since 2026-01-01 00:00:01 UTC by the word of 1 witness.');
});
