/** The committed drill is of this code, or not older than a week, and of as many tamperings as a release is held to. What README says of it: drill-page.spec.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRILL_FILE, DRILL_MUTATIONS_MIN, DRILL_PATHS, type DrillSoak } from './drill-soak.ts';
import { outdatedSince, revisionOf, standingOf } from './soak.ts';

const ROOT = join(import.meta.dirname, '../../..');
const result = JSON.parse(readFileSync(join(ROOT, DRILL_FILE), 'utf8')) as DrillSoak;
const WEEK_MS = 8 * 86_400_000;

describe('the committed drill', () => {
  test('is about this code, or not older than a week', () => {
    const current = revisionOf(ROOT, DRILL_PATHS);
    if (current === null) return void console.log('no git here: the drill is not held against the code');
    const standing = standingOf(result, current);
    if (standing === 'current') expect(result.covers).toEqual([...DRILL_PATHS]);
    if (standing !== 'current') console.log(`drill outdated since ${outdatedSince(ROOT, result)}`);
    expect(standing).not.toBe('too-old');
    // Of other code, and a week later, it would not stand.
    const later = { treeHash: 'other', committedAt: new Date(Date.parse(result.ended) + WEEK_MS) };
    expect(standingOf(result, later)).toBe('too-old');
  });

  test('has as many tamperings as a release is held to, of a ledger with full tiles and tiles above them, and no false alarm', () => {
    expect(result.mutations).toBeGreaterThanOrEqual(DRILL_MUTATIONS_MIN);
    expect(result.entries).toBeGreaterThan(2 * 256);
    expect(result.clean.runs).toBeGreaterThanOrEqual(100);
    expect(result.clean.alarms).toBe(0);
  });
});
