/**
 * The beginning and the end of a log. A log that ends says so in an entry, behind which come nothing but the seals that cover it; one that takes
 * its place says in its genesis where the other ended.
 */
import { encodeFreeze, encodeGenesis, equalBytes, mapSaltHash, readNotice, type LogEnd } from '#lib/ledger';
import {
  appendNotice,
  firstNotice,
  freezeHead,
  isFrozen,
  ledgerConstants,
  lockHead,
  noticesFrom,
  type LogPiece,
  type SealRow,
  type StoreClient,
  type StorePool,
} from '#lib/store';

/** The log has ended: no sealer goes on with it. */
export class LogFrozen extends Error {
  override readonly name = 'LogFrozen';
  readonly code = 'log.frozen';
}

/** The log began otherwise than it is configured to have begun. */
export class OtherBeginning extends Error {
  override readonly name = 'OtherBeginning';
  readonly code = 'log.other-beginning';
}

/** The first entry of the operator fixes the log's name, commits to the map salt, and names the log before it. Throws OtherBeginning. */
export async function beginLog(
  client: StoreClient,
  { pool, origin, previous }: { readonly pool: StorePool; readonly origin: string; readonly previous?: LogEnd },
): Promise<void> {
  const { mapSalt } = await ledgerConstants(pool);
  const genesis = encodeGenesis({ log: origin, mapSalt: mapSaltHash(mapSalt), ...(previous === undefined ? {} : { previous }) });
  const first = (await firstNotice(client))?.bytes ?? null;
  if (first === null) await appendNotice(client, await lockHead(client), genesis);
  else if (previous !== undefined && !equalBytes(first, genesis))
    throw new OtherBeginning('The log is there already, and does not begin at the end of the log that it is to take the place of.');
}

/** Where the last seal is the one over the end, the notice stands this close before what it covers: only seals come between. */
const SEALS_AFTER_END_MAX = 16;

/**
 * Whether the log has ended, by the database's mark or by its own word: a mark that somebody took away does not begin it again.
 * @param last the last seal
 */
export async function hasEnded(client: StoreClient, last: SealRow | null): Promise<boolean> {
  if (await isFrozen(client)) return true;
  const notices = await noticesFrom(client, Math.max(0, (last?.covers ?? 0) - SEALS_AFTER_END_MAX));
  return notices.some((bytes) => readNotice(bytes)?.kind === 'freeze');
}

/** The log's last word, and the database's mark, in the transaction of who holds the token; nothing where that was said before. */
export async function sayEnd(client: StoreClient, log: string, reason: string): Promise<void> {
  const logIndex = await lockHead(client);
  if (await isFrozen(client)) return;
  await appendNotice(client, logIndex, encodeFreeze({ log, reason }));
  await freezeHead(client);
}

/** Whether a piece of the log has its end. Throws LogFrozen unless it is the one that is to be said. */
export function endsIn({ notices }: Pick<LogPiece, 'notices'>, log: string, reason: string | undefined): boolean {
  const ends = notices.filter(({ bytes }) => readNotice(bytes)?.kind === 'freeze');
  const expected = reason === undefined ? null : encodeFreeze({ log, reason });
  const other = ends.find(({ bytes }) => expected === null || !equalBytes(bytes, expected));
  if (other !== undefined) throw new LogFrozen(`The entry ${other.logIndex} says that the log ends, for a reason that was not given here.`);
  return ends.length > 0;
}
