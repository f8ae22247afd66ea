/** OpenAPI 3.1 of everything that is served, as code; docs/openapi.json is this function's answer, and a spec fails when they differ. */
import type { TSchema } from 'typebox';
import { KINDS, type Kind } from '#lib/domain';
import { AUDIT_QUERY_LENGTH_MAX } from './audit-query.ts';
import { ERROR_CODES } from './errors.ts';
import { examplePolicy } from './example-policy.ts';
import { EXAMPLES, exampleDocument } from './examples.ts';
import { searchPaths } from './openapi-search.ts';
import { SECURITY_SCHEMES, withRoles } from './openapi-roles.ts';
import {
  agency,
  asOf,
  at,
  content,
  cursor,
  explain,
  get,
  health,
  idempotencyKey,
  type Json,
  limit,
  pathId,
  policy,
  problems,
  query,
  refTo,
  text,
} from './openapi-parts.ts';
import { casePaths } from './openapi-cases.ts';
import { evidencePaths } from './openapi-evidence.ts';
import { loginPaths } from './openapi-login.ts';
import { logPaths, proofPaths, receiptPaths } from './openapi-proofs.ts';
import { streamPaths } from './openapi-stream.ts';
import { watchPaths } from './openapi-watches.ts';
import { schemaOf } from './sighting-schema.ts';
import { NAMED_VIEWS } from './views.ts';

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
        'Sightings in, timelines out. Every answer names its two coordinates (log size and policy) and tells apart who submitted a sighting (`proved: true`: agency and principal stand in what is hashed and sealed, as capture wrote them) and who reported it (`proved: false`: as its author states).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'events' },
      { name: 'items' },
      { name: 'cases' },
      { name: 'watches' },
      { name: 'evidence' },
      { name: 'proofs' },
      { name: 'log' },
      { name: 'login' },
      { name: 'operation' },
      { name: 'reference' },
    ],
    paths: withRoles({
      ...eventPaths(),
      ...streamPaths(),
      ...auditPaths(),
      ...receiptPaths(),
      ...itemPaths(),
      ...casePaths(),
      ...searchPaths(),
      ...evidencePaths(),
      ...proofPaths(),
      ...logPaths(),
      ...watchPaths(),
      ...policyPaths(),
      ...loginPaths(),
      ...operationPaths(),
      ...referencePaths(),
    }),
    components: { schemas: { ...sightingSchemas(), ...plain(NAMED_VIEWS) }, securitySchemes: SECURITY_SCHEMES },
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
        [asOf, policy, cursor, limit, explain],
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
              examples: {
                one: { value: plain(exampleDocument) },
                list: { value: [plain(exampleDocument)] },
                policy: { value: plain(examplePolicy) },
              },
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
      [pathId('lux-0009'), asOf, policy, agency, explain],
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
    idempotencyKey,
  ];
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
      'log.frozen',
      'topic.missing',
      'topic.record-refused',
    ),
  };
}

const journeyPath = (id: Json): Json => ({
  '/v1/items/{id}/journey': get(
    'getJourney',
    'items',
    'Where records prove that an item was, by itself and by what it was inside of',
    'JourneyView',
    [id, asOf, at, policy],
    'asof.malformed',
    'at.malformed',
    'item.not-found',
    'asof.not-sealed',
    'identifier.malformed',
    'answer.too-large',
    'busy',
  ),
});

const diffPath = (id: Json): Json => ({
  '/v1/items/{id}/diff': get(
    'diffItem',
    'items',
    'What changed in an item between two points, and by whom',
    'DiffView',
    [
      id,
      {
        ...query(
          'from',
          { type: 'string' },
          '`log:<size>`, or a date or time: what was recorded by then; or `reported:<date or time>`, then both.',
          'log:8',
        ),
        required: true,
      },
      query('to', { type: 'string' }, 'The same, not before `from`. Absent: the log as it is now.', 'log:64'),
    ],
    'asof.malformed',
    'diff.bases-mixed',
    'asof.not-sealed',
    'item.not-found',
    'identifier.malformed',
    'answer.too-large',
    'busy',
  ),
});

function itemPaths(): Json {
  const id = pathId('vin:WDDSYNTH9JA000001', 'Identifier, `scheme:value`; any written form is normalised.');
  return {
    '/v1/items/{id}': get(
      'getItem',
      'items',
      'One item',
      'ItemView',
      [id, asOf, at, policy, explain],
      'asof.malformed',
      'at.malformed',
      'item.not-found',
      'asof.not-sealed',
      'identifier.malformed',
      'answer.too-large',
      'busy',
    ),
    '/v1/items/{id}/timeline': get(
      'getTimeline',
      'items',
      'The sightings of one item, in order, resolved',
      'TimelineView',
      [id, asOf, at, policy, cursor, limit, explain],
      'asof.malformed',
      'at.malformed',
      'item.not-found',
      'asof.not-sealed',
      'identifier.malformed',
      'answer.too-large',
    ),
    ...journeyPath(id),
    ...diffPath(id),
  };
}

function auditPaths(): Json {
  const q = query(
    'q',
    { type: 'string', maxLength: AUDIT_QUERY_LENGTH_MAX },
    'Filters, each once: `actor:` principal or agency/principal, `action:` a kind, or `read`, `item:`, `evidence:` SHA-256, `batch:` an import, `since:` and `until:` by recorded time, both included, a bare date in UTC. A value with spaces stands in double quotes.',
    'actor:operator action:correction since:2026-01-01',
  );
  return {
    '/v1/audit': get(
      'listAudit',
      'events',
      'Who wrote and who read what, newest first',
      'AuditView',
      [q, asOf, policy, cursor, limit],
      'audit.filter',
      'asof.malformed',
      'asof.not-sealed',
      'cursor.malformed',
    ),
    '/v1/audit/reads/{n}/proof': get(
      'proveRead',
      'proofs',
      'One record of the access log, and its place in it',
      'ReadProof',
      [
        {
          name: 'n',
          in: 'path',
          required: true,
          schema: { type: 'integer', minimum: 0 },
          description: 'Its number, as the audit lists it.',
          example: 2,
        },
      ],
      'read.not-found',
      'read.not-sealed',
      'log.not-sealed',
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

function policyPaths(): Json {
  return {
    '/v1/policy': get(
      'getPolicy',
      'operation',
      'Who there is and what he may do: agencies and communities, and of the own agency its principals and keys',
      'PolicyView',
      [],
    ),
  };
}
