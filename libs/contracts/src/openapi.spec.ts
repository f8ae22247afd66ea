import { Errors } from 'typebox/schema';
import { SEARCH_LENGTH_MIN } from '#lib/domain';
import { asyncApiDocument } from './asyncapi.ts';
import { EXAMPLES } from './examples.ts';
import { openApiDocument } from './openapi.ts';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';
import { NAMED_VIEWS } from './views.ts';

type Json = Record<string, unknown>;
const openapi = JSON.parse(JSON.stringify(openApiDocument())) as Json;
const asyncapi = JSON.parse(JSON.stringify(asyncApiDocument())) as Json;

function* within(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const member of Object.values(value)) yield* within(member);
}

const resolve = (document: Json, ref: string): unknown =>
  ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, token) => (at as Json | undefined)?.[token.replaceAll('~1', '/').replaceAll('~0', '~')], document);

/** Why the value is not what the schema of this document says; empty: it is. */
const refusal = (document: Json, schema: Json, value: unknown): string[] => {
  const [, errors] = Errors({ ...schema, components: document['components'] }, value);
  return errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const operations = Object.entries(openapi['paths'] as Json).flatMap(([path, item]) =>
  Object.entries(item as Json).map(([method, operation]) => [`${method} ${path}`, operation as Json] as const),
);
const contentsOf = (operation: Json): (readonly [string, Json])[] => {
  const holders = [operation['requestBody'], ...Object.values(operation['responses'] as Json)].filter(
    (holder) => holder !== undefined,
  ) as Json[];
  return holders.flatMap((holder) => Object.entries((holder['content'] ?? {}) as Json) as [string, Json][]);
};

describe('the OpenAPI document', () => {
  it('refers only to what is in it', () => {
    const refs = [...within(openapi)].flatMap((object) => (typeof object['$ref'] === 'string' ? [object['$ref']] : []));
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => resolve(openapi, ref) === undefined)).toEqual([]);
    expect(resolve(openapi, '#/components/schemas/Nothing')).toBeUndefined();
  });

  it.each(operations)('names %s once, with parameters, answers and problems that have examples', (name, operation) => {
    expect(operations.filter(([, other]) => other['operationId'] === operation['operationId'])).toHaveLength(1);
    const placeholders = [...name.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder);
    const parameters = (operation['parameters'] ?? []) as Json[];
    expect(parameters.filter((parameter) => parameter['in'] === 'path').map((parameter) => parameter['name'])).toEqual(placeholders);
    for (const parameter of parameters) expect(parameter).toHaveProperty('example');
    const statuses = Object.keys(operation['responses'] as Json);
    expect(statuses.some((status) => /^[23]/.test(status))).toBe(true);
    expect(statuses.some((status) => status.startsWith('4') || status.startsWith('5'))).toBe(true);
    for (const [, content] of contentsOf(operation)) expect(Object.keys(content['examples'] as Json)).not.toEqual([]);
  });

  it('gives examples that are what their schemas say', () => {
    let checked = 0;
    for (const [name, operation] of operations) {
      for (const [mediaType, content] of contentsOf(operation)) {
        for (const [example, { value }] of Object.entries(content['examples'] as Record<string, { value: unknown }>)) {
          const shown = mediaType === 'application/x-ndjson' && typeof value === 'string' ? JSON.parse(value) : value;
          expect([name, example, refusal(openapi, content['schema'] as Json, shown)]).toEqual([name, example, []]);
          checked++;
        }
      }
    }
    expect(checked).toBeGreaterThan(60);
  });

  it('would notice an example that is not: one member less turns it red', () => {
    for (const name of Object.keys(NAMED_VIEWS) as (keyof typeof EXAMPLES)[]) {
      const [member = ''] = Object.keys(EXAMPLES[name]);
      const { [member]: _, ...less } = EXAMPLES[name] as unknown as Json;
      expect(refusal(openapi, { $ref: `#/components/schemas/${name}` }, EXAMPLES[name])).toEqual([]);
      expect(refusal(openapi, { $ref: `#/components/schemas/${name}` }, less)).not.toEqual([]);
    }
  });

  it('tells apart who submitted, proved, and who reported, stated', () => {
    const view = { $ref: '#/components/schemas/EventView' };
    const event = EXAMPLES.EventView;
    expect(refusal(openapi, view, { ...event, submittedBy: { ...event.submittedBy, proved: false } })).not.toEqual([]);
    expect(refusal(openapi, view, { ...event, reportedBy: { by: 'x', proved: true } })).not.toEqual([]);
  });

  it('gives a recorded time as seals write it, or none', () => {
    const view = { $ref: '#/components/schemas/EventView' };
    const recordedAs = (recorded: unknown): string[] => refusal(openapi, view, { ...EXAMPLES.EventView, recorded });
    expect([recordedAs(null), recordedAs('2026-11-24T02:10:01.000000Z')]).toEqual([[], []]);
    for (const other of ['2026-11-24', '2026-11-24T02:10:00Z', '2026-11-24T02:10:00.000000+01:00', 1])
      expect(recordedAs(other)).not.toEqual([]);
  });

  it('says of health what the server does: no limit, and the same form whether ready or not', () => {
    const answersOf = (id: string): Json => operations.find(([, each]) => each['operationId'] === id)?.[1]['responses'] as Json;
    expect([Object.keys(answersOf('livez')), Object.keys(answersOf('readyz'))]).toEqual([
      ['200', '421'],
      ['200', '421', '503'],
    ]);
    const schemas = ['200', '503'].map((status) => (answersOf('readyz')[status] as { content: Json }).content);
    expect(schemas[1]).toEqual(schemas[0]);
    expect(JSON.stringify(openapi)).toContain(`At least ${SEARCH_LENGTH_MIN} letters`);
    expect(JSON.stringify(openapi)).toContain('custody_ledger_size_entries');
  });

  it('answers every refusal with a problem of the catalogue', () => {
    for (const [, operation] of operations) {
      for (const [status, response] of Object.entries(operation['responses'] as Json)) {
        // What is not ready says what is missing, in the form of what is.
        if (/^[23]/.test(status) || (operation['operationId'] === 'readyz' && status === '503')) continue;
        const content = ((response as Json)['content'] as Json)[PROBLEM_MEDIA_TYPE] as Json;
        for (const { value } of Object.values(content['examples'] as Record<string, { value: Json }>))
          expect(String(value['status'])).toBe(status);
      }
    }
  });
});

describe('the AsyncAPI document', () => {
  it('refers only to what is in it, and every operation has a message of its channel with an example', () => {
    const refs = [...within(asyncapi)].flatMap((object) => (typeof object['$ref'] === 'string' ? [object['$ref']] : []));
    expect(refs.filter((ref) => resolve(asyncapi, ref) === undefined)).toEqual([]);
    for (const operation of Object.values(
      asyncapi['operations'] as Record<string, { channel: { $ref: string }; messages: { $ref: string }[] }>,
    )) {
      for (const { $ref } of operation.messages) {
        expect($ref.startsWith(`${operation.channel.$ref}/messages/`)).toBe(true);
        const message = resolve(asyncapi, (resolve(asyncapi, $ref) as { $ref: string }).$ref) as {
          headers: Json;
          payload: Json;
          examples: { headers: unknown; payload: unknown }[];
        };
        expect(message.examples.length).toBeGreaterThan(0);
        for (const example of message.examples) {
          expect(refusal(asyncapi, message.headers, example.headers)).toEqual([]);
          expect(refusal(asyncapi, message.payload, example.payload)).toEqual([]);
        }
      }
    }
  });

  it('shows a value whose header is what the schema of headers says', () => {
    const message = resolve(asyncapi, '#/components/messages/submitted') as { examples: { payload: string }[] };
    const [header = '', content = ''] = (message.examples[0]?.payload ?? '').split('\n');
    const schema = { $ref: '#/components/schemas/recordHeader' };
    expect(refusal(asyncapi, schema, JSON.parse(header))).toEqual([]);
    expect(refusal(asyncapi, schema, { ...(JSON.parse(header) as Json), v: 2 })).not.toEqual([]);
    expect(refusal(openapi, { $ref: '#/components/schemas/Sighting' }, JSON.parse(content))).toEqual([]);
  });
});
