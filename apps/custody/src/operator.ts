/** The one agency and principal there is: whoever reaches the loopback port. */
export const OPERATOR = { agency: 'local', principal: 'operator' } as const;
