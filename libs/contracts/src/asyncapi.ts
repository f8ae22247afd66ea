/** AsyncAPI 3 of the topics, as code; docs/asyncapi.json is this function's answer, and a spec fails when they differ. */
import { ERROR_CODES } from './errors.ts';
import { submittedHeaders, RECORD_MEDIA_TYPE } from './cloud-events.ts';
import { exampleDocument, EXAMPLES } from './examples.ts';
import { STREAM_END, STREAM_MEDIA_TYPE } from './stream-text.ts';
import { StreamEnd } from './stream-views.ts';

/** Where capture appends and the projector reads. */
export const SIGHTINGS_TOPIC = 'custody.sightings.v1';
/** Copies of what the projector could not take; the table with the raw bytes is the record of them. */
export const DEAD_LETTERS_TOPIC = 'custody.dlq.v1';

type Json = Record<string, unknown>;
const text = (description: string, extra: Json = {}): Json => ({ type: 'string', description, ...extra });

/** @returns a fresh document; pure, the same at every call. */
export function asyncApiDocument(): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Custody Ledger topics',
      version: '1',
      description: 'CloudEvents 1.0 in Kafka binary mode. Headers are checked copies: whatever decides anything stands in the value.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: RECORD_MEDIA_TYPE,
    channels: {
      sightings: {
        address: SIGHTINGS_TOPIC,
        description:
          'Every submitted sighting, once or more; who reads it drops repetitions by (agency, id). Records of one key keep their order.',
        messages: { submitted: { $ref: '#/components/messages/submitted' } },
      },
      deadLetters: {
        address: DEAD_LETTERS_TOPIC,
        description: 'Records that the projector could not take, with their reason.',
        messages: { deadLetter: { $ref: '#/components/messages/deadLetter' } },
      },
      stream: {
        address: '/v1/stream',
        description:
          'Server-Sent Events over HTTP, not a topic: what the ledger took in, for one reader, in the order of the log. Parameters and refusals: streamEvents in /openapi.json.',
        messages: { streamed: { $ref: '#/components/messages/streamed' }, end: { $ref: '#/components/messages/streamEnd' } },
      },
    },
    operations: {
      publishSighting: {
        action: 'send',
        summary: 'Capture appends a sighting',
        channel: { $ref: '#/channels/sightings' },
        messages: [{ $ref: '#/channels/sightings/messages/submitted' }],
      },
      projectSighting: {
        action: 'receive',
        summary: 'The projector takes it into the ledger',
        channel: { $ref: '#/channels/sightings' },
        messages: [{ $ref: '#/channels/sightings/messages/submitted' }],
      },
      keepDeadLetter: {
        action: 'send',
        summary: 'The projector sets one aside',
        channel: { $ref: '#/channels/deadLetters' },
        messages: [{ $ref: '#/channels/deadLetters/messages/deadLetter' }],
      },
      streamEvents: {
        action: 'send',
        summary: 'The gateway sends a reader what he may see',
        channel: { $ref: '#/channels/stream' },
        messages: [{ $ref: '#/channels/stream/messages/streamed' }, { $ref: '#/channels/stream/messages/end' }],
      },
    },
    components: {
      messages: { submitted: submittedMessage(), deadLetter: deadLetterMessage(), ...streamMessages() },
      schemas: { recordHeader: recordHeader() },
    },
  };
}

const hash = (description: string): Json => text(description, { pattern: '^[0-9a-f]{64}$' });

/** The first line of a value: canonical JSON (RFC 8785). */
function recordHeader(): Json {
  const properties = {
    agency: text('Who submitted it.'),
    alg: { const: 'none', description: 'How the content is sealed: not at all in version 1.' },
    captured: text("Capture's clock, RFC 3339 UTC with six decimals."),
    commitment: hash('Root of the field tree.'),
    content: hash('SHA-256 of the content.'),
    id: text('Of the event, unique in its agency.'),
    principal: text('Person or service of the agency.'),
    secret: hash("Seed of the field tree's salts."),
    v: { const: 1 },
  };
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}

function submittedMessage(): Json {
  const headers = {
    ...submittedHeaders({
      agency: 'local',
      id: 'lux-0009',
      captured: '2026-11-24T02:10:00.000000Z',
      subject: 'vin:WDDSYNTH9JA000001',
      requestId: '0193a3c1',
    }),
  };
  return {
    name: 'submitted',
    title: 'A submitted sighting',
    summary:
      'Value: `header || "\\n" || content`. The header is described by components.schemas.recordHeader; the content is the sighting document\'s canonical bytes, as submitted.',
    contentType: RECORD_MEDIA_TYPE,
    headers: {
      type: 'object',
      required: [...Object.keys(headers).filter((name) => name !== 'ce_subject'), 'custody-mac'],
      properties: {
        ce_specversion: { const: '1.0' },
        ce_id: text('As `id` of the header.'),
        ce_source: text('`/agencies/{agency}`.'),
        ce_type: { const: headers['ce_type'] },
        ce_time: text('As `captured` of the header.'),
        ce_subject: text('The key, when it is an identifier.'),
        'content-type': { const: RECORD_MEDIA_TYPE },
        'custody-request': text('Request id, for the log lines of capture.'),
        'custody-mac': text(
          'HMAC-SHA-256 by the publisher\'s key over JCS `["custody/record/v1", agency, principal, id, sha256hex(value)]`, hex.',
          { pattern: '^[0-9a-f]{64}$' },
        ),
      },
    },
    payload: { type: 'string', contentMediaType: RECORD_MEDIA_TYPE, description: 'Bytes: the header line, a line feed, the content.' },
    bindings: { kafka: { key: text('First subject identifier, else the event id.') } },
    examples: [{ name: 'lux-0009', headers: { ...headers, 'custody-mac': '9a'.repeat(32) }, payload: exampleValue() }],
  };
}

/** Shows the shape; the hashes in it belong to no real record. */
function exampleValue(): string {
  const header = {
    agency: 'local',
    alg: 'none',
    captured: '2026-11-24T02:10:00.000000Z',
    commitment: '9a'.repeat(32),
    content: '4f'.repeat(32),
    id: 'lux-0009',
    principal: 'operator',
    secret: '0b'.repeat(32),
    v: 1,
  };
  return `${JSON.stringify(header)}\n${JSON.stringify(exampleDocument)}`;
}

function deadLetterMessage(): Json {
  return {
    name: 'deadLetter',
    title: 'A record that could not be taken',
    summary: 'Key, headers and value are those of the record, byte by byte; the headers added say where it was and why it was set aside.',
    contentType: RECORD_MEDIA_TYPE,
    headers: {
      type: 'object',
      required: ['custody-reason', 'custody-topic', 'custody-partition', 'custody-offset'],
      properties: {
        'custody-reason': { type: 'string', enum: ERROR_CODES.filter((code) => code.startsWith('record.')) },
        'custody-topic': text('Topic of the record.'),
        'custody-partition': text('Its partition.'),
        'custody-offset': text('Its offset.'),
      },
    },
    payload: { type: 'string', contentMediaType: 'application/octet-stream', description: 'The raw bytes.' },
    examples: [
      {
        name: 'garbage',
        headers: {
          'custody-reason': 'record.malformed',
          'custody-topic': SIGHTINGS_TOPIC,
          'custody-partition': '3',
          'custody-offset': '1041',
        },
        payload: 'not a record',
      },
    ],
  };
}

/** The line `data` of each; `id` and `event` of the standard stand beside it. */
function streamMessages(): Json {
  const of = (name: string, title: string, summary: string, payload: Json, example: unknown): Json => ({
    name,
    title,
    summary,
    contentType: 'application/json',
    headers: { type: 'object', properties: { 'content-type': { const: STREAM_MEDIA_TYPE } } },
    payload,
    examples: [{ name, headers: { 'content-type': STREAM_MEDIA_TYPE }, payload: example }],
  });
  return {
    streamed: of(
      'streamed',
      'An event of the log',
      'Named by its kind; `id` is the place behind it, to go on from. Schema: StreamedEvent in /openapi.json.',
      { type: 'object', required: ['coordinates', 'event'], additionalProperties: false, properties: { coordinates: {}, event: {} } },
      EXAMPLES.StreamedEvent,
    ),
    streamEnd: of(
      'streamEnd',
      'Why the stream ends',
      `The last event, named \`${STREAM_END}\`.`,
      JSON.parse(JSON.stringify(StreamEnd)) as Json,
      EXAMPLES.StreamEnd,
    ),
  };
}
