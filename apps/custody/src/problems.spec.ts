/** What the HTTP server below refuses by itself, in words of the catalogue. */
import { type ErrorCode, isErrorCode, problem, statusOf } from '#lib/contracts';
import { FatalLogError, LogUnavailable } from '#lib/event-log';
import { problemAnswer } from '#lib/runtime';
import { translate } from './http.ts';

const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: { instance: string; requestId: string }) => problem(code as ErrorCode, of),
};
const answerTo = (error: unknown) => problemAnswer(error, { instance: '/v1/events', requestId: 'r-1' }, catalogue);
const refusal = (code: string): Error => Object.assign(new Error('quotes what was sent'), { code });

describe('a refusal of the HTTP server', () => {
  it.each([
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'query.malformed', 400],
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'body.too-large', 413],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'media-type', 415],
    ['FST_ERR_NOT_FOUND', 'not-found', 404],
  ])('%s is the problem %s', (given, code, status) => {
    const answer = answerTo(refusal(given));
    expect(answer).toMatchObject({ status, code, unexpected: false, body: { type: `/problems/${code}`, code, status, requestId: 'r-1' } });
    expect(JSON.stringify(answer.body)).not.toContain('quotes what was sent');
  });

  it('of a record by a topic that is too small names the topic, since others of the list may be in the log', () => {
    expect(translate(refusal('record.too-large'))).toMatchObject({
      code: 'topic.record-refused',
      detail: expect.stringContaining('may be in the log'),
    });
    expect(problem('topic.record-refused', { instance: '/v1/events', requestId: 'r-1' })).toMatchObject({
      status: 413,
      remedy: expect.stringContaining('max.message.bytes'),
    });
  });

  it('that nobody thought of is a fault of ours, and says nothing of what was sent', () => {
    const answer = answerTo(refusal('FST_ERR_SOMETHING_NEW'));
    expect(answer).toMatchObject({ status: 500, code: 'internal', unexpected: true });
    expect(JSON.stringify(answer.body)).not.toContain('quotes what was sent');
  });
});

describe('an append that fails', () => {
  const answerOf = (error: unknown) => problemAnswer(error, { instance: '/v1/events', requestId: 'r-1' }, catalogue, translate);

  it.each([
    [new LogUnavailable('away'), 'log.unavailable', 503],
    [new FatalLogError('append.refused', 'not authorized'), 'append.refused', 503],
    [new FatalLogError('topic.missing', 'There is no topic events.'), 'topic.missing', 503],
    [new FatalLogError('record.too-large', 'too large'), 'topic.record-refused', 413],
  ])('with %s is answered with the code of the catalogue', (error, code, status) => {
    expect(answerOf(error)).toMatchObject({ status, code });
  });

  it('since the brokers are too old is no fault of ours: 503, with what is wrong', () => {
    const answer = answerOf(new FatalLogError('consumer.stopped', 'The brokers are older than Kafka 3.1.'));
    expect(answer).toMatchObject({
      status: 503,
      unexpected: false,
      body: { code: 'append.refused', detail: 'The brokers are older than Kafka 3.1.' },
    });
    expect(problemAnswer(new FatalLogError('consumer.stopped', 'x'), { instance: '/', requestId: 'r' }, catalogue).status).toBe(500);
  });
});
