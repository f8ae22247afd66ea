/** Who a caller without credentials on this machine is while access is open, and who commands that work on the data itself are. */
import { OPERATING_AGENCY, ROOT_PRINCIPAL } from '#lib/domain';

export const OPERATOR = { agency: OPERATING_AGENCY, principal: ROOT_PRINCIPAL } as const;
