import { codesWithoutTest, ERROR_CODES, ERRORS, type ErrorEntry } from './errors.ts';
import { FAULTS_MAX, pointerToken } from './fault.ts';
import { errorsPage, isErrorCode, problem, problemPage, statusOf } from './problem.ts';

const entries = Object.entries(ERRORS as Record<string, ErrorEntry>);

describe('the error catalogue', () => {
  it('says of every code what happened and what to do, in whole sentences', () => {
    for (const [code, { title, meaning, remedy, status }] of entries) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?$/);
      expect([code, title]).toEqual([code, expect.stringMatching(/^[A-Z].*[^.]$/)]);
      for (const sentence of [meaning, remedy]) expect([code, sentence]).toEqual([code, expect.stringMatching(/^[A-Z0-9`].*\.$/s)]);
      expect(status === null || (status >= 400 && status < 600)).toBe(true);
    }
  });

  it('answers 400 where the text is not JSON, 422 where JSON cannot be accepted, 413 where it is too much', () => {
    expect(statusOf('json.syntax')).toBe(400);
    const refused = ERROR_CODES.filter((code) => /^(schema|identifier|time|place|handling|grade|ref)\./.test(code));
    expect(refused.map(statusOf)).toEqual(refused.map(() => 422));
    expect([statusOf('json.too-large'), statusOf('body.too-large'), statusOf('batch.too-large')]).toEqual([413, 413, 413]);
    expect([statusOf('event.id-conflict'), statusOf('asof.not-sealed')]).toEqual([409, 409]);
  });

  it('never answers success for a code that is no answer', () => {
    for (const [code, { status }] of entries) if (status === null) expect(statusOf(code as keyof typeof ERRORS)).toBe(500);
  });

  it('is listed whole on its reference page', () => {
    for (const code of ERROR_CODES) expect(errorsPage()).toContain(`| \`${code}\` |`);
  });

  it('finds the codes that no test names', () => {
    const all = ERROR_CODES.map((code) => `expect(code).toBe('${code}')`);
    expect(codesWithoutTest(all)).toEqual([]);
    expect(codesWithoutTest(all.slice(1))).toEqual([ERROR_CODES[0]]);
    expect(codesWithoutTest(["'event.id-conflicting'", 'event.id-conflict'])).toContain('event.id-conflict');
  });
});

describe('a problem', () => {
  it('is an RFC 9457 body whose type is a page of this server', () => {
    const body = problem('event.id-conflict', { instance: '/v1/events', requestId: 'r1' });
    expect(body).toEqual({
      type: '/problems/event.id-conflict',
      title: ERRORS['event.id-conflict'].title,
      status: 409,
      detail: ERRORS['event.id-conflict'].meaning,
      instance: '/v1/events',
      code: 'event.id-conflict',
      remedy: ERRORS['event.id-conflict'].remedy,
      requestId: 'r1',
    });
  });

  it('carries at most 20 errors', () => {
    const errors = Array.from({ length: 50 }, (_, n) => ({ code: 'schema.type' as const, pointer: pointerToken(n), detail: 'x' }));
    expect(problem('schema.type', { detail: 'Mend it.', instance: '/', requestId: 'r', errors }).errors).toHaveLength(FAULTS_MAX);
  });

  it('has a page that loads nothing and runs nothing', () => {
    for (const code of ERROR_CODES) {
      const page = problemPage(code);
      expect(page).toContain(`<code>${code}</code>`);
      expect(page).not.toMatch(/<script|<link|<img|<style|style=|src=|<[^>]*\son[a-z]+=|https?:/i);
      expect(page.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
    }
  });

  it('has a page only for codes of the catalogue', () => {
    expect(isErrorCode('json.syntax')).toBe(true);
    for (const other of ['toString', '__proto__', 'constructor', 'json', '<script>']) expect(isErrorCode(other)).toBe(false);
  });
});
