/** `GET /v1/stream` in the OpenAPI document. */
import { KINDS } from '#lib/domain';
import { EXAMPLES } from './examples.ts';
import { type Json, problems, query, refTo } from './openapi-parts.ts';
import { STREAM_MEDIA_TYPE, streamBegin, streamedText } from './stream-text.ts';

const EXAMPLE_CURSOR = 'WzEsIjBmM2M5MmFkMWU3NzU0YjAiLHsiZnJvbSI6OX1d';

export function streamPaths(): Json {
  return {
    '/v1/stream': {
      get: {
        operationId: 'streamEvents',
        tags: ['events'],
        summary: 'The events of the log as they come in, one after the other',
        description:
          'Server-Sent Events. Each has an opaque `id`, the place behind it in the log, the kind as `event`, and one line of `data`, a StreamedEvent. In the order of the log, each event once for each place that is gone on from. What you may not see is not there. A comment comes while nothing happens. `event: end` is the last one where the server ends the stream, its data, a StreamEnd, says why: read too slowly, the server ending, a key that does not hold any more (within five seconds).',
        parameters: parameters(),
        responses: {
          '200': {
            description: 'The stream, for as long as both sides keep it.',
            content: {
              [STREAM_MEDIA_TYPE]: {
                schema: { type: 'string' },
                'x-custody-data': { events: refTo('StreamedEvent'), end: refTo('StreamEnd') },
                examples: { stream: { value: streamBegin(EXAMPLE_CURSOR) + streamedText(EXAMPLE_CURSOR, EXAMPLES.StreamedEvent) } },
              },
            },
          },
          ...problems(
            'cursor.malformed',
            'query.invalid',
            'asof.ahead',
            'identifier.malformed',
            'stream.too-many',
            'rate.limited',
            'busy',
            'store.unavailable',
          ),
        },
      },
    },
  };
}

function parameters(): readonly Json[] {
  return [
    {
      ...query('cursor', { type: 'string' }, 'Go on behind the event of this id.', EXAMPLE_CURSOR),
    },
    {
      name: 'Last-Event-ID',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      description: 'The same, as browsers say it when they connect again; it stands above the other two.',
      example: EXAMPLE_CURSOR,
    },
    query(
      'since',
      { type: 'string' },
      'Without a cursor: `start`, all that there is, or `log:<size>`, what came in when the log had that size and after. Absent: what comes in from now on.',
      'log:8',
    ),
    query('item', { type: 'string' }, 'Only events that name this item, `scheme:value`.', 'vin:WDDSYNTH9JA000001'),
    query('kind', { type: 'string', enum: KINDS }, 'Only events of this kind.', 'correction'),
    query('until', { type: 'string', enum: ['now'] }, 'End where the log ends at the moment, instead of waiting for more.', 'now'),
  ];
}
