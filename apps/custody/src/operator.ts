/** Who a caller without credentials on this machine is while access is open, and who commands that work on the data itself are. */
import { groupsOfActor, OPERATING_AGENCY, ROOT_ACTOR, ROOT_PRINCIPAL } from '#lib/domain';

export const OPERATOR = { agency: OPERATING_AGENCY, principal: ROOT_PRINCIPAL } as const;

/** The reader groups that it is in, known without asking a server, which could leave one out. */
export const OWN_GROUPS: readonly string[] = groupsOfActor(ROOT_ACTOR);
