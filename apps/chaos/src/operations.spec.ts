import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOperations, readOperations, type Operation } from './operations.ts';

const folder = mkdtempSync(join(tmpdir(), 'custody-operations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const operation = (id: string): Operation => ({ at: 1, id, hash: 'a'.repeat(64), outcome: 'ok', status: 202 });

test('outcomes come back in their order, and half a line of a generator that was killed is none', () => {
  const file = join(folder, 'operations.jsonl');
  const log = openOperations(file);
  log.write([operation('a'), operation('b')]);
  log.write([operation('c')]);
  log.close();
  appendFileSync(file, '{"at":2,"id":"d","ha');
  expect(readOperations(file).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});
