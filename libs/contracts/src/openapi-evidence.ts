/** The paths of evidence. */
import { content, cursor, get, type Json, limit, problems, query } from './openapi-parts.ts';
import { EXAMPLES } from './examples.ts';

const hash = {
  name: 'hash',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  description: 'SHA-256 of the bytes, in lower-case hex.',
  example: EXAMPLES.EvidenceView.sha256,
};
const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description,
  example,
});
const bytes = { schema: { type: 'string', format: 'binary' }, examples: { text: { value: 'Bill of lading 17' } } };
const uploadOffset = {
  'Upload-Offset': {
    schema: { type: 'integer' },
    description: 'Bytes that are here of an upload of yours which broke off.',
    example: 1_048_576,
  },
};

export function evidencePaths(): Json {
  return {
    '/v1/evidence': get(
      'listEvidence',
      'evidence',
      'All evidence whose bytes are open to you, by hash',
      'EvidenceListView',
      [cursor, limit],
      'cursor.malformed',
      'query.unknown',
    ),
    '/v1/evidence/sha256/{hash}': { put: put(), ...download() },
    '/v1/evidence/sha256/{hash}/custody': get(
      'getCustody',
      'evidence',
      'Its chain of custody, and the events that cite it',
      'EvidenceView',
      [hash],
      'evidence.hash',
      'evidence.not-found',
      'answer.too-large',
    ),
    '/v1/evidence/sha256/{hash}/view': {
      get: {
        operationId: 'viewEvidence',
        tags: ['evidence'],
        summary: 'The evidence as a page of ours, with the cited place marked',
        description: 'Text, tables and images; of anything else the page says that it is to be downloaded. Nothing in it runs.',
        parameters: [hash, query('locator', { type: 'string' }, '`line:5`, `line:5-7`, `row:14`, `region:x=10,y=10,w=50,h=20`.', 'line:5')],
        responses: {
          '200': {
            description: 'The page.',
            content: { 'text/html': { schema: { type: 'string' }, examples: { page: { value: '<!doctype html>' } } } },
          },
          ...problems('evidence.hash', 'query.unknown', 'evidence.not-found', 'rate.limited', 'evidence.missing', 'store.unavailable'),
        },
      },
    },
  };
}

function put(): Json {
  return {
    operationId: 'putEvidence',
    tags: ['evidence'],
    summary: 'Send the bytes of evidence',
    description:
      'The raw bytes, of any type: what a header says of it is not looked at. They are hashed as they come, and kept if they have the hash of the address; the ledger then says who received them. An upload that broke off goes on where it was: HEAD answers 404 with Upload-Offset, and a partial PUT (RFC 9110, section 14.5) with Content-Range begins there. Parts may also be sent one after the other, each answered 202.',
    parameters: [
      hash,
      header('Content-Range', 'Of a part: `bytes <first>-<last>/<size of all>`.', 'bytes 1048576-4194303/4194304'),
      query('purpose', { type: 'string', maxLength: 1024 }, 'What it is sent for, as the act says. Default: upload.', 'case 7'),
      query('authority', { type: 'string', maxLength: 1024 }, 'By what right, as the act says.', 'warrant 12/3'),
    ],
    requestBody: { required: true, content: { '*/*': bytes } },
    responses: {
      '201': { description: 'It is here, and the event log has the act.', content: { 'application/json': content('EvidenceUploaded') } },
      '200': { description: 'You sent it before; nothing was read.', content: { 'application/json': content('EvidenceUploaded') } },
      '202': {
        description: 'The part is here, and more has to come.',
        headers: uploadOffset,
        content: { 'application/json': content('EvidencePart') },
      },
      ...problems(
        'evidence.hash',
        'evidence.content-range',
        'query.unknown',
        'origin.foreign',
        'body.stalled',
        'evidence.offset',
        'log.frozen',
        'evidence.too-large',
        'media-type.encoding',
        'host.unknown',
        'evidence.mismatch',
        'rate.limited',
        'log.unavailable',
        'append.refused',
        'store.unavailable',
        'topic.missing',
        'evidence.disk-full',
      ),
    },
  };
}

function download(): Json {
  const parameters = [hash, header('Range', 'One range of bytes.', 'bytes=0-1023')];
  const failures = problems(
    'evidence.hash',
    'evidence.not-found',
    'evidence.range',
    'rate.limited',
    'evidence.missing',
    'store.unavailable',
  );
  const described =
    'Saved and never shown by a browser: always application/octet-stream, as an attachment named by the hash. ETag is the hash.';
  const operation = (operationId: string, summary: string, answers: Json): Json => ({
    operationId,
    tags: ['evidence'],
    summary,
    description: described,
    parameters,
    responses: { ...answers, ...failures },
  });
  return {
    get: operation('getEvidence', 'The bytes', {
      '200': { description: 'All of it.', content: { 'application/octet-stream': bytes } },
      '206': { description: 'The range.', content: { 'application/octet-stream': bytes } },
    }),
    head: operation('headEvidence', 'What GET would say, without the bytes', {
      '200': {
        description: 'It is here.',
        headers: { ETag: { schema: { type: 'string' }, description: 'The hash.', example: `"${hash.example}"` } },
      },
    }),
  };
}
