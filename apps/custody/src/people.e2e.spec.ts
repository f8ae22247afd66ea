/** Three agencies on one real server, in demo mode so that nobody reads too: what each sees and writes, and that what is revoked is refused. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { jest } from '@jest/globals';
import type { AuditRow, DiffView, EventsView, PolicyView, Problem, ReceiptStatus, SightingDocument, SubmittedRow } from '#lib/contracts';
import { resetData } from '#lib/store';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(300_000);

/** A revocation holds within this (design: People). */
const REVOKED_WITHIN_MS = 5_000;
const AGENCIES = ['acme', 'bolt'] as const;
const VIN = 'vin:WDDSYNTH9JA000001';

let temporary: ReturnType<typeof temporaryFolder>;
let server: RunningCustody;
let isServed = false;
/** By principal: `local/operator`, `acme/chief`, `acme/eva` ... */
const keys = new Map<string, string>();

const keyOf = (who: string): string => keys.get(who) as string;
const custody = (as: string | null, ...args: string[]): Promise<Finished> =>
  runCustody(['--server', server.url, ...args], as === null ? {} : { CUSTODY_API_KEY: keyOf(as) });
async function did(as: string | null, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await custody(as, ...args);
  if (code !== 0) throw new Error(`custody ${args.join(' ')} (${String(code)}): ${stderr}${stdout}`);
  return stdout.trim();
}
const headersOf = (as: string | null): Record<string, string> => (as === null ? {} : { authorization: `Bearer ${keyOf(as)}` });
const ask = (as: string | null, path: string, base = server.url): Promise<Response> => fetch(`${base}${path}`, { headers: headersOf(as) });
const codeOf = async (answer: Response): Promise<string> => (answer.ok ? 'ok' : ((await answer.json()) as Problem).code);
const post = (as: string | null, document: SightingDocument): Promise<Response> =>
  fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(as) },
    body: JSON.stringify(document),
  });
const seen = (id: string, handling: SightingDocument['handling']): SightingDocument => ({
  id,
  kind: 'observation',
  handling,
  items: [{ id: VIN, role: 'subject' }],
  source: { kind: 'photo' },
});
/** Ids of sightings that he sees, sorted; acts of policy stand beside them in the log. */
async function idsOf(as: string | null): Promise<string[]> {
  const { events } = (await (await ask(as, '/v1/events?limit=1000')).json()) as EventsView;
  return events.flatMap(({ id, document }) => (document.kind === 'policy' ? [] : [id])).sort();
}
async function until(what: string, look: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await look())) {
    if (performance.now() - began > 20_000) throw new Error(`it did not come to be: ${what}`);
    await sleep(50);
  }
  return performance.now() - began;
}

/** What comes by `GET /v1/stream` from now on, of which something has come. */
async function listenTo(as: string): Promise<{ text(): string; readonly over: Promise<void>; close(): void }> {
  const end = new AbortController();
  const { body } = await fetch(`${server.url}/v1/stream`, { headers: headersOf(as), signal: end.signal });
  let text = '';
  const over = (async () => {
    const decoder = new TextDecoder();
    for await (const part of body ?? []) text += decoder.decode(part as Uint8Array, { stream: true });
  })().catch(() => undefined);
  await until('the stream begins', () => Promise.resolve(text.startsWith('retry: ')));
  return { text: () => text, over, close: () => end.abort() };
}

const env = (access: string): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway,sealer',
  CUSTODY_SEALER_INTERVAL_MS: '100',
  // The demo case is brought to an empty ledger alone: the first start makes a key.
  CUSTODY_DEMO: String(access === 'required'),
  CUSTODY_ACCESS: access,
});

beforeAll(async () => {
  temporary = temporaryFolder();
  // The first key is made where the operator is known by his machine; with it everything else is done under `required`.
  server = await serveCustody(env('open'));
  isServed = true;
  keys.set('local/operator', await did(null, 'key', 'add', 'operator', '--scope', 'admin', 'contributor', 'operator'));
  await server.stop();
  server = await serveCustody(env('required'));
  await did('local/operator', 'community', 'add', 'cars');
  for (const agency of AGENCIES) {
    await did('local/operator', 'agency', 'add', agency);
    await did('local/operator', 'principal', 'add', `${agency}/chief`, '--role', 'admin', 'contributor');
    keys.set(`${agency}/chief`, await did('local/operator', 'key', 'add', `${agency}/chief`, '--scope', 'admin', 'contributor'));
  }
  await did('local/operator', 'community', 'join', 'cars', 'bolt');
  await did('acme/chief', 'principal', 'add', 'eva', '--role', 'contributor', 'auditor');
  keys.set('acme/eva', await did('acme/chief', 'key', 'add', 'eva', '--scope', 'contributor'));
  const said: (readonly [string, SightingDocument])[] = [
    ['acme/eva', seen('clear', { tlp: 'CLEAR' })],
    ['acme/eva', seen('green', { tlp: 'GREEN' })],
    ['acme/eva', seen('cars', { tlp: 'GREEN', community: 'cars' })],
    ['acme/eva', seen('own', { tlp: 'AMBER' })],
    ['acme/eva', seen('shared', { tlp: 'AMBER', agencies: ['bolt'] })],
    ['acme/eva', seen('named', { tlp: 'RED', principals: ['nobody-else'] })],
  ];
  for (const [who, document] of said) expect((await post(who, document)).status).toBe(202);
  await until('all six are there', async () => (await idsOf('acme/eva')).length === said.length);
});
afterAll(async () => {
  if (isServed) await server.stop();
  if (existsSync(join(temporary.path, 'data'))) await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

test('each agency sees what its reader groups hold, by its own key and by nobody else’s', async () => {
  expect(await idsOf('acme/eva')).toEqual(['cars', 'clear', 'green', 'named', 'own', 'shared']);
  expect(await idsOf('acme/chief')).toEqual(['cars', 'clear', 'green', 'own', 'shared']);
  expect(await idsOf('bolt/chief')).toEqual(['cars', 'clear', 'green', 'shared']);
  expect(await idsOf('local/operator')).toEqual(['clear', 'green']);
  expect(await idsOf(null)).toEqual(['clear']);
});

test('what is hidden answers as what was never there: the same status and the same bytes', async () => {
  const told = async (as: string | null, id: string): Promise<unknown[]> => {
    const answer = await ask(as, `/v1/events/${id}?agency=acme`);
    const { requestId: _, ...body } = (await answer.json()) as Problem;
    return [answer.status, JSON.stringify(body).replaceAll(id, 'ID')];
  };
  for (const [as, id] of [
    ['bolt/chief', 'own'],
    [null, 'green'],
    ['acme/chief', 'named'],
    ['local/operator', 'cars'],
  ] as const)
    // Answers say the size of the log, which a seal may raise between two of them: both are of one size.
    await until(`${id} is as what never was`, async () => {
      const [before, hidden, after] = [await told(as, 'never'), await told(as, id), await told(as, 'never')];
      if (!isDeepStrictEqual(before, after)) return false;
      expect([id, hidden]).toEqual([id, before]);
      return true;
    });
  // Control: its owner gets it.
  expect((await told('acme/eva', 'own'))[0]).toBe(200);
});

test('counts and timelines of an item are each reader’s own', async () => {
  const countOf = async (as: string | null): Promise<unknown[]> => {
    const item = (await (await ask(as, `/v1/items/${VIN}`)).json()) as { events: number };
    const timeline = (await (await ask(as, `/v1/items/${VIN}/timeline`)).json()) as { entries: unknown[] };
    return [item.events, timeline.entries.length];
  };
  expect(await Promise.all(['acme/eva', 'acme/chief', 'bolt/chief', 'local/operator', null].map(countOf))).toEqual([
    [6, 6],
    [5, 5],
    [4, 4],
    [2, 2],
    [1, 1],
  ]);
});

test('blame names the person and agency behind each record that its reader may see, and tells of no other', async () => {
  const blamed = async (as: string | null): Promise<string[]> => {
    const lines = (await did(as, 'blame', VIN)).split('\n');
    expect(lines.filter((line) => line.includes('submitted by acme/eva ('))).toHaveLength(Number(lines.at(-1)?.split(' ')[0]));
    return lines.flatMap((line) => /^(\S+) {3}/.exec(line)?.[1] ?? []).sort();
  };
  expect(await blamed('acme/eva')).toEqual(['cars', 'clear', 'green', 'named', 'own', 'shared']);
  expect(await blamed('bolt/chief')).toEqual(['cars', 'clear', 'green', 'shared']);
  expect(await blamed(null)).toEqual(['clear']);
});

test('who wrote what is for an auditor to list, and tells of nothing that he may not see', async () => {
  const listed = async (as: string, ...filters: string[]): Promise<string[]> => {
    const lines = (await did(as, 'audit', 'ls', ...filters, '--as', 'ndjson')).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as AuditRow)
      .flatMap(({ id, action }) => (action === 'policy' ? [] : [id]))
      .sort();
  };
  expect(await listed('acme/chief', 'actor:eva')).toEqual(['cars', 'clear', 'green', 'own', 'shared']);
  expect(await listed('bolt/chief', 'actor:acme/eva', `item:${VIN}`)).toEqual(['cars', 'clear', 'green', 'shared']);
  expect(await listed('local/operator', 'actor:eva')).toEqual(['clear', 'green']);
  // Her key has no role for it, and nobody has none.
  expect(await codeOf(await ask('acme/eva', '/v1/audit'))).toBe('auth.forbidden');
  expect(await codeOf(await ask(null, '/v1/audit'))).toBe('auth.required');
});

describe('what is proved', () => {
  interface Verdict {
    readonly code: number | null;
    readonly about?: { readonly groups: string[]; readonly groupsAsked: boolean; readonly listed: number };
    readonly statements: readonly { readonly step: string; readonly state: string; readonly about?: string; readonly code?: string }[];
  }
  /** As a person with pins of his own. */
  async function verified(as: string, ...args: string[]): Promise<Verdict> {
    const env = { CUSTODY_API_KEY: keyOf(as), CUSTODY_PINS_DIR: join(temporary.path, `pins-${as.replace('/', '-')}`) };
    const { code, stdout } = await runCustody(['--server', server.url, '--json', ...args], env);
    return { ...(JSON.parse(stdout) as Verdict), code };
  }
  const failedIn = ({ code, statements }: Verdict): unknown[] => [code, statements.find(({ state }) => state === 'failed')?.step];
  async function sealedReceipt(as: string, id: string): Promise<string> {
    let sealed: string | null = null;
    await until('the receipt is sealed', async () => {
      ({ sealed } = (await (await ask(as, `/v1/receipts/acme/${id}`)).json()) as ReceiptStatus);
      return sealed !== null;
    });
    return sealed ?? '';
  }
  const fileOf = (text: string): string => {
    const file = join(temporary.path, 'held.sealed');
    writeFileSync(file, text);
    return file;
  };

  test('is an item for the reader groups of whoever asks, which the answer names, and for those that he demands', async () => {
    await sealedReceipt('acme/eva', 'named');
    for (const [as, groups, listed] of [
      ['acme/eva', ['agency:acme', 'clear', 'green'], 6],
      ['bolt/chief', ['agency:bolt', 'clear', 'community:cars', 'green'], 4],
      ['local/operator', ['agency:local', 'clear', 'green'], 2],
    ] as const) {
      expect(await verified(as, 'checkpoint', 'pin')).toMatchObject({ code: 0 });
      expect(await verified(as, 'verify', VIN)).toMatchObject({ code: 0, about: { groups, groupsAsked: false, listed } });
      expect(await verified(as, 'verify', VIN, '--group', ...groups)).toMatchObject({ code: 0, about: { groups, groupsAsked: true } });
    }
    const demanded = await verified('bolt/chief', 'verify', VIN, '--group', 'agency:acme', 'clear');
    expect([demanded.code, demanded.statements.find(({ code }) => code === 'proof.groups')?.state]).toEqual([13, 'not-established']);
  });

  test.each([
    ['own', ['agency:acme established']],
    ['green', ['green established']],
    ['cars', ['agency:acme established', 'community:cars sealed.other-group']],
    ['shared', ['agency:acme established', 'agency:bolt sealed.other-group']],
  ])('is the place of a sealed receipt (%s) in each list that its submitter is in, so that a forged one is refused', async (id, lists) => {
    const sealed = await sealedReceipt('acme/eva', id);
    const honest = await verified('acme/eva', 'verify', fileOf(sealed));
    const trees = honest.statements.filter(({ step }) => step === 'tree');
    expect([honest.code, trees.map(({ about, state, code }) => `${about?.split(' for ')[1]} ${code ?? state}`)]).toEqual([0, lists]);
    const forged = sealed.replace(/"n":(\d+)/, (_, n: string) => `"n":${Number(n) + 1}`);
    expect(failedIn(await verified('acme/eva', 'verify', fileOf(forged)))).toEqual([10, 'tree']);
  });
});

test('what changed in an item is told of what its reader may see', async () => {
  const changed = async (as: string | null): Promise<string[]> => {
    const { changes } = (await (await ask(as, `/v1/items/${VIN}/diff?from=log:0`)).json()) as DiffView;
    expect(changes.every(({ by }) => by.every(({ submittedBy }) => submittedBy.principal === 'eva' && submittedBy.agency === 'acme'))).toBe(
      true,
    );
    return changes.map(({ event }) => event.id).sort();
  };
  expect(await changed('acme/eva')).toEqual(['cars', 'clear', 'green', 'named', 'own', 'shared']);
  expect(await changed('bolt/chief')).toEqual(['cars', 'clear', 'green', 'shared']);
  expect(await changed(null)).toEqual(['clear']);
});

test('a page of one goes on behind what is hidden', async () => {
  const ids: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const view = (await (await ask('acme/chief', `/v1/items/${VIN}/timeline?limit=1${next === '' ? '' : `&cursor=${next}`}`)).json()) as {
      entries: { id: string }[];
      next: string | null;
    };
    ids.push(...view.entries.map(({ id }) => id));
    next = view.next;
  }
  expect(ids.sort()).toEqual(['cars', 'clear', 'green', 'own', 'shared']);
});

test('what is written is its author’s, and only with a role for it', async () => {
  const { events } = (await (await ask('acme/eva', '/v1/events?limit=1000')).json()) as EventsView;
  expect(events.find(({ id }) => id === 'own')?.submittedBy).toEqual({ agency: 'acme', principal: 'eva', proved: true });
  expect(await codeOf(await post(null, seen('nobody', { tlp: 'CLEAR' })))).toBe('auth.required');
  const act = { act: 'principal.revoke', agency: 'acme', principal: 'chief' };
  const policy: SightingDocument = { kind: 'policy', handling: { tlp: 'AMBER' }, source: { kind: 'test' }, extension: { policy: act } };
  expect(await codeOf(await post('acme/eva', policy))).toBe('auth.forbidden');
  expect(await codeOf(await ask('acme/eva', '/v1/dead-letters'))).toBe('auth.forbidden');
  expect(await codeOf(await ask('local/operator', '/v1/dead-letters'))).toBe('ok');
  // An admin of another agency has dead letters of his own, and the counts of nobody else.
  expect(await codeOf(await ask('acme/chief', '/v1/dead-letters'))).toBe('ok');
  expect([await codeOf(await ask('acme/chief', '/metrics')), await codeOf(await ask('local/operator', '/metrics'))]).toEqual([
    'auth.forbidden',
    'ok',
  ]);
  expect(await codeOf(await ask('acme/eva', '/v1/receipts/acme/own'))).toBe('ok');
  expect(await codeOf(await ask('bolt/chief', '/v1/receipts/acme/own'))).toBe('event.not-found');
});

test('an admin decides about his own agency alone: another’s is in the log, flagged, and changes nothing', async () => {
  const foreign = await custody('bolt/chief', 'principal', 'revoke', 'acme/eva');
  expect([foreign.code, foreign.stderr]).toEqual([4, expect.stringContaining('[policy.no-effect]')]);
  const late = await custody('local/operator', 'principal', 'add', 'acme/late', '--role', 'admin');
  expect(late.stderr).toContain('the agency has an admin of its own');
  expect(await codeOf(await ask('acme/eva', '/v1/policy'))).toBe('ok');
  const { principals, agencies, keys: shown } = (await (await ask('bolt/chief', '/v1/policy')).json()) as PolicyView;
  expect(agencies.map(({ agency }) => agency)).toEqual(['local', 'acme', 'bolt']);
  expect([principals.map(({ principal }) => principal), shown.map(({ principal }) => principal)]).toEqual([['chief'], ['chief']]);
});

test('a revoked key is refused within five seconds, also by a server that is asked all the time, and stays so after a restart', async () => {
  keys.set('acme/max', '');
  await did('acme/chief', 'principal', 'add', 'max', '--role', 'contributor');
  const text = await did('acme/chief', 'key', 'add', 'max', '--scope', 'contributor');
  keys.set('acme/max', text);
  expect(await codeOf(await ask('acme/max', '/v1/policy'))).toBe('ok');
  const revoked = custody('acme/chief', 'key', 'revoke', text.split('_')[1] as string);
  // From the moment at which the event log has the act.
  const before = (await (await ask('acme/chief', '/v1/policy')).json()) as PolicyView;
  await until('the act is in the log', async () => {
    const { events } = (await (await ask('acme/chief', '/v1/events?limit=1000')).json()) as EventsView;
    return events.some(({ document, logIndex }) => logIndex > before.last && JSON.stringify(document).includes('key.revoke'));
  });
  const took = await until('the key is refused', async () => (await codeOf(await ask('acme/max', '/v1/policy'))) === 'auth.key-revoked');
  expect(took).toBeLessThan(REVOKED_WITHIN_MS);
  expect((await revoked).code).toBe(0);
  // Control: her colleague's holds, and what he submitted before would stay.
  expect(await codeOf(await ask('acme/eva', '/v1/policy'))).toBe('ok');
  await server.stop();
  server = await serveCustody(env('required'));
  expect(await codeOf(await ask('acme/max', '/v1/policy'))).toBe('auth.key-revoked');
  expect(await codeOf(await ask('acme/eva', '/v1/policy'))).toBe('ok');
});

test('a stream that is open when its key is revoked ends within five seconds, told why, and what was acknowledged stays', async () => {
  await did('acme/chief', 'principal', 'add', 'zoe', '--role', 'contributor');
  const text = await did('acme/chief', 'key', 'add', 'zoe', '--scope', 'contributor');
  keys.set('acme/zoe', text);
  const sending = request(`${server.url}/v1/events?onError=proceed`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headersOf('acme/zoe') },
  });
  sending.on('error', () => {});
  let sent = 0;
  const sendOne = (): boolean => sending.write(`${JSON.stringify(seen(`zoe-${sent++}`, { tlp: 'AMBER' }))}\n`);
  sendOne();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const rows: SubmittedRow[] = [];
  let endedMs = 0;
  response.setEncoding('utf8').on('data', (lines: string) => {
    rows.push(
      ...lines
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each) as SubmittedRow),
    );
    endedMs = performance.now();
  });
  const ended = once(response, 'end');
  const sender = setInterval(sendOne, 100);
  await until('rows are acknowledged', () => Promise.resolve(rows.length > 2));
  await did('acme/chief', 'key', 'revoke', text.split('_')[1] as string);
  const revokedMs = performance.now();
  await ended;
  clearInterval(sender);
  sending.destroy();
  // The command ends when the revocation holds for the server that it asks.
  expect(endedMs - revokedMs).toBeLessThan(REVOKED_WITHIN_MS);
  const accepted = rows.slice(0, -1);
  expect(accepted.every(({ status }) => status === 'accepted')).toBe(true);
  expect(rows.at(-1)).toMatchObject({ row: accepted.length, status: 'refused', errors: [{ code: 'auth.key-revoked' }] });
  const ids = accepted.map(({ id }) => id as string).sort();
  const written = async (): Promise<string[]> => (await idsOf('acme/eva')).filter((id) => id.startsWith('zoe-'));
  await until('what was acknowledged is there', async () => (await written()).length >= ids.length);
  expect(await written()).toEqual(ids);
});

test('a suspended agency is out with all of its keys, and what it submitted stays in view', async () => {
  await did('local/operator', 'agency', 'suspend', 'acme');
  expect(await codeOf(await ask('acme/eva', '/v1/events'))).toBe('auth.key-revoked');
  expect(await idsOf('bolt/chief')).toEqual(['cars', 'clear', 'green', 'shared']);
  await did('local/operator', 'agency', 'add', 'acme');
  expect(await codeOf(await ask('acme/eva', '/v1/events'))).toBe('ok');
});

test('a handling is made stricter by one person at once, and wider by two', async () => {
  const policyOf = async (): Promise<number> =>
    ((await (await ask('bolt/chief', '/v1/events?limit=1')).json()) as EventsView).coordinates.policy;
  const [seesAtFirst, before] = [await idsOf('bolt/chief'), await policyOf()];
  expect([seesAtFirst.includes('green'), seesAtFirst.includes('own')]).toEqual([true, false]);
  expect(await did('acme/eva', 'mark', 'green', '--tlp', 'amber', '--reason', 'the source asked for it')).toContain('TLP:AMBER');
  expect((await idsOf('bolt/chief')).includes('green')).toBe(false);
  expect(await codeOf(await ask('bolt/chief', '/v1/events/green?agency=acme'))).toBe('event.not-found');
  expect(await codeOf(await ask('bolt/chief', `/v1/events?policy=${before}`))).toBe('policy.past');
  expect(await codeOf(await ask('bolt/chief', `/v1/events?policy=${await policyOf()}`))).toBe('ok');

  const marked = JSON.parse(await did('acme/eva', '--json', 'mark', 'own', '--tlp', 'GREEN')) as { id: string; waits: boolean };
  expect(marked.waits).toBe(true);
  expect(await custody('acme/eva', 'marking', 'approve', marked.id)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('yourself') as string,
  });
  expect((await idsOf('bolt/chief')).includes('own')).toBe(false);
  for (const command of ['trace', 'blame']) expect(await did('acme/eva', command, VIN)).toContain(`${marked.id} (awaits approval: `);
  await did('acme/chief', 'marking', 'approve', marked.id);
  for (const command of ['trace', 'blame']) expect(await did('acme/eva', command, VIN)).toContain(`${marked.id} (approved)`);
  expect((await idsOf('bolt/chief')).filter((id) => id === 'own' || id === 'green')).toEqual(['own']);

  // What was closed stays a leaf of the lists that it came into, and is opened to them no more; what was opened is proved by itself.
  const proof = await ask('bolt/chief', `/v1/items/${VIN}/proof?events=true&inclusion=true`);
  const shown = await proof.text();
  const isOpened = (id: string): boolean => shown.includes(JSON.stringify(`"id":"${id}"`).slice(1, -1));
  expect([proof.status, isOpened('green'), isOpened('shared')]).toEqual([200, false, true]);
  expect(await codeOf(await ask('bolt/chief', '/v1/events/green/proof?agency=acme'))).toBe('event.not-found');
  expect(await codeOf(await ask('bolt/chief', '/v1/events/own/proof?agency=acme'))).toBe('ok');
  // Everything that was sealed is as it was sealed.
  const audited = await runCustody(['audit', '--full'], env('required'));
  expect([audited.code, audited.stderr]).toEqual([0, '']);
});

test('of two markings the one that a later approval overtook is not listed as waiting, nor approved: it opens nothing', async () => {
  expect((await post('acme/eva', seen('twice-marked', { tlp: 'AMBER' }))).status).toBe(202);
  const markedAs = async (tlp: string): Promise<string> =>
    (JSON.parse(await did('acme/eva', '--json', 'mark', 'twice-marked', '--tlp', tlp)) as { id: string }).id;
  const waiting = async (): Promise<string[]> =>
    (JSON.parse(await did('acme/chief', '--json', 'marking', 'ls')) as { waiting: { id: string }[] }).waiting.map(({ id }) => id);
  const [clear, green] = [await markedAs('CLEAR'), await markedAs('GREEN')];
  expect((await waiting()).filter((id) => id === clear || id === green)).toEqual([green, clear]);
  await did('acme/chief', 'marking', 'approve', green);
  expect((await waiting()).filter((id) => id === clear || id === green)).toEqual([]);
  expect(await custody('acme/chief', 'marking', 'approve', clear)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('opens nothing, whoever approves it') as string,
  });
});

test('whom a marking opened an event to is told by a check of its item that such events are in no list, and can check it by itself', async () => {
  const item = 'vin:WDDSYNTH9JA000002';
  const about: SightingDocument = { ...seen('opened-later', { tlp: 'AMBER' }), items: [{ id: item, role: 'subject' }] };
  expect((await post('acme/eva', about)).status).toBe(202);
  await until('it is sealed', async () => (await codeOf(await ask('acme/eva', '/v1/events/opened-later/proof'))) === 'ok');
  const { id } = JSON.parse(await did('acme/eva', '--json', 'mark', 'opened-later', '--tlp', 'AMBER', '--agency', 'bolt')) as {
    id: string;
  };
  await did('acme/chief', 'marking', 'approve', id);
  await until('bolt sees it', async () => (await idsOf('bolt/chief')).includes('opened-later'));

  const pins = { CUSTODY_API_KEY: keyOf('bolt/chief'), CUSTODY_PINS_DIR: join(temporary.path, 'pins-of-bolt') };
  const asBolt = (...args: string[]): Promise<Finished> => runCustody(['--server', server.url, ...args], pins);
  expect((await asBolt('checkpoint', 'pin')).code).toBe(0);
  // The list of his agency was empty when it was sealed, and its proof says no more than that.
  const list = await asBolt('verify', item);
  const [first, ...others] = list.stdout.split('\n');
  expect([list.code, first]).toEqual([
    0,
    expect.stringMatching(/no event about \S+, as sealed for .*agency:bolt.*, and of what a marking opened later, nothing is said\./),
  ]);
  expect(others.filter((line) => line.endsWith('[proof.opened-later]'))).toEqual([
    expect.stringMatching(/○ completeness .* a marking opened .* is in no list .* has a proof of its own/),
  ]);
  expect(await asBolt('verify', 'acme/opened-later')).toMatchObject({ code: 0 });
});

test('the CLI shows who it is by option, variable or file, and lists what it may know', async () => {
  expect(await did('acme/chief', 'principal', 'ls')).toContain('eva');
  expect(await did('acme/chief', 'key', 'ls', '--api')).not.toContain('custody_');
  expect((await custody(null, 'principal', 'ls')).code).toBe(4);
  const byOption = await runCustody(['--server', server.url, '--api-key', keyOf('bolt/chief'), '--json', 'community', 'ls']);
  expect(JSON.parse(byOption.stdout)).toEqual({ communities: [{ community: 'cars', members: ['bolt'] }] });
  const malformed = await runCustody(['--server', server.url, '--api-key', 'custody_x', 'community', 'ls']);
  expect([malformed.code, malformed.stderr]).toEqual([2, expect.stringContaining('config.invalid')]);
});

test.each(['a key that is revoked', 'an agency that is suspended'])(
  'a stream that somebody listens to by %s ends within five seconds, told why; his neighbour’s goes on',
  async (by) => {
    const isKey = by === 'a key that is revoked';
    await did('acme/chief', 'principal', 'add', 'lena', '--role', 'contributor').catch(() => undefined);
    const text = await did('acme/chief', 'key', 'add', 'lena', '--scope', 'contributor');
    keys.set('acme/lena', text);
    const [mine, other] = await Promise.all([listenTo('acme/lena'), listenTo('bolt/chief')]);
    if (isKey) await did('acme/chief', 'key', 'revoke', text.split('_')[1] as string);
    else await did('local/operator', 'agency', 'suspend', 'acme');
    const revokedMs = performance.now();
    await mine.over;
    // The command ends when the revocation holds for the server that it asks.
    expect(performance.now() - revokedMs).toBeLessThan(REVOKED_WITHIN_MS);
    expect(mine.text()).toMatch(/^event: end\ndata: \{"code":"auth\.key-revoked"/m);
    if (!isKey) await did('local/operator', 'agency', 'add', 'acme');
    const id = isKey ? 'after-a-key' : 'after-an-agency';
    await post('acme/eva', seen(id, { tlp: 'GREEN' }));
    await until('the neighbour has what comes', () => Promise.resolve(other.text().includes(`"id":"${id}"`)));
    expect(mine.text()).not.toContain(id);
    other.close();
  },
);

test('no key stands in what the server said', () => {
  for (const text of keys.values()) if (text !== '') expect(server.stderr()).not.toContain(text);
});
