import type { Actor } from '#lib/domain';

/** The one agency and principal there is: whoever reaches the loopback port. */
export const OPERATOR = { agency: 'local', principal: 'operator' } as const;

/** The same as whoever asks for something. */
export const OPERATOR_ACTOR: Actor = {
  ...OPERATOR,
  roles: ['contributor', 'investigator', 'auditor', 'operator', 'admin'],
  communities: [],
  key: null,
  via: 'local',
};

/** The reader groups that it is in, known without asking a server, which could leave one out. */
export const OWN_GROUPS: readonly string[] = [`agency:${OPERATOR.agency}`, 'clear', 'green'];
