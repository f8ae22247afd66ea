/** What waits for an approver, of a server's answers; that approving opens it is shown on a real one (people.e2e.spec.ts). */
import type { AuditRow } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { waiting } from './marking-waiting.ts';

interface Said {
  readonly id: string;
  readonly by: string;
  readonly kind: string;
  readonly handling?: object;
  readonly relations?: object;
  readonly standing?: string;
  readonly act?: object;
}

const AMBER = { tlp: 'AMBER' };
const GREEN = { tlp: 'GREEN' };
const sighting = (id: string, now: object = AMBER): Said => ({ id, by: 'acme/eva', kind: 'observation', handling: now });
const marking = (id: string, by: string, target: string, gives: object, standing = 'stands'): Said => ({
  ...{ id, by, kind: 'marking', standing },
  relations: { target, handling: gives },
});
const approval = (id: string, by: string, of: string, sha256 = `hash of ${of}`): Said => ({
  ...{ id, by, kind: 'policy' },
  act: { act: 'marking.approve', marking: of, sha256 },
});

/** To the admin `chief` of acme. In the order of the log. @param flagged ids of acts without effect */
function serverOf(all: readonly Said[], flagged: readonly string[] = []): Client {
  const rowOf = ({ id, by, kind }: Said): AuditRow => {
    const [agency = '', principal = ''] = by.split('/');
    const logIndex = all.findIndex((each) => each.id === id);
    return { agency, principal, action: kind, id, logIndex, contentHash: `hash of ${id}` } as AuditRow;
  };
  const answer = (path: string, query: Readonly<Record<string, string | undefined>> = {}): unknown => {
    if (path === '/v1/policy')
      return {
        actor: { agency: 'acme', principal: 'chief' },
        flagged: flagged.map((id) => ({ logIndex: all.findIndex((each) => each.id === id) })),
      };
    if (path === '/v1/audit') return { rows: all.filter(({ kind }) => query['q'] === `action:${kind}`).map(rowOf), next: null };
    const said = all.find(({ id, by }) => path === `/v1/events/${id}` && by.startsWith(`${query['agency']}/`));
    if (said === undefined) throw new CommandError(EXIT.notFound, 'event.not-found', 'none');
    const { kind, handling = AMBER, relations, act, standing = 'stands' } = said;
    const { agency, principal, id, contentHash } = rowOf(said);
    const document = { kind, handling: GREEN, relations, ...(act === undefined ? {} : { extension: { policy: act } }) };
    return { event: { agency, id, contentHash, submittedBy: { principal }, document, handling, standing } };
  };
  return { get: async (path: string, query?: Record<string, string>) => answer(path, query) } as unknown as Client;
}

async function listed(all: readonly Said[], flagged: readonly string[] = []): Promise<string[]> {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => written.push(text) > 0) as typeof process.stdout.write;
  try {
    await waiting(serverOf(all, flagged), { plain: true, quiet: true });
  } finally {
    process.stdout.write = write;
  }
  return written.join('').split('\n').filter(Boolean);
}
const ids = async (...asked: Parameters<typeof listed>): Promise<string[]> =>
  (await listed(...asked)).map((row) => row.split('\t')[0] ?? '');

test('a marking that would open what is closed waits, with who asks for it, and one that closes does not', async () => {
  const all = [sighting('x'), marking('wide', 'acme/eva', 'x', GREEN), marking('strict', 'acme/eva', 'x', { tlp: 'RED' })];
  expect(await listed(all)).toEqual([['wide', 'marking', 'eva', '1', 'x', 'AMBER', 'GREEN', 'false'].join('\t')]);
});

test('an approval of its bytes by another ends the waiting, and nothing else does', async () => {
  const all = [sighting('x'), marking('wide', 'acme/eva', 'x', GREEN)];
  expect(await ids([...all, approval('a', 'acme/chief', 'wide')])).toEqual([]);
  expect(await ids([...all, approval('a', 'acme/eva', 'wide')])).toEqual(['wide']);
  expect(await ids([...all, approval('a', 'acme/chief', 'wide', 'other bytes')])).toEqual(['wide']);
  expect(await ids([...all, approval('a', 'bolt/chief', 'wide')])).toEqual(['wide']);
  expect(await ids([...all, approval('a', 'acme/max', 'wide')], ['a'])).toEqual(['wide']);
});

test('what is withdrawn, of another agency, or about what is not shown, does not wait', async () => {
  const all = [sighting('x'), marking('w', 'acme/eva', 'x', GREEN, 'withdrawn'), marking('f', 'bolt/p', 'acme/x', GREEN)];
  expect(await ids([...all, marking('none', 'acme/eva', 'hidden', GREEN), marking('theirs', 'acme/eva', 'bolt/f', GREEN)])).toEqual([]);
});

test('a retraction of a marking that closed waits, and one of anything else does not; what is the caller’s own says so', async () => {
  const closed = marking('strict', 'acme/eva', 'x', AMBER, 'withdrawn');
  const retraction = (id: string, target: string): Said => ({ id, by: 'acme/chief', kind: 'retraction', relations: { target } });
  const rows = await listed([sighting('x'), closed, retraction('back', 'strict'), retraction('else', 'x')]);
  expect(rows).toEqual([['back', 'retraction', 'chief', '2', 'x', 'AMBER', 'GREEN', 'true'].join('\t')]);
});
