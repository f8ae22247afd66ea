/** OpenAPI 3.1 of everything that is served, as code; docs/openapi.json is this function's answer, and a spec fails when they differ. */
import type { TSchema } from 'typebox';
import { KINDS, SEARCH_LENGTH_MIN, type Kind } from '#lib/domain';
import { ERRORS, ERROR_CODES, type ErrorCode } from './errors.ts';
import { EXAMPLES, exampleDocument } from './examples.ts';
import { problem, PROBLEM_MEDIA_TYPE } from './problem.ts';
import { schemaOf } from './sighting-schema.ts';
import { NAMED_VIEWS } from './views.ts';

type View = keyof typeof NAMED_VIEWS;
type Json = Record<string, unknown>;

/** Version of the API, as in the paths. */
export const API_VERSION = '1';

/** @returns a fresh document; pure, the same at every call. */
export function openApiDocument(): Json {
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Custody Ledger',
      version: API_VERSION,
      description:
        'Sightings in, timelines out. Every answer names its two coordinates (log size and policy) and tells apart who submitted a sighting (proved) and who reported it (stated).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [{ name: 'events' }, { name: 'items' }, { name: 'proofs' }, { name: 'log' }, { name: 'operation' }, { name: 'reference' }],
    paths: { ...eventPaths(), ...receiptPaths(), ...itemPaths(), ...proofPaths(), ...logPaths(), ...operationPaths(), ...referencePaths() },
    components: { schemas: { ...sightingSchemas(), ...plain(NAMED_VIEWS) } },
  };
}

/** Schemas as JSON: the builder's own marks are not enumerable and fall away. */
const plain = <T>(value: T): Json => JSON.parse(JSON.stringify(value)) as Json;

export const sightingName = (kind: Kind): string => `Sighting.${kind}`;

/** One schema per kind and their union. In the components they have no `$id`: a reference is then resolved against this document. */
function sightingSchemas(): Json {
  const bare = (schema: TSchema): Json => {
    const { $id: _, $schema: __, ...rest } = plain(schema);
    return rest;
  };
  const reference = (kind: Kind): string => `#/components/schemas/${sightingName(kind)}`;
  return {
    Sighting: {
      oneOf: KINDS.map((kind) => ({ $ref: reference(kind) })),
      discriminator: { propertyName: 'kind', mapping: Object.fromEntries(KINDS.map((kind) => [kind, reference(kind)])) },
    },
    ...Object.fromEntries(KINDS.map((kind) => [sightingName(kind), bare(schemaOf(kind))])),
  };
}

function eventPaths(): Json {
  const sighting = { $ref: '#/components/schemas/Sighting' };
  return {
    '/v1/events': {
      ...get(
        'listEvents',
        'events',
        'All events, in the order of the log',
        'EventsView',
        [asOf, cursor, limit],
        'cursor.malformed',
        'asof.malformed',
        'asof.not-sealed',
      ),
      post: {
        operationId: 'submitEvents',
        tags: ['events'],
        summary: 'Submit one sighting, a list, or a stream',
        description:
          'Answered only after the event log has them. An event is known by (agency, id): the same bytes again change nothing, other bytes are a conflict. `rollback`: one refused sighting refuses the request; `proceed`: each row has its own result. A stream is answered row by row as rows become durable.',
        parameters: submissionParameters(),
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { oneOf: [sighting, { type: 'array', minItems: 1, items: sighting }] },
              examples: { one: { value: plain(exampleDocument) }, list: { value: [plain(exampleDocument)] } },
            },
            'application/x-ndjson': { schema: sighting, examples: { stream: { value: `${JSON.stringify(exampleDocument)}\n` } } },
          },
        },
        responses: submissionResponses(),
      },
    },
    '/v1/events/{id}': get(
      'getEvent',
      'events',
      'One event and everything that speaks about it',
      'EventAnswer',
      [pathId('lux-0009'), asOf, agency],
      'asof.malformed',
      'event.not-found',
      'event.ambiguous',
      'asof.not-sealed',
      'answer.too-large',
    ),
    '/v1/conflicts': get(
      'listConflicts',
      'events',
      'Bytes of an id that was taken: kept, never an event',
      'ConflictsView',
      [cursor, limit],
      'cursor.malformed',
    ),
  };
}

function submissionParameters(): readonly Json[] {
  return [
    query(
      'onError',
      { type: 'string', enum: ['rollback', 'proceed'], default: 'rollback' },
      'What a refused row means for the others.',
      'proceed',
    ),
    query('dryRun', { type: 'boolean', default: false }, 'Judge, store nothing.', true),
    query(
      'receipts',
      { type: 'boolean', default: false },
      'Sign the receipt of each row of a list or a stream; that of a single sighting is always signed.',
      true,
    ),
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', pattern: '^(?:"[A-Za-z0-9._:-]{1,128}"|[A-Za-z0-9._:-]{1,128})$' },
      description:
        'For sightings without an id, which otherwise get a new one each time that they are sent: with a key their ids follow from it and their place in the request, so that the same request sent again (after a 503, or an answer that never came) is the same events. One key names one submission: other bytes at the same place are a conflict.',
      example: '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d',
    },
  ];
}

/** A submitter's own. */
function receiptPaths(): Json {
  return {
    '/v1/receipts/{agency}/{id}': get(
      'getReceipt',
      'events',
      'What became of a submission: pending, sealed, rejected',
      'ReceiptStatus',
      [
        { name: 'agency', in: 'path', required: true, schema: { type: 'string' }, description: 'The own agency.', example: 'local' },
        pathId('lux-0009'),
        query(
          'content',
          { type: 'string', pattern: '^[0-9a-f]{64}$' },
          'Which bytes, by the `contentHash` of their receipt: two submissions of one id are told apart by it. Absent: those that stand under the id.',
          EXAMPLES.Receipt.contentHash,
        ),
      ],
      'query.unknown',
      'event.not-found',
    ),
  };
}

function submissionResponses(): Json {
  return {
    '202': {
      description: 'All are in the event log.',
      content: {
        'application/json': {
          schema: { oneOf: [refTo('SubmittedOne'), refTo('SubmittedRows')] },
          examples: {
            one: { value: EXAMPLES.SubmittedOne },
            list: { value: { results: EXAMPLES.SubmittedRows.results.slice(0, 1) } },
          },
        },
        'application/x-ndjson': { schema: refTo('SubmittedRow'), examples: { row: { value: EXAMPLES.SubmittedRow } } },
      },
    },
    '200': {
      description: 'proceed: a result for each row, of which some were refused. dryRun: what would have happened.',
      content: {
        'application/json': content('SubmittedRows'),
        'application/x-ndjson': { schema: refTo('SubmittedRow'), examples: { row: { value: EXAMPLES.SubmittedRow } } },
      },
    },
    ...problems(
      'json.syntax',
      'idempotency-key.malformed',
      'origin.foreign',
      'body.stalled',
      'event.id-conflict',
      'batch.too-large',
      'media-type',
      'media-type.charset',
      'media-type.encoding',
      'host.unknown',
      'schema.required',
      'rate.limited',
      'log.unavailable',
      'append.refused',
      'topic.missing',
      'topic.record-refused',
    ),
  };
}

function itemPaths(): Json {
  const id = pathId('vin:WDDSYNTH9JA000001', 'Identifier, `scheme:value`; any written form is normalised.');
  return {
    '/v1/items/{id}': get(
      'getItem',
      'items',
      'One item',
      'ItemView',
      [id, asOf],
      'asof.malformed',
      'item.not-found',
      'asof.not-sealed',
      'identifier.malformed',
      'answer.too-large',
    ),
    '/v1/items/{id}/timeline': get(
      'getTimeline',
      'items',
      'The sightings of one item, in order, resolved',
      'TimelineView',
      [id, asOf, cursor, limit],
      'asof.malformed',
      'item.not-found',
      'asof.not-sealed',
      'identifier.malformed',
      'answer.too-large',
    ),
    '/v1/search': get(
      'search',
      'items',
      'Find items by an identifier, a part of one, or a misread one',
      'SearchView',
      [
        {
          ...query('q', { type: 'string' }, `At least ${SEARCH_LENGTH_MIN} letters or digits in a row, or a whole value.`, 'SYNU OOOOO1 4'),
          required: true,
        },
        cursor,
        limit,
      ],
      'query.too-short',
    ),
  };
}

function operationPaths(): Json {
  const seq = {
    name: 'seq',
    in: 'path',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    description: 'Number of the dead letter.',
    example: 1,
  };
  return {
    '/v1/dead-letters': get(
      'listDeadLetters',
      'operation',
      'Records that could not be taken',
      'DeadLettersView',
      [cursor, limit],
      'cursor.malformed',
    ),
    '/v1/dead-letters/{seq}': get('getDeadLetter', 'operation', 'One of them with its raw bytes', 'DeadLetterView', [seq], 'dlq.not-found'),
    '/v1/dead-letters/{seq}/retry': {
      post: {
        operationId: 'retryDeadLetter',
        tags: ['operation'],
        summary: 'Append it to the event log again',
        parameters: [seq],
        responses: {
          '202': { description: 'It is in the event log again.', content: { 'application/json': content('RetriedView') } },
          ...problems(
            'origin.foreign',
            'dlq.not-found',
            'dlq.retried',
            'host.unknown',
            'log.unavailable',
            'append.refused',
            'topic.missing',
          ),
        },
      },
    },
    '/livez': health('livez', 'The process runs'),
    '/readyz': health('readyz', 'It makes progress', 'It makes none: the checks say where.'),
    '/metrics': text(
      'metrics',
      'operation',
      'Metrics in Prometheus text format',
      'text/plain',
      [],
      '# TYPE custody_ledger_size_entries gauge\ncustody_ledger_size_entries 64\n',
    ),
  };
}

/** C2SP tlog-tiles: static bytes, which a cache may keep. */
/** What anyone can check by himself: nothing in these answers has to be believed. */
function proofPaths(): Json {
  const whole = (name: string, description: string) => query(name, { type: 'integer', minimum: 0 }, description, 64);
  const size = whole('size', 'Of a published head; absent: the newest.');
  const flag = (name: string, description: string) => query(name, { type: 'boolean', default: false }, description, true);
  return {
    '/v1/log': get(
      'proveLog',
      'proofs',
      "The log's head, and the salt of its item map",
      'Proof',
      [size],
      'log.not-sealed',
      'size.not-published',
    ),
    '/v1/log/keys': get(
      'proveKeys',
      'proofs',
      'The keys that the log stands by, all of them',
      'Proof',
      [size],
      'log.not-sealed',
      'size.not-published',
    ),
    '/v1/log/consistency': get(
      'proveConsistency',
      'proofs',
      'That the larger of two heads continues the smaller',
      'Consistency',
      [whole('from', 'Size of the smaller head.'), whole('to', 'Size of the larger one.')].map((one) => ({ ...one, required: true })),
      'log.not-sealed',
      'size.not-published',
    ),
    '/v1/items/{id}/proof': get(
      'proveItem',
      'proofs',
      'All entries about one item that you may see, or that there are none',
      'Proof',
      [
        pathId('vin:WDDSYNTH9JA000001', 'Identifier.'),
        size,
        query('group', { type: 'string' }, 'One of your reader groups; absent: all of them.', 'clear'),
        whole('from', 'First place in the list of that group; absent: 0.'),
        whole('to', 'Place behind the last; absent: all.'),
        flag('events', 'Show the events that are listed, whole.'),
        flag('inclusion', 'Show the place of each of them in the log.'),
      ],
      'log.not-sealed',
      'size.not-published',
      'identifier.malformed',
      'proof.too-long',
    ),
    '/v1/events/{id}/proof': get(
      'proveEvent',
      'proofs',
      'One event, whole or some of it, and its place in the log',
      'Proof',
      [
        pathId('lux-0009'),
        agency,
        size,
        query(
          'open',
          { type: 'string' },
          'Slots to open beside envelope, kind and handling, which always are; absent: the whole event with its secret.',
          'place,occurred',
        ),
      ],
      'log.not-sealed',
      'size.not-published',
      'event.not-found',
      'event.ambiguous',
      'event.not-sealed',
    ),
  };
}

function logPaths(): Json {
  const path = (name: string, description: string, example: string) => ({
    name, in: 'path', required: true, schema: { type: 'string' }, description, example,
  }); // prettier-ignore
  return {
    '/log/checkpoint': text(
      'getCheckpoint',
      'log',
      'The signed head of the log (C2SP tlog-checkpoint)',
      'text/plain',
      [],
      'ledger.example/log\n64\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— ledger.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZni\n',
      'log.not-sealed',
      'store.unavailable',
    ),
    '/log/tile/{level}/{tile}': text(
      'getTile',
      'log',
      'Hashes of the log, or its entries (C2SP tlog-tiles)',
      'application/octet-stream',
      [
        path('level', 'A level from 0 to 63, or `entries`.', '0'),
        path(
          'tile',
          'Index in groups of three digits, all but the last begun with x; `.p/<width>` behind it where it is partial.',
          '000.p/64',
        ),
      ],
      'bytes',
      'tile.not-found',
      'log.not-sealed',
      'store.unavailable',
    ),
    '/log/links/{range}': text(
      'getMapLinks',
      'log',
      'Which entries stand in which item trees, by map key: for auditing witnesses, where the operator serves it (docs/witness.md)',
      'application/octet-stream',
      [path('range', 'First index and the index behind the last, `<from>-<to>`, at most what the last seal covers.', '0-62')],
      'bytes',
      'links.not-found',
      'store.unavailable',
    ),
  };
}

function referencePaths(): Json {
  const code = { name: 'code', in: 'path', required: true, schema: { type: 'string', enum: ERROR_CODES }, example: 'schema.required' };
  const kind = { name: 'kind', in: 'path', required: true, schema: { type: 'string', enum: KINDS }, example: 'observation' };
  return {
    '/problems/{code}': text(
      'problemPage',
      'reference',
      'What a code means and what to do',
      'text/html',
      [code],
      '<!doctype html>',
      'not-found',
    ),
    '/schemas/sighting/1/{kind}': text(
      'sightingSchema',
      'reference',
      'JSON Schema 2020-12 of one kind',
      'application/schema+json',
      [kind],
      { $id: '/schemas/sighting/1/observation' },
      'not-found',
    ),
    '/openapi.json': text('openapi', 'reference', 'This document', 'application/json', [], { openapi: '3.1.1' }),
    '/asyncapi.json': text('asyncapi', 'reference', 'The topics', 'application/json', [], { asyncapi: '3.0.0' }),
  };
}

const refTo = (view: View) => ({ $ref: `#/components/schemas/${view}` });
const content = (view: View) => ({ schema: refTo(view), examples: { [view]: { value: EXAMPLES[view] } } });
const query = (name: string, schema: Json, description: string, example: unknown) => ({
  name,
  in: 'query',
  required: false,
  schema,
  description,
  example,
});
const pathId = (example: string, description = 'Id of the event.') => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description,
  example,
});

const asOf = query(
  'asOf',
  { type: 'string' },
  "`log:<size>`: what the ledger held at that size. A date or time: what it had recorded by then, that time included, a bare date to its end in UTC; of one that is not over, what is sealed so far. `reported:<date or time>`: the authors' word. Absent: now.",
  'log:64',
);
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^(?:"[A-Za-z0-9._:-]{1,128}"|[A-Za-z0-9._:-]{1,128})$' },
  description:
    'For sightings without an id, which otherwise get a new one each time that they are sent: with a key their ids follow from it and their place in the request, so that the same request sent again (after a 503, or an answer that never came) is the same events. One key names one submission: other bytes at the same place are a conflict.',
  example: '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d',
};
const agency = query('agency', { type: 'string' }, 'Whose event, where several agencies have one of this id.', 'local');
const cursor = query('cursor', { type: 'string' }, 'From `next` of the page before; opaque.', 'eyJ2IjoxfQ');
const limit = query(
  'limit',
  { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  'Most results of one page; a page of large documents ends sooner (8 MiB), and `next` goes on.',
  100,
);

function get(operationId: string, tag: string, summary: string, view: View, parameters: readonly Json[], ...codes: ErrorCode[]): Json {
  const ok = { description: summary, content: { 'application/json': content(view) } };
  return {
    get: {
      operationId,
      tags: [tag],
      summary,
      parameters,
      responses: { '200': ok, ...problems(...codes, 'query.invalid', 'rate.limited', 'store.unavailable') },
    },
  };
}

/** Not limited, so that a supervisor learns of a server at its limit what it asks. @param failing what 503 means, with the same body */
function health(operationId: string, summary: string, failing?: string): Json {
  const answer = (description: string): Json => ({ description, content: { 'application/json': content('HealthView') } });
  const responses = { '200': answer(summary), ...(failing === undefined ? {} : { '503': answer(failing) }), ...problems('host.unknown') };
  return { get: { operationId, tags: ['operation'], summary, parameters: [], responses } };
}

function text(
  operationId: string,
  tag: string,
  summary: string,
  mediaType: string,
  parameters: readonly Json[],
  example: unknown,
  ...codes: ErrorCode[]
): Json {
  const schema = typeof example === 'string' ? { type: 'string' } : { type: 'object' };
  const ok = { description: summary, content: { [mediaType]: { schema, examples: { example: { value: example } } } } };
  return { get: { operationId, tags: [tag], summary, parameters, responses: { '200': ok, ...problems(...codes, 'internal') } } };
}

/** One response per status; of several codes with one status each is an example. */
function problems(...codes: readonly ErrorCode[]): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const status = ERRORS[code].status ?? 500;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.map((code) => ERRORS[code].title).join('; '),
        ...(status === 429 || status === 503
          ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.', example: 1 } } }
          : {}),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: refTo('Problem'),
            examples: Object.fromEntries(
              of.map((code) => [code, { value: problem(code, { instance: '/v1', requestId: EXAMPLES.Problem.requestId }) }]),
            ),
          },
        },
      },
    ]),
  );
}
