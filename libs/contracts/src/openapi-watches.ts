/** Watches, alerts and open questions in the OpenAPI document. Watches are added, changed and removed by events: `POST /v1/events`, kind watch. */
import { OPEN_POINTS } from '#lib/domain';
import { cursor, get, type Json, limit, query } from './openapi-parts.ts';

export function watchPaths(): Json {
  return {
    '/v1/watches': get('listWatches', 'watches', 'What your agency watches', 'WatchesView', [
      query('removed', { type: 'string', enum: ['1'] }, 'Also those that were removed.', '1'),
    ]),
    '/v1/alerts': get(
      'listAlerts',
      'watches',
      'What the watches of your agency were met by',
      'AlertsView',
      [
        query('watch', { type: 'string' }, 'Of one watch: the id of the event that added it.', '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d'),
        cursor,
        limit,
      ],
      'cursor.malformed',
    ),
    '/v1/questions': get(
      'listQuestions',
      'items',
      'What is left for a person to decide, over all that you may see',
      'QuestionsView',
      [query('kind', { type: 'string', enum: [...OPEN_POINTS] }, 'Of one sort alone.', 'check-digit'), cursor, limit],
      'cursor.malformed',
    ),
  };
}
