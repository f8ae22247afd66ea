/** What the paths of the OpenAPI document are put together from: parameters, answers, problems. */
import { ERRORS, type ErrorCode } from './errors.ts';
import { EXAMPLES } from './examples.ts';
import { problem, PROBLEM_MEDIA_TYPE } from './problem.ts';
import type { NAMED_VIEWS } from './views.ts';

export type View = keyof typeof NAMED_VIEWS;
export type Json = Record<string, unknown>;

export const refTo = (view: View) => ({ $ref: `#/components/schemas/${view}` });
export const content = (view: View) => ({ schema: refTo(view), examples: { [view]: { value: EXAMPLES[view] } } });
export const query = (name: string, schema: Json, description: string, example: unknown) => ({
  name,
  in: 'query',
  required: false,
  schema,
  description,
  example,
});
export const pathId = (example: string, description = 'Id of the event.') => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description,
  example,
});

export const asOf = query(
  'asOf',
  { type: 'string' },
  "`log:<size>`: what the ledger held at that size. A date or time: what it had recorded by then, that time included, a bare date to its end in UTC; of one that is not over, what is sealed so far. `reported:<date or time>`: the authors' word. Absent: now.",
  'log:64',
);
export const at = query(
  'at',
  { type: 'string' },
  'Valid time: a date (that day in UTC, as a whole) or a time with its offset (that second, minute or hour). What certainly is of it stands apart from what only may be. It goes with any `asOf`.',
  '2018-10-01T08:30:00Z',
);
export const policy = query(
  'policy',
  { type: 'integer', minimum: 0 },
  'P, as `coordinates.policy` said it: the answer is by that policy or refused (`policy.past`). Absent: now.',
  0,
);
export const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^(?:"[A-Za-z0-9._:-]{1,128}"|[A-Za-z0-9._:-]{1,128})$' },
  description:
    'For sightings without an id, which otherwise get a new one each time that they are sent: with a key their ids follow from it and their place in the request, so that the same request sent again (after a 503, or an answer that never came) is the same events. One key names one submission: other bytes at the same place are a conflict.',
  example: '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d',
};
export const agency = query('agency', { type: 'string' }, 'Whose event, where several agencies have one of this id.', 'local');
export const cursor = query('cursor', { type: 'string' }, 'From `next` of the page before; opaque.', 'eyJ2IjoxfQ');
export const explain = query(
  'explain',
  { type: 'string', enum: ['1'] },
  'Also say of each field of the answer to which sightings it leads, and by them to person, agency, times and evidence (`explanation`).',
  '1',
);
export const limit = query(
  'limit',
  { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  'Most results of one page; a page of large documents ends sooner (8 MiB), and `next` goes on.',
  100,
);

export function get(
  operationId: string,
  tag: string,
  summary: string,
  view: View,
  parameters: readonly Json[],
  ...codes: ErrorCode[]
): Json {
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
export function health(operationId: string, summary: string, failing?: string): Json {
  const answer = (description: string): Json => ({ description, content: { 'application/json': content('HealthView') } });
  const responses = { '200': answer(summary), ...(failing === undefined ? {} : { '503': answer(failing) }), ...problems('host.unknown') };
  return { get: { operationId, tags: ['operation'], summary, parameters: [], responses } };
}

export function text(
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
export function problems(...codes: readonly ErrorCode[]): Json {
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
