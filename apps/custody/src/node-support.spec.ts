import { getsNoUpdates } from './node-support.ts';

it.each([
  ['18.20.8', '2026-11-25', true],
  ['20.19.0', '2026-04-01', false],
  ['20.19.0', '2026-11-25', true],
  ['22.15.0', '2026-11-25', false],
  ['22.15.0', '2027-06-01', true],
  ['23.1.0', '2026-11-25', true],
  ['24.0.0', '2026-11-25', false],
  ['40.0.0', '2026-11-25', false],
])('Node %s on %s gets no security updates: %p', (version, day, expected) => {
  expect(getsNoUpdates(version, Date.parse(day))).toBe(expected);
});
