/** What stands in the way of checking a log, each with its own code: nothing pinned, a damaged pin, another log, a promise that was broken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeProofDocument,
  encodeSealedReceipt,
  formatVerifierKey,
  openingJson,
  openSlots,
  type Report,
  type SealedReceipt,
  sha256Hex,
  type ShownEvent,
  signingKey,
  signReceipt,
  signRejection,
  treesOf,
  utf8,
  utf8Text,
  verifyProof,
} from '#lib/ledger';
import {
  BOX,
  CAR,
  grownWorld,
  LedgerWorld,
  logKey,
  ORIGIN,
  OWN,
  seedOf,
  witnessKeys,
} from '../../../libs/ledger/src/ledger-world.contract.ts';
import { pin } from './commands/checkpoint.ts';
import { type HeldReceipt, receiptIn } from './commands/receipt-forms.ts';
import { verify } from './commands/verify.ts';
import { verifyReceipt } from './commands/verify-receipt.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { headOfNote, type TrustFlags } from './log-trust.ts';
import { keepPin, policyOf, readPin, withTrees } from './pins.ts';
import { keysOf, logOf, server, silent } from './served-log.contract.ts';

const world = grownWorld();
const key = [formatVerifierKey(logKey)];
const receiptKey = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-trust-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

test('a head, a policy and a pin are what they should be, or say that they are not', async () => {
  expect(() => headOfNote('none')).toThrow(expect.objectContaining({ code: 'checkpoint.malformed' }) as Error);
  expect(() => policyOf('{}')).toThrow(expect.objectContaining({ code: 'pin.policy' }) as Error);
  expect(readPin(ORIGIN)).toBeNull();
  const { keep } = verifyProof(world.encode(CAR), { log: [logKey] });
  keepPin({
    origin: ORIGIN,
    keys: [logKey],
    receiptKeys: [receiptKey],
    checkpoint: world.checkpoint(),
    mapSalt: keep!.mapSalt,
    trees: keep!.trees,
    witnesses: null,
  });
  expect(readPin(ORIGIN)).toMatchObject({
    keys: [{ id: logKey.id }],
    receiptKeys: [{ id: receiptKey.id }],
    trees: keep!.trees,
    mapSalt: keep!.mapSalt,
  });
  const [file] = readdirSync(folder);
  // Of an older version, which kept no size with a list: that of its head stands for it.
  const path = join(folder, file as string);
  const unsized = (member: string, value: unknown): unknown => (member === 'size' ? undefined : value);
  writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), unsized));
  expect(readPin(ORIGIN)?.trees).toEqual(keep!.trees.map((tree) => ({ ...tree, size: BigInt(world.size) })));
  writeFileSync(path, '{"v":1}');
  expect(() => readPin(ORIGIN)).toThrow(expect.objectContaining({ code: 'pin.damaged' }) as Error);
  await Promise.resolve();
});

test('of kept lists the newest stands, and the rest stays', () => {
  const tree = (item: string, n: bigint, size = 10n) => ({ group: 'clear', item, n, root: seedOf(`${item}${n}`), size });
  expect(withTrees([tree('a', 1n), tree('b', 1n)], [tree('a', 2n)])).toEqual([tree('b', 1n), tree('a', 2n)]);
  // An older bundle shows less of a list than was seen since.
  expect(withTrees([tree('a', 2n), tree('b', 1n)], [tree('a', 1n)])).toEqual([tree('b', 1n), tree('a', 2n)]);
  // It was there since the head under which it was seen first.
  expect(withTrees([tree('a', 2n, 10n)], [tree('a', 2n, 20n)])).toEqual([tree('a', 2n, 10n)]);
});

test('a log that names no key of its own has to have its key named', async () => {
  const nameless = grownWorld();
  const answers = { '/v1/log': logOf(nameless), '/v1/log/keys': keysOf(nameless) };
  await expect(pin(server(answers), {})).rejects.toMatchObject({ code: 'key.unknown' });
  expect(await silent(() => pin(server(answers), { key }))).toBe(0);
  expect(readPin(ORIGIN)?.keys).toHaveLength(1);
});

test('a file that is nothing of the kind, or far too large, is not checked', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'x');
  await expect(verify(null, file, {})).rejects.toMatchObject({ code: 'verify.unknown', exitCode: 2 });
  truncateSync(file, 700 * 1024 * 1024);
  await expect(verify(null, file, {})).rejects.toMatchObject({ code: 'verify.too-large', exitCode: 2 });
  writeFileSync(file, (utf8Text(world.encode(CAR)) as string).replace(ORIGIN, `${ORIGIN}\\n`));
  expect(await silent(() => verify(null, file, { key }))).toBe(10);
});

/** As a file with it would be read. */
const heldIn = (bytes: Uint8Array | string): HeldReceipt => receiptIn(typeof bytes === 'string' ? bytes : (utf8Text(bytes) as string))!;
const last = ({ statements }: Report) => statements.at(-1)?.code;

describe('a receipt', () => {
  const event = world.events[0]!;
  const contentHash = sha256Hex(event.content);
  const LONG_AGO = '2026-01-01T00:00:00.000000Z';
  const justNow = (): string => `${new Date().toISOString().slice(0, -1)}000Z`;
  const about = { log: ORIGIN, agency: 'local', id: event.envelope.id, contentHash };
  const receipt = (captured: string, of = contentHash) =>
    signReceipt({ ...about, contentHash: of, captured, durability: 'single-node' }, receiptKey);
  const rejection = (of = contentHash) =>
    utf8Text(signRejection({ ...about, contentHash: of, code: 'event.id-conflict', detail: 'Other bytes stand.' }, receiptKey)) as string;
  const flags = { key: [formatVerifierKey(receiptKey)] };
  const both = { key: [...flags.key, ...key] };
  const proofPath = `/v1/events/${event.envelope.id}/proof`;
  const notFound = new CommandError(EXIT.notFound, 'event.not-found', 'There is no such event.');
  const log = { '/log/checkpoint': world.checkpoint(), '/v1/log/keys': keysOf(world) };
  const proof = (shown?: ShownEvent): string => {
    const document = world.proveEvent(event);
    const [part] = document.events;
    return utf8Text(encodeProofDocument({ ...document, events: [{ ...part!, shown: shown ?? part!.shown }] })) as string;
  };
  const check = (bytes: Uint8Array | string, answers: Parameters<typeof server>[0], given: TrustFlags = both) =>
    verifyReceipt(heldIn(bytes), server(answers), given);

  it('by itself is a promise', async () => {
    const report = await verifyReceipt(heldIn(receipt(LONG_AGO)), null, flags);
    expect([report.verdict, last(report)]).toEqual(['incomplete', 'receipt.not-asked']);
  });

  it('whose event is not in the log after its minute was broken, and before that is pending', async () => {
    const answers = { ...log, [proofPath]: notFound };
    const broken = await check(receipt(LONG_AGO), answers, flags);
    expect([broken.verdict, last(broken)]).toEqual(['not-in-log', 'receipt.promise-broken']);
    // To who may not see an event a server says the same of one that is sealed.
    expect(broken.summary).toMatch(
      /by the word of the server there is no such event in the log that you may see.* who is of the agency local /,
    );
    const pending = await check(receipt(justNow()), answers, flags);
    expect([pending.verdict, last(pending)]).toEqual(['incomplete', 'event.not-found']);
  });

  it('for the very bytes is verified; for others it was broken, and where some fields alone are shown it is not said', async () => {
    expect((await check(receipt(LONG_AGO), { ...log, [proofPath]: proof() })).verdict).toBe('verified');
    const other = await check(receipt(LONG_AGO, 'ab'.repeat(32)), { ...log, [proofPath]: proof() });
    expect([other.verdict, last(other)]).toEqual(['altered', 'receipt.other-content']);
    const opening = openingJson(openSlots(event.envelope, event.document, event.secret, { slots: ['source'] }));
    for (const hash of [contentHash, 'ab'.repeat(32)]) {
      const opened = await check(receipt(LONG_AGO, hash), { ...log, [proofPath]: proof({ opening }) });
      expect([opened.verdict, last(opened)]).toEqual(['incomplete', 'receipt.content-missing']);
    }
  });

  it('whose bytes were rejected with a signature was not broken; one about other bytes, or by another key, does not count', async () => {
    const status = (note: string) => JSON.stringify({ ...about, status: 'rejected', sealed: null, rejection: note });
    const path = `/v1/receipts/local/${event.envelope.id}`;
    for (const at of [notFound, proof()]) {
      const hash = typeof at === 'string' ? 'ab'.repeat(32) : contentHash;
      const kept = await check(receipt(LONG_AGO, hash), {
        ...log,
        [proofPath]: at,
        [path]: status(rejection(hash)).replace(contentHash, hash),
      });
      expect([kept.verdict, last(kept)]).toEqual(['not-in-log', 'receipt.rejected']);
    }
    const stranger = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('stranger'));
    const forged = signRejection({ ...about, code: 'event.id-conflict', detail: 'So we say.' }, stranger);
    for (const note of [rejection('ab'.repeat(32)), utf8Text(forged) as string]) {
      const broken = await check(receipt(LONG_AGO), { ...log, [proofPath]: notFound, [path]: status(note) });
      expect(last(broken)).toBe('receipt.promise-broken');
    }
  });

  it('that is a rejection says so, why, and by whose key', async () => {
    for (const client of [null, server(log)]) {
      const report = await verifyReceipt(heldIn(rejection()), client, both);
      expect([report.verdict, last(report)]).toEqual(['not-in-log', 'receipt.rejected']);
      expect(report.summary).toMatch(
        /local\/e-1 was rejected, signed by .*\/receipt\+[0-9a-f]{8}: Other bytes stand\. \[event\.id-conflict\]/,
      );
    }
    const changed = await check(rejection().replace('Other', 'Same'), log);
    expect(changed.verdict).toBe('altered');
  });

  it('is read as the answer that it stood in, and is not believed where that says something else', async () => {
    const signature = utf8Text(receipt(LONG_AGO)) as string;
    const line = { ...about, captured: LONG_AGO, duplicate: false, durability: 'single-node', signature };
    const answers = { ...log, [proofPath]: proof() };
    for (const text of [JSON.stringify(line), `${JSON.stringify(line)}\n`, JSON.stringify({ row: 0, id: 'x', receipt: line }, null, 2)])
      expect((await check(text, answers)).verdict).toBe('verified');
    const beside = await check(JSON.stringify({ ...line, id: 'e-2' }), answers);
    expect([beside.verdict, last(beside)]).toEqual(['altered', 'receipt.beside']);
    const unsigned = await check(JSON.stringify({ ...line, signature: null }), answers);
    expect([unsigned.verdict, last(unsigned)]).toEqual(['incomplete', 'receipt.unsigned']);
    const pending = await check(JSON.stringify({ ...about, status: 'pending', sealed: null, rejection: null }), answers);
    expect([pending.verdict, last(pending)]).toEqual(['incomplete', 'event.not-sealed']);
    expect(() => receiptIn(`${JSON.stringify(line)}\n${JSON.stringify(line)}\n`)).toThrow(
      expect.objectContaining({ code: 'verify.several', exitCode: 2 }) as Error,
    );
    expect(receiptIn(utf8Text(world.encode(CAR)) as string)).toBeNull();
  });

  describe('that is sealed', () => {
    const at = Number(event.index);
    const inclusion = { extra: null, index: event.index, hashes: world.inclusion(at), checkpoint: utf8(world.checkpoint()) };
    const places = treesOf('local', event.document)!.map(({ group, item }) => ({ group, item, n: 0n }));
    const sealed = (more: Partial<SealedReceipt> = {}) => encodeSealedReceipt({ ...event, inclusion, places, ...more });
    const answers = (group = 'clear') => ({
      ...log,
      [proofPath]: proof(),
      ...Object.fromEntries(
        [CAR, BOX].map((item) => [
          `/v1/items/${encodeURIComponent(item)}/proof`,
          utf8Text(encodeProofDocument(world.prove(item, { groups: [group], from: 0, to: 1, events: false }))) as string,
        ]),
      ),
    });

    it('is verified where the event and its lists are shown, and as the answer that it stood in', async () => {
      expect(places.length).toBe(2);
      const report = await check(sealed(), answers(), { key });
      expect([report.verdict, report.statements.filter(({ step }) => step === 'tree').length]).toEqual(['verified', 2]);
      const answer = (hash: string) =>
        JSON.stringify({ ...about, contentHash: hash, status: 'sealed', sealed: utf8Text(sealed()), rejection: null });
      expect((await check(answer(contentHash), answers(), { key })).verdict).toBe('verified');
      expect(last(await check(answer('ab'.repeat(32)), answers(), { key }))).toBe('sealed.other-content');
    });

    it('says by itself that the log has an entry, and no more', async () => {
      const report = await verifyReceipt(heldIn(sealed()), null, { key });
      expect([report.verdict, report.statements.slice(-2).map(({ code }) => code)]).toEqual([
        'incomplete',
        ['receipt.content-missing', 'sealed.not-asked'],
      ]);
      expect(report.statements.some(({ says, state }) => state === 'established' && says.includes(event.envelope.id))).toBe(false);
    });

    it.each([
      ['captured', 'whole.root', { envelope: { ...event.envelope, captured: '2020-01-01T00:00:00.000000Z' } }],
      ['principal', 'whole.root', { envelope: { ...event.envelope, principal: 'nobody' } }],
      ['secret', 'whole.root', { secret: seedOf('another') }],
      ['places', 'sealed.places', { places: [] }],
      ['place', 'sealed.places', { places: places.slice(1) }],
    ] as const)('with another %s is altered', async (_, code, more) => {
      const report = await check(sealed(more), answers(), { key });
      expect([report.verdict, last(report)]).toEqual(['altered', code]);
    });

    it.each(['id', 'agency'] as const)('with another %s is not verified, and not said to be that event', async (name) => {
      const report = await check(sealed({ envelope: { ...event.envelope, [name]: 'other' } }), answers(), { key });
      expect(report.verdict).not.toBe('verified');
      expect(report.statements.some(({ says }) => /It is the event/.test(says))).toBe(false);
    });

    it.each([proofPath, `/v1/items/${encodeURIComponent(CAR)}/proof`, '/v1/log/keys'])(
      'is incomplete where %s is withheld',
      async (path) => {
        const report = await check(sealed(), { ...answers(), [path]: notFound }, { key });
        expect(report.verdict).toBe('incomplete');
      },
    );

    it('is held against the list of the group that was asked for, whatever else is shown with it', async () => {
      const cheat = new LedgerWorld().begin();
      const given = cheat.add([CAR], 'CLEAR');
      cheat.link(given, OWN, CAR);
      cheat.link(cheat.add([CAR], 'CLEAR'), 'clear', CAR);
      cheat.seal('2026-01-01T00:00:01.000000Z', () => true);
      const note = utf8(cheat.checkpoint());
      const paper = encodeSealedReceipt({
        ...given,
        inclusion: { extra: null, index: given.index, hashes: cheat.inclusion(Number(given.index)), checkpoint: note },
        places: treesOf('local', given.document)!.map(({ group, item }) => ({ group, item, n: 0n })),
      });
      const shown = {
        '/log/checkpoint': cheat.checkpoint(),
        '/v1/log/keys': keysOf(cheat),
        [`/v1/events/${given.envelope.id}/proof`]: utf8Text(encodeProofDocument(cheat.proveEvent(given))) as string,
        [`/v1/items/${encodeURIComponent(CAR)}/proof`]: utf8Text(
          encodeProofDocument(cheat.prove(CAR, { groups: [OWN, 'clear'], events: false })),
        ) as string,
      };
      const report = await check(paper, shown, { key });
      expect([report.verdict, last(report)]).toEqual(['altered', 'sealed.left-out']);
    });

    it('is judged by witnesses, age and the kept head as a bundle is', async () => {
      const policy = join(folder, 'policy');
      writeFileSync(policy, JSON.stringify({ witnesses: [{ vkey: formatVerifierKey(witnessKeys[0]!) }], threshold: 1 }));
      const codes = async (given: TrustFlags): Promise<unknown> => {
        const report = await check(sealed(), answers(), { key, ...given });
        return [report.verdict, report.statements.find(({ verdict, state }) => verdict !== undefined || state === 'failed')?.code];
      };
      expect(await codes({ witnesses: policy })).toEqual(['incomplete', 'proof.witnesses']);
      expect(await codes({ maxAge: '1' })).toEqual(['incomplete', 'proof.age']);
      const fork = new LedgerWorld().begin().seal();
      const kept = { origin: ORIGIN, keys: [logKey], receiptKeys: [], mapSalt: null, trees: [], witnesses: null };
      keepPin({ ...kept, checkpoint: fork.checkpoint() });
      expect(await codes({})).toEqual(['incomplete', 'proof.consistency-missing']);
      keepPin({ ...kept, checkpoint: world.checkpoint() });
      expect(await codes({})).toEqual(['verified', undefined]);
    });

    it('has a place in a list of others by the word of the server alone, and in one that was named or is its submitter’s by no word', async () => {
      const shared = new LedgerWorld().begin();
      const given = shared.add([CAR], 'AMBER', { handling: { tlp: 'AMBER', agencies: ['customs'] } });
      shared.link(given, 'agency:local', CAR);
      shared.link(given, 'agency:customs', CAR);
      shared.seal('2026-01-01T00:00:01.000000Z', () => true);
      const listOf = (group: string) =>
        `/v1/items/${encodeURIComponent(CAR)}/proof?group=${encodeURIComponent(group)}&from=0&to=1&size=${shared.size}`;
      const notYours = new CommandError(EXIT.usage, 'query.invalid', 'Your reader groups are others.');
      const trees = treesOf('local', given.document)!.map(({ group, item }) => ({ group, item, n: 0n }));
      const note = utf8(shared.checkpoint());
      const paper = encodeSealedReceipt({
        ...given,
        inclusion: { extra: null, index: given.index, hashes: shared.inclusion(Number(given.index)), checkpoint: note },
        places: trees,
      });
      const shown = {
        '/log/checkpoint': shared.checkpoint(),
        '/v1/log/keys': keysOf(shared),
        [`/v1/events/${given.envelope.id}/proof`]: utf8Text(encodeProofDocument(shared.proveEvent(given))) as string,
        [listOf('agency:local')]: utf8Text(encodeProofDocument(shared.prove(CAR, { groups: ['agency:local'], events: false }))) as string,
        [listOf('agency:customs')]: notYours,
      };
      const report = await check(paper, shown, { key });
      expect([report.verdict, report.statements.filter(({ step }) => step === 'tree').map(({ code }) => code)]).toEqual([
        'verified',
        ['sealed.other-group', undefined],
      ]);
      const named = await verifyReceipt(heldIn(paper), server(shown), { key, group: ['agency:customs'] });
      expect([named.verdict, named.statements.find(({ verdict }) => verdict !== undefined)?.code]).toEqual(['incomplete', 'query.invalid']);
      for (const [group, code] of [
        ['agency:local', 'query.invalid'],
        ['agency:customs', 'item.not-found'],
      ] as const) {
        const refused = code === notYours.code ? notYours : new CommandError(EXIT.notFound, code, 'No.');
        const withheld = await check(paper, { ...shown, [listOf(group)]: refused }, { key });
        expect([withheld.verdict, withheld.statements.find(({ verdict }) => verdict !== undefined)?.code]).toEqual(['incomplete', code]);
      }
    });
  });
});
