/** When API keys were last used, for the role `access`. Times are the database's, to the minute. */
import type { Statements } from '../pool.ts';

export interface KeyUse {
  readonly agency: string;
  /** Its id. */
  readonly key: string;
  /** How long ago. */
  readonly secondsAgo: number;
}

export interface KeyUseRow {
  readonly key: string;
  /** RFC 3339 UTC. */
  readonly used: string;
}

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** In one order, so that two processes that note the same keys wait for each other, and never both. */
export const KEYS_USED = {
  name: 'keys_used',
  text: `insert into login.key_uses as known (agency, key, used)
    select agency, key, date_trunc('minute', clock_timestamp() - make_interval(secs => seconds_ago), 'UTC')
    from unnest($1::text[], $2::text[], $3::integer[]) as u (agency, key, seconds_ago) order by agency, key
    on conflict (agency, key) do update set used = excluded.used where known.used < excluded.used`,
};
export const KEY_USES_OF = {
  name: 'key_uses_of',
  text: `select key, ${time('used')} as used from login.key_uses where agency = $1`,
};
export const KEY_USES_BEGUN = { name: 'key_uses_begun', text: `select ${time('begun')} as begun from login.key_uses_begun` };

/** Each key at most once. A probe of an index for each, and a row where this minute is not noted yet. */
export async function keysUsed(to: Statements, uses: readonly KeyUse[]): Promise<void> {
  await to.run(KEYS_USED, [uses.map(({ agency }) => agency), uses.map(({ key }) => key), uses.map(({ secondsAgo }) => secondsAgo)]);
}

/** Of the keys of one agency those that were used: a range of an index. `begun`, RFC 3339 UTC: nothing was noted before. */
export async function keyUsesOf(
  from: Statements,
  agency: string,
): Promise<{ readonly begun: string; readonly uses: readonly KeyUseRow[] }> {
  const { rows } = await from.run<{ begun: string }>(KEY_USES_BEGUN);
  if (rows[0] === undefined) throw new Error('since when uses of keys are noted is not in the database: its migration did not run');
  return { begun: rows[0].begun, uses: (await from.run<KeyUseRow>(KEY_USES_OF, [agency])).rows };
}
