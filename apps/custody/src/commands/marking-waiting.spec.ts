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
  readonly approval?: string;
}

const AMBER = { tlp: 'AMBER' };
const GREEN = { tlp: 'GREEN' };
const sighting = (id: string, now: object = AMBER): Said => ({ id, by: 'acme/eva', kind: 'observation', handling: now });
const marking = (id: string, by: string, target: string, gives: object, approval?: string): Said => ({
  ...{ id, by, kind: 'marking', ...(approval === undefined ? {} : { approval }) },
  relations: { target, handling: gives },
});
const undoing = (id: string, kind: 'retraction' | 'correction', target: string, standing = 'stands'): Said => ({
  ...{ id, by: 'acme/chief', kind, standing },
  relations: { target },
});

/** To the admin `chief` of acme. In the order of the log. */
function serverOf(all: readonly Said[]): Client {
  const rowOf = ({ id, by, kind }: Said): AuditRow => {
    const [agency = '', principal = ''] = by.split('/');
    const logIndex = all.findIndex((each) => each.id === id);
    return { agency, principal, action: kind, id, logIndex, contentHash: `hash of ${id}` } as AuditRow;
  };
  const answer = (path: string, query: Readonly<Record<string, string | undefined>> = {}): unknown => {
    if (path === '/v1/policy') return { actor: { agency: 'acme', principal: 'chief' } };
    if (path === '/v1/audit') return { rows: all.filter(({ kind }) => query['q'] === `action:${kind}`).map(rowOf), next: null };
    const said = all.find(({ id, by }) => path === `/v1/events/${id}` && by.startsWith(`${query['agency']}/`));
    if (said === undefined) throw new CommandError(EXIT.notFound, 'event.not-found', 'none');
    const { kind, handling = AMBER, relations, approval, standing = 'stands' } = said;
    const { agency, principal, id, contentHash } = rowOf(said);
    const document = { kind, handling: GREEN, relations };
    return { event: { agency, id, contentHash, submittedBy: { principal }, document, handling, standing, approval } };
  };
  return { get: async (path: string, query?: Record<string, string>) => answer(path, query) } as unknown as Client;
}

async function listed(all: readonly Said[]): Promise<string[]> {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => written.push(text) > 0) as typeof process.stdout.write;
  try {
    await waiting(serverOf(all), { plain: true, quiet: true });
  } finally {
    process.stdout.write = write;
  }
  return written.join('').split('\n').filter(Boolean);
}
const ids = async (...asked: Parameters<typeof listed>): Promise<string[]> =>
  (await listed(...asked)).map((row) => row.split('\t')[0] ?? '');

test('a marking that the server says awaits approval is listed, with who asks for it, and no other', async () => {
  const others = ['approved', 'void', 'undoing-awaited', undefined].map((approval, n) =>
    marking(`m${n}`, 'acme/eva', 'x', GREEN, approval),
  );
  const all = [sighting('x'), marking('wide', 'acme/eva', 'x', GREEN, 'awaited'), ...others];
  expect(await listed(all)).toEqual([['wide', 'marking', 'eva', '1', 'x', 'AMBER', 'GREEN', 'false'].join('\t')]);
});

test('what is of another agency, or about what is not shown, does not wait', async () => {
  const all = [sighting('x'), marking('f', 'bolt/p', 'acme/x', GREEN, 'awaited')];
  const hidden = [marking('none', 'acme/eva', 'hidden', GREEN, 'awaited'), marking('theirs', 'acme/eva', 'bolt/f', GREEN, 'awaited')];
  expect(await ids([...all, ...hidden])).toEqual([]);
});

test('what undoes a marking waits where the server says that the undoing does: a retraction, and a correction; the caller’s own says so', async () => {
  const [strict, wide] = [marking('strict', 'acme/eva', 'x', AMBER, 'undoing-awaited'), marking('wide', 'acme/eva', 'x', GREEN, 'void')];
  const words = [undoing('back', 'retraction', 'strict'), undoing('other', 'correction', 'strict')];
  const idle = [
    undoing('else', 'retraction', 'x'),
    undoing('late', 'retraction', 'wide'),
    undoing('gone', 'retraction', 'strict', 'withdrawn'),
  ];
  expect(await listed([sighting('x'), strict, wide, ...words, ...idle])).toEqual([
    ['other', 'correction', 'chief', '4', 'x', 'AMBER', 'GREEN', 'true'].join('\t'),
    ['back', 'retraction', 'chief', '3', 'x', 'AMBER', 'GREEN', 'true'].join('\t'),
  ]);
});
