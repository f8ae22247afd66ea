/**
 * All statements of the store, derived from its modules: every statement that one exports, held against every name that stands in their sources,
 * so that a new one is in the catalogue without anybody writing it there, and one that is not exported is missed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from '#lib/domain';
import type { Statement } from '../index.ts';
import { readsStatement, type ReadsQuestion } from '../access/reads-page.ts';
import { auditStatement, type AuditQuestion } from './audit-page.ts';
import { literal } from './plan-of.contract.ts';
import { ROWS } from './plan-ledger.contract.ts';

const STORE = join(import.meta.dirname, '..');

export interface Catalogued {
  readonly statement: Statement;
  /** Absent: one of each parameter's type. */
  readonly values?: readonly unknown[];
}

/** Modules of the store, by their paths in it, with their text. */
export const storeSources = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(STORE, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.(?:spec|contract)\.ts$/.test(path))
      .sort()
      .map((path) => [path, readFileSync(join(STORE, path), 'utf8')]),
  );

/** Names as they stand in a source; `${...}` where a program puts them together. */
export const namesIn = (source: string): string[] =>
  [...source.matchAll(/\bname:\s*(['`"])([^'`"]+)\1,\s*text\b/g)].map(([, , name = '']) => name);

/** Constants that a source hands to `run` and so has prepared. */
export const constantsRunIn = (source: string): string[] =>
  [...source.matchAll(/\brun(?:<[^()]*>)?\(\s*([A-Z][A-Z0-9_]*)\b/g)].map(([, name = '']) => name);

/** Reads of a module that takes connections by `from` whose text has no name, and is in no catalogue. */
export const unnamedIn = (source: string): string[] => [...source.matchAll(/\bfrom\.query\b.*/g)].map(([line]) => line);

const isStatement = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && Object.keys(value).sort().join() === 'name,text';

/** What each module exports, by its path: constants by their names. */
export async function exportedStatements(): Promise<ReadonlyMap<string, ReadonlyMap<string, Statement>>> {
  const found = new Map<string, ReadonlyMap<string, Statement>>();
  for (const path of storeSources().keys()) {
    const module = (await import(join(STORE, path))) as Record<string, unknown>;
    const statements = Object.entries(module).filter((entry): entry is [string, Statement] => isStatement(entry[1]));
    if (statements.length > 0) found.set(path, new Map(statements));
  }
  return found;
}

/** Statements that are put together for what is asked, each by its name's beginning: one for each way to ask. */
export const BUILT: Readonly<Record<string, readonly Catalogued[]>> = {
  audit_: auditQuestions().map((more) => {
    const reader = { agency: 'local', principal: 'p9', breaksGlass: false, groups: [1, 2] };
    const { statement, values } = auditStatement({ reader, from: 0, before: ROWS, ...more });
    return { statement, values: values.map(literal) };
  }),
  reads_: readsQuestions().map((more) => {
    const { statement, values } = readsStatement({ tenant: 'a1', from: 0, before: ROWS, ...more }, 100);
    return { statement, values: values.map(literal) };
  }),
};

/** Every filter there is, alone and with the others. */
function auditQuestions(): Partial<AuditQuestion>[] {
  const filters: Required<Pick<AuditQuestion, 'agency' | 'principal' | 'kind' | 'item' | 'evidence' | 'batch'>> = {
    agency: 'local',
    principal: 'p3',
    kind: KINDS.indexOf('transfer'),
    item: 'item 7',
    evidence: '00'.repeat(32),
    batch: { agency: 'local', name: 'import-7' },
  };
  return (
    subsetsOf(Object.entries(filters))
      .map((chosen): Partial<AuditQuestion> => Object.fromEntries(chosen))
      // An agency is asked for with a person of it.
      .filter(({ agency, principal }) => agency === undefined || principal !== undefined)
  );
}

function readsQuestions(): Partial<ReadsQuestion>[] {
  const filters = { agency: 'a1', principal: 'p3', item: 'item 7', evidence: '00'.repeat(32) };
  return subsetsOf(Object.entries(filters)).map((chosen): Partial<ReadsQuestion> => Object.fromEntries(chosen));
}

function subsetsOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_each, n) => (bits & (1 << n)) !== 0));
}

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const HASH = `\\x${'ab'.repeat(32)}`;
const HASHES = `{"\\\\x${'ab'.repeat(32)}","\\\\x${'cd'.repeat(32)}"}`;
const REFS = ['{local,local}', '{e7,e8}'];
const WHO = ['other', 'p', false];

/** What is asked of statements for which a value of each type says little: of this ledger, what a reader might. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  timeline_page: ['item 7', '{1,2}', EVERYTHING, 0, 0, '', '', 50, EVERYTHING, ...WHO],
  timeline_end: ['item 7', '{1,2}', EVERYTHING, 9_000, 9_000, 'local', 'e9', 50, EVERYTHING, ...WHO],
  identity_claims: ['{item 7,item 8}', '{1,2}', EVERYTHING, 65, EVERYTHING, ...WHO],
  events_from: [ROWS - 10, '{1,2}', EVERYTHING, 50, EVERYTHING, ...WHO],
  item_count: ['item 7', '{1,2}', EVERYTHING],
  events_by_ref: [...REFS, '{1,2}', EVERYTHING, EVERYTHING],
  events_by_id: ['e7', '{1,2}'],
  relations_about: [...REFS, '{1,2}', EVERYTHING, 100, EVERYTHING],
  search: ['{key 7,key 8}', '{1,2}'],
  sighting_keys_next: ['{0,0,1}', '{7,8,9}', '{1,2}', EVERYTHING],
  sighting_keys_window: ['{0,0,1}', '{7,8,9}', '{1,2}', ROWS - 8_192, ROWS],
  stated_aliases: ['{item 7,item 8}', '{name,mmsi}', '{a,b}', '{a,b}', '{1,2}', ...WHO],
  visible_events: ['{7,8}', '{1,2}', EVERYTHING],
  told_markings: ['{7,8}'],
  case_acts_of: ['local', 'e7', EVERYTHING, 100, EVERYTHING],
  approvals_of: ['{7,8}'],
  audit_events: ['{7,8}', '{1,2}', EVERYTHING],
  batches_of: [...REFS, '{1,2}', EVERYTHING, ...WHO],
  lists_naming: [...REFS, '{1,2}', EVERYTHING, ...WHO],
  stream_page: ['{1,2}', 0, ROWS, ...WHO, '{0,1,2,3,4}'],
  stream_page_of_item: ['{1,2}', 0, ROWS, ...WHO, '{0,1,2,3,4}', 'item 7'],
  open_points_page: ['{1,2}', 0, '', 0, 4, ...WHO, 200],
  open_points_of_item: ['{1,2}', 2, 'item 7', ...WHO, 400],
  changed_marks: [0, 0, ROWS, 100],
  item_entries: [1, 0, 10],
  list_conflicts: ['local', '', '\\x', 20, '{1,2}', 'p', false],
  event_conflicts: ['local', 'e7', 11, 'p', false],
  readable_evidence: ['other', '{1,2}', 'p', false, HASHES],
  list_evidence: ['other', '{1,2}', 'p', false, '\\x', 20],
  evidence_acts_on: [HASH, '{1,2}', EVERYTHING, 50, EVERYTHING, ...WHO],
  evidence_cited_by: [HASH, '{1,2}', EVERYTHING, 50, EVERYTHING, ...WHO],
  reads_at: ['{7,8}', 'a1', EVERYTHING],
  rebuild_batch: [ROWS - 10, ROWS, 1_000_000],
  list_dead_letters: [EVERYTHING, 20, 'local', true],
};

/** Once each, in the order of their names. */
export async function catalogue(): Promise<readonly Catalogued[]> {
  const exported = [...(await exportedStatements()).values()].flatMap((statements) => [...statements.values()]);
  const all = [
    ...exported.map((statement): Catalogued => {
      const values = VALUES[statement.name];
      return { statement, ...(values === undefined ? {} : { values }) };
    }),
    ...Object.values(BUILT).flat(),
  ];
  return all.sort((a, b) => (a.statement.name < b.statement.name ? -1 : 1));
}

/** Names that have values here and are no statement's any more. */
export const leftOver = (statements: readonly Catalogued[]): string[] =>
  Object.keys(VALUES).filter((name) => statements.every(({ statement }) => statement.name !== name));
