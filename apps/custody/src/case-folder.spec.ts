import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseFolder } from './case-folder.ts';

describe('files that a case file refers to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'case-'));
  const fileOf = caseFolder(join(folder, 'case', 'case.jsonl'));
  mkdirSync(join(folder, 'case', 'ais'), { recursive: true });
  writeFileSync(join(folder, 'case', 'ais', 'leg.csv'), 'MMSI\n671990004\n');
  writeFileSync(join(folder, 'secret.txt'), 'not of this case');
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'case', 'link.txt'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are known by hash, size and place', () => {
    const sha256 = createHash('sha256').update('MMSI\n671990004\n').digest('hex');
    expect(fileOf('ais/leg.csv')).toEqual({ sha256, bytes: 15, path: realpathSync(join(folder, 'case', 'ais', 'leg.csv')) });
  });

  test.each(['../secret.txt', 'link.txt', 'ais', 'absent.csv', 'a\0b', '/etc/hostname'])(
    'are not told of %j, which is no file of the case',
    (ref) => {
      expect(fileOf(ref)).toBeUndefined();
    },
  );
});
