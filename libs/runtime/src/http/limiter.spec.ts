import { clientOf, createLimiter, type Admission, type Limiter } from './limiter.ts';

function given(options: { ratePerSecond?: number; burst?: number; inFlightMax?: number } = {}): {
  limiter: Limiter;
  at: (ms: number) => void;
} {
  let nowMs = 0;
  const limiter = createLimiter({ ratePerSecond: 10, burst: 5, inFlightMax: 1_000, ...options, now: () => nowMs });
  return { limiter, at: (ms) => (nowMs = ms) };
}

const verdict = (admission: Admission): string => (admission.admitted ? 'in' : admission.code);
const ask = (limiter: Limiter, times: number, client = 'a'): string[] =>
  Array.from({ length: times }, () => verdict(limiter.admit(client)));

test('a client may use its burst at once, then its rate', () => {
  const { limiter, at } = given();
  expect(ask(limiter, 6)).toEqual(['in', 'in', 'in', 'in', 'in', 'rate.limited']);
  at(100);
  expect(ask(limiter, 2)).toEqual(['in', 'rate.limited']);
  at(60_000);
  expect(ask(limiter, 6).filter((word) => word === 'in')).toHaveLength(5);
});

test('one client at its limit leaves the others alone', () => {
  const { limiter } = given();
  ask(limiter, 10, 'a');
  expect(ask(limiter, 1, 'b')).toEqual(['in']);
});

test('what is refused says in whole seconds when to come back', () => {
  const { limiter } = given({ ratePerSecond: 0.2, burst: 1 });
  ask(limiter, 1);
  expect(limiter.admit('a')).toEqual({ admitted: false, code: 'rate.limited', retryAfterSeconds: 5 });
});

test('at most so many are worked on at once, and busy costs a client nothing of its rate', () => {
  const { limiter } = given({ inFlightMax: 2, burst: 3 });
  const [first] = [limiter.admit('a'), limiter.admit('a')];
  expect(ask(limiter, 5)).toEqual(['busy', 'busy', 'busy', 'busy', 'busy']);
  if (!first.admitted) throw new Error('the first is admitted');
  first.release();
  first.release();
  expect(limiter.inFlight()).toBe(1);
  expect(ask(limiter, 1)).toEqual(['in']);
});

test('the memory of clients is bounded', () => {
  const { limiter } = given({ burst: 1, ratePerSecond: 0.001, inFlightMax: 1_000_000 });
  ask(limiter, 1, 'first');
  expect(ask(limiter, 1, 'first')).toEqual(['rate.limited']);
  for (let client = 0; client < 10_000; client++) limiter.admit(String(client));
  expect(ask(limiter, 1, 'first')).toEqual(['in']);
});

test('a machine that has a whole network of IPv6 addresses is one client', () => {
  for (const [address, client] of [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    // Of IPv4 each is its own.
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ] as const)
    expect([address, clientOf(address)]).toEqual([address, client]);
});
