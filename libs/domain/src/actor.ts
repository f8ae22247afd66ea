/** Who asks: a person or service of an agency, as authentication found him, or nobody in particular. */

/** What a principal may do. */
export const ACTOR_ROLES = ['contributor', 'investigator', 'auditor', 'partner', 'operator', 'admin'] as const;
/** One of `ACTOR_ROLES`. */
export type ActorRole = (typeof ACTOR_ROLES)[number];

/** Whoever a request comes from. */
export interface Actor {
  readonly agency: string;
  readonly principal: string;
  readonly roles: readonly ActorRole[];
  readonly communities: readonly string[];
  /** Id of the key by which he was known; null: by none. */
  readonly key: string | null;
  readonly via: 'local' | 'key' | 'oidc' | 'session' | 'anonymous';
  /** Id of the session by which he was known; absent: by none. */
  readonly session?: string;
}

/** What an emergency is declared for, and read by: the id of the key or session that was shown; null: a token, or the machine's own operator. */
export const shownBy = ({ key, session }: Pick<Actor, 'key' | 'session'>): string | null => key ?? session ?? null;

/** Nobody in particular: no agency (the empty name is none) and no role. */
export const ANONYMOUS: Actor = { agency: '', principal: '', roles: [], communities: [], key: null, via: 'anonymous' };

/** The reader groups that an actor is in: `clear` alone, or with them `green`, his communities and his agency. Sorted. */
export function groupsOfActor({ via, agency, communities }: Actor): readonly string[] {
  if (via === 'anonymous') return ['clear'];
  return [`agency:${agency}`, 'clear', ...communities.map((community) => `community:${community}`), 'green'].sort();
}
