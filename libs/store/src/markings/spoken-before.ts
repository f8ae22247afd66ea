/** What entries of a ledger that kept it in their documents alone say of handlings, told from those once. */
import { KINDS, parseRef, type Handling, type Kind } from '#lib/domain';
import { handlingText } from './handling-text.ts';
import type { MarkingClient } from './handled-events.ts';

/** What ledger.said tells of a stored document; it was accepted, so that its members have their forms. */
interface SaidBefore {
  readonly kind: Kind;
  readonly handling: Handling;
  readonly target: string | null;
  readonly gives: Handling | null;
  readonly policy: { readonly act: string; readonly marking?: string; readonly sha256?: string } | null;
}

interface DocumentRow {
  readonly log_index: string | number;
  readonly agency: string;
  readonly said: string;
}

/** Memory, and the rows of one statement. */
const PIECE = 1_000;

/** As the owner, in the migration that makes the table. Cost: reading each document that has a row once. */
export async function keepSpoken(client: MarkingClient): Promise<void> {
  await client.query(CANDIDATES);
  await client.query('create index on pg_temp.may_be_spoken (log_index)');
  for (let from = 0; ;) {
    const { rows } = await client.query<DocumentRow>(DOCUMENTS, [from, PIECE]);
    const last = rows.at(-1);
    if (last === undefined) return;
    from = Number(last.log_index) + 1;
    const kept = rows.map(spokenOf).filter((row) => row !== null);
    const columns = COLUMNS.map((name) => kept.map((row) => row[name]));
    await client.query(KEEP, columns);
  }
}

/** Those that may have a row: all but what is for everybody, or for all agencies, and speaks of nothing. A marking always speaks of something. */
const CANDIDATES = `
  create temporary table may_be_spoken on commit drop as
  select e.log_index from ledger.entries e
  where not exists (select from ledger.reader_groups g where e.grps = array[g.id] and g.name in ('clear', 'green'))
  union select r.log_index from ledger.relations r where r.kind in (9, 10, 13, 14)`;

const DOCUMENTS = `
  select e.log_index, e.agency, ledger.said(c.bytes)::text as said
  from (select m.log_index from pg_temp.may_be_spoken m where m.log_index >= $1::bigint order by m.log_index limit $2::integer) m
  join ledger.entries e on e.log_index = m.log_index join ledger.content c on c.log_index = m.log_index
  order by e.log_index`;

const KEEP = `
  insert into ledger.spoken (log_index, kind, agency, target, handling, gives, approves)
  select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])`;

const COLUMNS = ['logIndex', 'kind', 'agency', 'target', 'handling', 'gives', 'approves'] as const;
type SpokenRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

/** By the rule of libs/contracts (sighting-index.ts). Null: it has none. */
function spokenOf({ log_index, agency, said }: DocumentRow): SpokenRow | null {
  const { kind, handling, target, gives, policy } = JSON.parse(said) as SaidBefore;
  const approved = kind === 'policy' && policy?.act === 'marking.approve' ? policy.marking : undefined;
  const about = approved === undefined ? (SPEAKS.has(kind) ? own(target, agency) : null) : approved;
  const isMarking = kind === 'marking';
  if (about === null && !isMarking && (handling.tlp === 'CLEAR' || (handling.tlp === 'GREEN' && handling.community === undefined)))
    return null;
  return {
    logIndex: Number(log_index),
    kind: KINDS.indexOf(kind),
    agency,
    target: about,
    handling: handlingText(handling),
    gives: isMarking && gives !== null ? handlingText(gives) : null,
    approves: approved === undefined ? null : (policy?.sha256 ?? null),
  };
}

const SPEAKS: ReadonlySet<Kind> = new Set(['marking', 'retraction', 'correction']);

function own(target: string | null, agency: string): string | null {
  const ref = target === null ? undefined : parseRef(target, agency);
  return ref?.ok === true && ref.value.agency === agency ? ref.value.id : null;
}
