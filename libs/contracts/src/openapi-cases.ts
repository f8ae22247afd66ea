/** Cases in the OpenAPI document. They are opened and changed by events: `POST /v1/events`, kinds case and case-act. */
import { agency, asOf, cursor, get, type Json, limit, pathId, policy } from './openapi-parts.ts';

export function casePaths(): Json {
  return {
    '/v1/cases': get(
      'listCases',
      'cases',
      'Cases: chosen sightings with notes; those that you may see',
      'CasesView',
      [asOf, policy, cursor, limit],
      'cursor.malformed',
      'asof.malformed',
      'asof.not-sealed',
    ),
    '/v1/cases/{id}': get(
      'getCase',
      'cases',
      'One case: its sightings in order, each as it stands, with what was noted',
      'CaseView',
      [pathId('case-7', 'Id of the document that opened it.'), asOf, policy, agency, cursor, limit],
      'cursor.malformed',
      'asof.malformed',
      'case.not-found',
      'event.ambiguous',
      'asof.not-sealed',
      'answer.too-large',
    ),
  };
}
