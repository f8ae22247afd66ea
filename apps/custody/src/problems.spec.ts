/** What the HTTP server below refuses by itself, in words of the catalogue. */
import { type ErrorCode, isErrorCode, problem, statusOf } from '#lib/contracts';
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
