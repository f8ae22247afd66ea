import { pino } from 'pino';
import { SCHEMES } from '#lib/domain';
import { DomainError } from './domain-error.ts';
import { createLog, linesOf, type Log, type LogFields, nestLogger } from './log.ts';

/** What a person sent or a secret is: none of it may reach a line. */
const CANARY = 'canary-7f3e';
const SECRET = 'swordfish-key';

function given(level: 'debug' | 'silent' = 'debug'): { log: Log; lines: string[]; records: () => Record<string, unknown>[] } {
  const lines: string[] = [];
  const log = createLog({ level, secrets: [SECRET], destination: { write: (line) => void lines.push(line) } });
  return { log, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const foreignError = (): Error => {
  const cause = Object.assign(new Error(`Unexpected token in ${CANARY}`), { detail: `Key (id)=(${CANARY}) exists`, code: '23505' });
  return new TypeError(`cannot read ${CANARY}\n    at line two of ${CANARY}`, { cause });
};

test('a line is one JSON object with time, level, message and its fields', () => {
  const { log, lines, records } = given();
  log.with({ role: 'gateway' }).info('request', { requestId: 'r-1', route: '/v1/items/:id', status: 200, ms: 1.5 });
  expect(records()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      role: 'gateway',
      requestId: 'r-1',
      route: '/v1/items/:id',
      status: 200,
      ms: 1.5,
      message: 'request',
    },
  ]);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
});

test('a field that is not on the list is dropped, whatever the types were told', () => {
  const { log, lines } = given();
  log.info('x', { body: CANARY, item: CANARY, requestId: { deep: CANARY }, count: 1 } as unknown as LogFields);
  expect(lines.join()).not.toContain(CANARY);
  expect(lines.join()).toContain('"count":1');
});

test("a library's line keeps its fields and its error's code; what is not on the list stays out", () => {
  const { log, lines, records } = given();
  linesOf(log, 'store')('warn', 'failed', { topic: 'events', offset: 7, attempt: 2, reason: CANARY, error: foreignError() });
  expect(records()[0]).toMatchObject({ level: 'warn', component: 'store', message: 'failed', topic: 'events', offset: 7, attempt: 2 });
  expect(records()[0]?.['error']).toMatchObject({ class: 'TypeError', cause: { code: '23505' } });
  expect(lines.join()).not.toContain(CANARY);
});

test('of a foreign error its class, code, frames and causes are told, and none of its words', () => {
  const { log, lines, records } = given();
  log.error('failed', { error: foreignError() });
  expect(lines.join()).not.toContain(CANARY);
  expect(records()[0]?.['error']).toMatchObject({
    class: 'TypeError',
    frames: expect.arrayContaining([expect.stringContaining('log.spec.ts')]),
    cause: { class: 'Error', code: '23505' },
  });
});

test('control: the same error through plain pino shows what it quotes', () => {
  const lines: string[] = [];
  pino({ base: null }, { write: (line) => void lines.push(line) }).error({ err: foreignError() }, 'failed');
  expect(lines.join()).toContain(CANARY);
});

test('a domain error keeps its own detail', () => {
  const { log, records } = given();
  log.warn('refused', { error: new DomainError('body.too-large', 'More than 5 lines.') });
  expect(records()[0]?.['error']).toMatchObject({ class: 'DomainError', code: 'body.too-large', detail: 'More than 5 lines.' });
});

test('secrets, identifiers and passwords in URLs are cut out of every text', () => {
  const { log, lines } = given();
  const detail = `key ${SECRET}, custody_k3v9x0q7m2ab_${'s'.repeat(43)}, vin:WDDSYNTH9JA000001, item=container%3ASYNU0000014, postgres://owner:hunter2@db/x, urn:epc:id:sgtin:0614141.812345.6789`;
  log.error(detail, { error: new DomainError('internal', detail), adapter: detail });
  for (const word of [SECRET, 'WDDSYNTH', 'SYNU0000014', 'hunter2', '0614141', 'ssss']) expect(lines.join()).not.toContain(word);
  expect(lines.join()).toContain('[secret]');
  expect(lines.join()).toContain('[identifier]');
});

test('an identifier of any scheme that there is, and of the names that sources have for one, is cut out', () => {
  const { log, lines } = given();
  const schemes = [...SCHEMES, 'iso6346', 'bic', 'imovn'];
  for (const scheme of schemes) log.info(`about ${scheme}:0614141.812 and item=${scheme}%3A0614141.812`);
  expect(lines.filter((line) => line.includes('0614141'))).toEqual([]);
  expect(lines).toHaveLength(schemes.length);
});

test('nothing in a line is obeyed by a terminal', () => {
  const { log, lines, records } = given();
  log.info('a\u001b[31mred\u009b1m\r\n{"level":"error"}\u2028\u202e\u200b', { method: 'GET\u0007' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.replace(/\n$/, '')).toMatch(/^[\x20-\x7e]+$/);
  expect(records()[0]?.['message']).toContain('\\u{1b}[31m');
});

test('what Nest says about errors carries no words of theirs; the rest passes at debug', () => {
  const { log, lines, records } = given();
  const nest = nestLogger(log);
  nest.error(CANARY, `Error: ${CANARY}\n    at x (y.ts:1:1)`, 'ExceptionsHandler');
  nest.error(foreignError());
  nest.error({ message: CANARY }, undefined, 'RpcExceptionsHandler');
  nest.log('Mapped {/v1/items/:id, GET} route', 'RouterExplorer');
  expect(lines.join()).not.toContain(CANARY);
  expect(records().at(-1)).toMatchObject({ level: 'debug', message: 'Mapped {/v1/items/:id, GET} route', component: 'RouterExplorer' });
});

test('silent writes nothing', () => {
  const { log, lines } = given('silent');
  log.error('x');
  expect(lines).toEqual([]);
});
