/** What a browser is given to keep, and which of what it sends is taken. */
import { cookiesOf, PLAIN_COOKIES } from './cookies.ts';

const SECURE = cookiesOf(true);

test('a cookie is of the port by which its server is asked, and by https of a name that no other host can set', () => {
  const set = (host: string, cookies = PLAIN_COOKIES): string => cookies.set('session', { host }, 'text', 60);
  expect(set('127.0.0.1:8080')).toBe('custody_session_8080=text; Path=/; Max-Age=60; HttpOnly; SameSite=Lax');
  expect(set('[::1]:8080')).toMatch(/^custody_session_8080=/);
  expect(set('localhost')).toMatch(/^custody_session_80=/);
  expect(set('ledger.example:8443', SECURE)).toBe('__Host-custody_session_8443=text; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure');
  expect(set('ledger.example', SECURE)).toMatch(/^__Host-custody_session_443=/);
});

test('an attempt to log in goes to the pages of logins alone, but for where its name takes the whole host', () => {
  expect(PLAIN_COOKIES.set('login', { host: 'a:1' }, '', 0)).toBe('custody_login_1=; Path=/auth; Max-Age=0; HttpOnly; SameSite=Lax');
  expect(SECURE.set('login', { host: 'a:1' }, '', 0)).toMatch(/^__Host-custody_login_1=; Path=\/; .*; Secure$/);
});

test('one is taken that has the name, and none where there are two or it is of another port, use or scheme', () => {
  const of = (cookie: string, cookies = PLAIN_COOKIES): string | undefined => cookies.of('session', { host: 'a:1', cookie });
  expect(of('other=1; custody_session_1=text')).toBe('text');
  expect(of('__Host-custody_session_1=text', SECURE)).toBe('text');
  for (const cookie of [
    'custody_session_1=text; custody_session_1=other',
    'custody_session_2=text',
    'custody_login_1=text',
    '__Host-custody_session_1=text',
    'xcustody_session_1=text',
    '',
  ])
    expect([cookie, of(cookie)]).toEqual([cookie, undefined]);
  // A page in clear can put such a one there.
  expect(of('custody_session_1=text', SECURE)).toBeUndefined();
  expect(PLAIN_COOKIES.of('session', { host: 'a:1' })).toBeUndefined();
});
