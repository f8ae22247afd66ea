/** The committed result about people is of this code, or not older than a week, and has the counts that a release is held to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LongCheck } from './long-check.ts';
import { PARTS } from './people-parts.ts';
import { PEOPLE_FILE, PEOPLE_PATHS, type PeopleSoak, shortcomings, withPart } from './people-soak.ts';
import { outdatedSince, revisionOf, standingOf, wasRemoved } from './soak.ts';

const ROOT = join(import.meta.dirname, '../../..');
// Before the first run there is none: the parts run in their small size all the same, and this says what is owed. Once one is committed, it stays.
const kept = existsSync(join(ROOT, PEOPLE_FILE)) ? (JSON.parse(readFileSync(join(ROOT, PEOPLE_FILE), 'utf8')) as PeopleSoak) : null;
if (kept === null) console.log(`${PEOPLE_FILE} is owed before a release: run npm run soak:people`);

const part = (of: Partial<LongCheck> = {}): LongCheck => ({ name: 'a', holds: true, problems: [], counts: { tries: 10 }, ...of });
const DUE = [{ name: 'a', least: { tries: 10 } }];

test('a result counts with every part, each of which holds, in the size and with the counts that are asked for', () => {
  expect(shortcomings({ size: 'soak', parts: [part()] }, DUE)).toEqual([]);
  for (const [result, said] of [
    [{ size: 'ci', parts: [part()] }, 'its size is ci'],
    [{ size: 'soak', parts: [] }, 'a: was not run'],
    [{ size: 'soak', parts: [part({ holds: false, problems: ['it leaks'] })] }, 'a: does not hold: it leaks'],
    [{ size: 'soak', parts: [part({ counts: { tries: 9 } })] }, 'a: 9 tries, and not 10'],
    [{ size: 'soak', parts: [part({ counts: {} })] }, 'a: 0 tries, and not 10'],
  ] as const)
    expect(shortcomings(result, DUE)).toEqual([said]);
});

test('a part that is run again takes its place among those of the same code and seed, and of no other', () => {
  const result = (of: Partial<PeopleSoak>): PeopleSoak =>
    ({ treeHash: 't', seed: 1, size: 'soak', started: 'later', parts: [], ...of }) as PeopleSoak;
  const before = result({ started: 'first', parts: [part(), part({ name: 'b' })] });
  const again = result({ parts: [part({ holds: false })] });
  expect(withPart(before, again, ['b', 'a']).parts.map(({ name, holds }) => [name, holds])).toEqual([
    ['b', true],
    ['a', false],
  ]);
  expect(withPart(before, again, ['a']).started).toBe('first');
  for (const other of [result({ treeHash: 'u' }), result({ seed: 2 }), result({ size: 'ci' })])
    expect(withPart({ ...other, parts: before.parts }, again, ['a', 'b']).parts).toEqual(again.parts);
});

describe('the committed result about people', () => {
  test('may not be taken away again once it was there', () => {
    expect(wasRemoved(ROOT, PEOPLE_FILE)).toBe(false);
  });

  test('is about this code, or not older than a week', () => {
    const current = revisionOf(ROOT, PEOPLE_PATHS);
    if (kept === null || current === null) return;
    const standing = standingOf(kept, current);
    if (standing === 'current') expect(kept.covers).toEqual([...PEOPLE_PATHS]);
    if (standing !== 'current') console.log(`people outdated since ${outdatedSince(ROOT, kept)}`);
    expect(standing).not.toBe('too-old');
  });

  test('has every part, with the counts that a release is held to', () => {
    if (kept !== null) expect(shortcomings(kept, PARTS)).toEqual([]);
  });
});
