import { cosign, formatSignatureLine, utf8 } from '#lib/ledger';
import { TestLog, TestWitness } from '../test-processes/test-witness.ts';
import { witnessAnswered } from './witness-answer.ts';
import { witnessLines } from './witness-lines.ts';

const log = new TestLog();
const { key } = new TestWitness('w.example', log);
const { text } = log.head(7);
const reply = (status: number, body: string, type = 'text/plain') => witnessAnswered({ status, type, body: utf8(body) }, text, [key]);

test('an answer is a cosignature, a size, a refusal or a failure', () => {
  expect(reply(200, formatSignatureLine(cosign(key, text, 5n)))).toMatchObject({ kind: 'cosigned', cosignatures: [{ timestamp: 5n }] });
  expect(reply(200, 'ok')).toMatchObject({ kind: 'failed', reason: expect.stringContaining('note.form') });
  expect(reply(409, '7\n', 'text/x.tlog.size')).toEqual({ kind: 'size', size: 7n });
  expect(reply(409, '7\n')).toMatchObject({ kind: 'failed' });
  expect(reply(404, 'unknown log\nand more')).toEqual({ kind: 'refused', reason: 'it answered 404: unknown log' });
  for (const status of [100, 201, 204, 301, 307, 400, 405, 413, 429, 500, 503]) expect(reply(status, '')).toMatchObject({ kind: 'failed' });
});

test('what it says is quoted only where it is a line of printable ASCII, and cut', () => {
  expect(reply(422, `${'x'.repeat(1_000)}\n`)).toEqual({ kind: 'refused', reason: `it answered 422: ${'x'.repeat(200)}` });
  for (const body of ['\u001b[31mred', '', '\nline', 'über'])
    expect(reply(422, body)).toEqual({ kind: 'refused', reason: 'it answered 422' });
});

test('witnesses at one address are asked together, those without one not at all', () => {
  const other = new TestWitness('other.example', log).key;
  const third = new TestWitness('third.example', log).key;
  const lines = witnessLines({
    witnesses: [
      { key, url: 'https://a.example' },
      { key: other, url: null },
      { key: third, url: 'https://a.example' },
    ],
    threshold: 1,
  });
  expect(lines.map(({ url, keys }) => [url, keys.map(({ name }) => name)])).toEqual([
    ['https://a.example', ['w.example', 'third.example']],
  ]);
});
