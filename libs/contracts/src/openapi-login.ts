/** Paths of logins and sessions. */
import { get, type Json, pathId, problems, query } from './openapi-parts.ts';

const sentOn = (description: string): Json => ({
  '303': {
    description,
    headers: {
      Location: { schema: { type: 'string' }, description: 'Where to go on.', example: '/' },
      'Set-Cookie': { schema: { type: 'string' }, description: 'HttpOnly, SameSite=Lax.', example: 'custody_session_8080=...' },
    },
  },
});
const text = { type: 'string' };

export const loginPaths = (): Json => ({ ...logIn(), ...sessions() });

function logIn(): Json {
  return {
    '/auth/login': {
      get: {
        operationId: 'login',
        tags: ['login'],
        summary: 'Go to the OpenID provider to log in',
        parameters: [
          query('agency', text, 'For which agency to act, where the account is a principal of several.', 'acme'),
          query('to', text, 'Path of this server to go on to.', '/'),
        ],
        responses: { ...sentOn('To the provider'), ...problems('auth.login-off', 'auth.provider', 'rate.limited') },
      },
    },
    '/auth/callback': {
      get: {
        operationId: 'endLogin',
        tags: ['login'],
        summary: 'Come back from the OpenID provider: a session begins',
        parameters: [
          query('code', text, 'Of the provider.', 'SplxlOBeZQQYbYS6WxSbIA'),
          query('state', text, 'Of the attempt that this browser began.', 'af0ifjsldkj'),
          query('iss', text, 'The provider (RFC 9207).', 'https://login.example/'),
          query('error', text, 'Why the provider refused.', 'access_denied'),
        ],
        responses: {
          ...sentOn('With a session'),
          ...problems(
            'auth.login-state',
            'auth.login-denied',
            'auth.login-code',
            'auth.login-nonce',
            'auth.subject-unknown',
            'auth.subject-revoked',
            'auth.login-off',
            'auth.provider',
            'busy',
            'rate.limited',
          ),
        },
      },
    },
    '/auth/open': {
      get: {
        operationId: 'openLink',
        tags: ['login'],
        summary: 'Open the first session of the operator by the link of the ready line',
        parameters: [{ ...query('link', text, 'From the ready line; good once.', 'custody_k3v9x0q7m2ab_...'), required: true }],
        responses: { ...sentOn('With a session'), ...problems('auth.link', 'rate.limited', 'store.unavailable') },
      },
    },
  };
}

function sessions(): Json {
  return {
    '/auth/logout': {
      post: {
        operationId: 'logout',
        tags: ['login'],
        summary: 'End the session of this browser',
        parameters: [],
        responses: {
          '204': { description: 'It has ended.' },
          ...problems('origin.foreign', 'origin.unknown', 'rate.limited', 'store.unavailable'),
        },
      },
    },
    '/v1/sessions': get('listSessions', 'login', 'Who is logged in by a browser', 'SessionsView', []),
    '/v1/sessions/{id}': {
      delete: {
        operationId: 'endSession',
        tags: ['login'],
        summary: 'End a session: holds at once',
        parameters: [pathId('k3v9x0q7m2ab', 'Id of the session.')],
        responses: {
          '204': { description: 'It has ended.' },
          ...problems('session.not-found', 'origin.foreign', 'origin.unknown', 'rate.limited', 'store.unavailable'),
        },
      },
    },
  };
}
