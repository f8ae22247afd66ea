/** A handling as it is kept: in one form, so that it is known again. */
import type { Handling } from '#lib/domain';

/** `"principals":[` stands in it where persons are named. */
export function handlingText({ tlp, community, agencies, principals }: Handling): string {
  return JSON.stringify({
    ...(agencies === undefined || agencies.length === 0 ? {} : { agencies }),
    ...(community === undefined ? {} : { community }),
    ...(principals === undefined || principals.length === 0 ? {} : { principals }),
    tlp,
  });
}
