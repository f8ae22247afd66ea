import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outdatedSince, revisionOf, standingOf, wasRemoved } from '../../chaos/src/soak.ts';
import { shortcomings, TRAVEL_FILE, TRAVEL_PATHS, TRAVEL_SUITE, type TravelResult } from './travel-result.ts';

const ROOT = join(import.meta.dirname, '../../..');
// Before the first run there is none: the suite runs in its small size all the same, and this says what is owed. Once one is committed, it stays.
const kept = existsSync(join(ROOT, TRAVEL_FILE)) ? (JSON.parse(readFileSync(join(ROOT, TRAVEL_FILE), 'utf8')) as TravelResult) : null;
if (kept === null) console.log(`${TRAVEL_FILE} is owed before a release: run npm run bench -- --travel`);

const whole = { journeys: 10_000, clones: { right: 99, wrong: 5, missed: 1 }, alarms: { right: 594, wrong: 10, missed: 6 } };

test('counts are enough with ten thousand journeys, a clone in a hundred, and hardly any missed or told wrongly', () => {
  expect(shortcomings(whole)).toEqual([]);
  for (const [found, said] of [
    [{ ...whole, journeys: 9_999 }, ['9999 of 10000 journeys']],
    [{ ...whole, clones: { right: 99, wrong: 0, missed: 0 } }, ['99 clones planted among 10000 journeys']],
    [{ ...whole, clones: { ...whole.clones, missed: 2 } }, [`clones: recall ${99 / 101}`]],
    [{ ...whole, clones: { ...whole.clones, wrong: 6 } }, [`clones: precision ${99 / 105}`]],
    [{ ...whole, alarms: { ...whole.alarms, missed: 7 } }, [`alarms: recall ${594 / 601}`]],
    [{ ...whole, alarms: { right: 0, wrong: 0, missed: 0 } }, ['alarms: recall NaN', 'alarms: precision NaN']],
  ] as const)
    expect(shortcomings(found)).toEqual(said);
});

test('the suite is there, is as large as it is told, and leaves what it counted', () => {
  const suite = readFileSync(join(ROOT, TRAVEL_SUITE), 'utf8');
  for (const name of ['TRAVEL_COUNT', 'TRAVEL_SEED', 'CUSTODY_TRAVEL_RESULT']) expect(suite).toContain(`process.env['${name}']`);
});

describe('the committed result of the travel checks', () => {
  test('may not be taken away again once it was there', () => {
    expect(wasRemoved(ROOT, TRAVEL_FILE)).toBe(false);
  });

  test('is about this code, or not older than a week', () => {
    const current = revisionOf(ROOT, TRAVEL_PATHS);
    if (kept === null || current === null) return;
    const standing = standingOf(kept, current);
    if (standing !== 'current') console.log(`travel checks outdated since ${outdatedSince(ROOT, kept)}`);
    expect(standing).not.toBe('too-old');
  });

  test('has the counts that a release is held to', () => {
    if (kept !== null) expect([kept.covers, shortcomings(kept)]).toEqual([[...TRAVEL_PATHS], []]);
  });
});
