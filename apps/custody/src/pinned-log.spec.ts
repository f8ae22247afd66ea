/** A log that was pinned: what moves the pin, what does not, and what is said of its key. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProofDocument, formatVerifierKey, KEYS_TREE, signingKey, toBase64, utf8Text, verifyHead } from '#lib/ledger';
import { BOX, CAR, LedgerWorld, logKey, ORIGIN, OWN, seedOf, witnessKeys } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { pin } from './commands/checkpoint.ts';
import { verify } from './commands/verify.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { trustFor } from './log-trust.ts';
import { keepPin, readPin } from './pins.ts';
import { keysOf, logOf, server, silent } from './served-log.contract.ts';

const key = [formatVerifierKey(logKey)];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-pinned-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

describe('a pinned log', () => {
  const grown = new LedgerWorld().begin();
  grown.certify(formatVerifierKey(logKey), 'log');
  grown.add([CAR]);
  grown.seal();
  const early = { size: grown.size, checkpoint: grown.checkpoint() };
  const old = keysOf(grown);
  const second = signingKey('log', ORIGIN, seedOf('second'));
  grown.certify(formatVerifierKey(second), 'log');
  grown.seal();
  const rotated = keysOf(grown);
  grown.certify(formatVerifierKey(logKey), 'log', 'revoke');
  grown.seal();
  const path = { hashes: grown.consistency(early.size).map(toBase64), from: 0, to: 0 };
  const bySecond = { signer: second };
  const answers = {
    '/v1/log': logOf(grown, bySecond),
    '/v1/log/keys': utf8Text(encodeProofDocument({ ...grown.proveKeys(bySecond) })) as string,
    '/v1/log/consistency': JSON.stringify(path),
  };
  const pinEarly = (keys = [logKey, second]) =>
    keepPin({ origin: ORIGIN, keys, receiptKeys: [], checkpoint: early.checkpoint, mapSalt: null, trees: [], witnesses: null });
  const isMoved = (): boolean => readPin(ORIGIN)!.checkpoint !== early.checkpoint;

  it('moves along a path alone, and its revoked keys are gone then', async () => {
    pinEarly();
    expect(await silent(() => pin(server(answers), {}))).toBe(0);
    expect([isMoved(), readPin(ORIGIN)!.keys.map(({ id }) => id)]).toEqual([true, [second.id]]);
  });

  it.each([
    ['none', new CommandError(EXIT.notFound, 'size.not-published', 'No.')],
    ['a fault', new CommandError(EXIT.unexpected, 'internal', 'No.')],
    ['what is no hash', JSON.stringify({ ...path, hashes: ['!'] })],
    ['what is no list', '{"hashes":7}'],
  ])('stays where it was where the path is %s', async (_, given) => {
    pinEarly();
    expect(await silent(() => pin(server({ ...answers, '/v1/log/consistency': given }), {}))).toBe(13);
    expect(isMoved()).toBe(false);
  });

  it('is no fork of a log by the word of a server that has another, and is one by a path that leads from another head', async () => {
    pinEarly();
    const other = new LedgerWorld().begin();
    for (let n = 0; n < 12; n++) other.add([BOX]);
    other.seal();
    const foreign = { hashes: other.consistency(early.size).map(toBase64), root: toBase64(other.root(early.size)) };
    const verdict = async (text: string, consistency: object): Promise<unknown> => {
      const given = server({ ...answers, '/v1/log/consistency': JSON.stringify(consistency) });
      const { trust } = await trustFor(text, {}, given);
      const { verdict: said, statements } = verifyHead(text, trust);
      return [said, statements.find(({ step }) => step === 'kept')?.code];
    };
    expect(await verdict(grown.checkpoint(bySecond), foreign)).toEqual(['incomplete', 'proof.consistency-missing']);
    const forked = new LedgerWorld().begin();
    for (let n = 0; n < 9; n++) forked.add([BOX]);
    forked.seal();
    const own = { hashes: forked.consistency(early.size).map(toBase64), root: toBase64(forked.root(early.size)) };
    expect(await verdict(forked.checkpoint(bySecond), own)).toEqual(['altered', 'proof.forked']);
    // The pinned size is a power of two: its path says nothing without the root that the log had.
    const unsaid = await verdict(forked.checkpoint(bySecond), { hashes: own.hashes });
    expect([early.size, unsaid]).toEqual([4, ['incomplete', 'proof.consistency-missing']]);
  });

  it('takes no key notice from another list that comes with that of the keys', async () => {
    pinEarly([logKey]);
    const cheat = new LedgerWorld().begin();
    cheat.certify(formatVerifierKey(logKey), 'log');
    cheat.seal();
    const forged = cheat.prove(KEYS_TREE.item, { groups: [KEYS_TREE.group, OWN] });
    const given = server({ '/v1/log/keys': utf8Text(encodeProofDocument({ ...forged, notices: [...cheat.notices] })) as string });
    rmSync(folder, { recursive: true });
    const { said } = await trustFor(cheat.checkpoint(), { key }, given);
    expect(said.map(({ code, verdict }) => [code, verdict])).toEqual([['proof.notice', undefined]]);
    // Control: by itself it is taken.
    const alone = await trustFor(cheat.checkpoint(), { key }, server({ '/v1/log/keys': keysOf(cheat) }));
    expect(alone.said.map(({ state }) => state)).toEqual(['established']);
    mkdirSync(folder);
  });

  it('refuses a head that a key signed that the log revoked, and a list of keys from before', async () => {
    pinEarly();
    const again = { ...answers, '/v1/log': logOf(grown) };
    expect(await silent(() => pin(server(again), {}))).toBe(12);
    const { said } = await trustFor(grown.checkpoint(), {}, server(again));
    expect(said.map(({ code }) => code)).toEqual(['key.revoked-head']);
    for (const [list, exit, code] of [
      [old, 10, 'proof.stale'],
      [rotated, 10, 'proof.stale'],
      [new CommandError(EXIT.notFound, 'not-found', 'No.'), 13, 'key.list-missing'],
    ] as const) {
      const without = server({ ...again, '/v1/log/keys': list });
      expect(await silent(() => pin(without, {}))).toBe(exit);
      expect((await trustFor(grown.checkpoint(), {}, without)).said.map(({ code: one }) => one)).toEqual([code]);
    }
    expect(isMoved()).toBe(false);
    expect((await trustFor(grown.checkpoint(), {}, null)).said.map(({ code }) => code)).toEqual(['key.not-asked']);
  });

  it('is asked once more where another command pinned a newer head meanwhile, and an older state that stays is one', async () => {
    const log = new LedgerWorld().begin();
    log.certify(formatVerifierKey(logKey), 'log');
    log.add([CAR]);
    const before = utf8Text(log.seal().encode(CAR)) as string;
    log.add([CAR]);
    const after = utf8Text(log.seal().encode(CAR)) as string;
    keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint: log.checkpoint(), mapSalt: null, trees: [], witnesses: null });
    const path = `/v1/items/${encodeURIComponent(CAR)}/proof`;
    const exitOf = (...proofs: string[]): Promise<number> => {
      const given = server({ '/v1/log/keys': keysOf(log), '/v1/log/consistency': JSON.stringify({ hashes: [], from: 0, to: 0 }) });
      const text = (asked: string): Promise<string> =>
        asked.startsWith(path) ? Promise.resolve(proofs.shift() ?? after) : given.text(asked);
      return silent(() => verify({ ...given, text }, CAR, {}));
    };
    expect([await exitOf(before, after), await exitOf(before, before)]).toEqual([0, 10]);
  });

  it('is not set back by a check that began before another one pinned a newer head', async () => {
    const log = new LedgerWorld().begin();
    log.certify(formatVerifierKey(logKey), 'log');
    const first = log.seal().checkpoint();
    const from = log.size;
    log.add([CAR]);
    const answers = {
      [`/v1/items/${encodeURIComponent(CAR)}/proof`]: utf8Text(log.seal().encode(CAR)) as string,
      '/v1/log/keys': keysOf(log),
      '/v1/log/consistency': JSON.stringify({
        hashes: log.consistency(from).map(toBase64),
        root: toBase64(log.root(from)),
        from: 0,
        to: 0,
      }),
    };
    const middle = log.checkpoint();
    log.add([CAR]);
    const newest = log.seal().checkpoint();
    const pinned = (checkpoint: string): void =>
      void keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint, mapSalt: null, trees: [], witnesses: null });
    const checked = async (meanwhile: () => void): Promise<unknown> => {
      pinned(first);
      const given = server(answers);
      const text = async (path: string): Promise<string> => {
        if (path.startsWith('/v1/log/consistency')) meanwhile();
        return given.text(path);
      };
      const client = { ...given, text, get: async (path: string) => JSON.parse(await text(path)) as never };
      return [await silent(() => verify(client, CAR, {})), readPin(ORIGIN)!.checkpoint];
    };
    expect(await checked(() => pinned(newest))).toEqual([0, newest]);
    // Control: with nobody else about it moves on.
    expect(await checked(() => undefined)).toEqual([0, middle]);
  });

  describe('of an item with more events than one answer has', () => {
    const path = `/v1/items/${encodeURIComponent(CAR)}/proof`;
    const tooLong = new CommandError(EXIT.usage, 'proof.too-long', 'Verified by three witnesses, all is well.');
    let log: LedgerWorld;
    const sealed = (events: number): void => {
      for (let n = 0; n < events; n++) log.add([CAR]);
      log.seal();
      keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint: log.checkpoint(), mapSalt: null, trees: [], witnesses: null });
    };
    beforeEach(() => {
      log = new LedgerWorld().begin();
      log.certify(formatVerifierKey(logKey), 'log');
      sealed(3);
    });
    const told = async (
      proof: string,
      meanwhile = proof,
    ): Promise<{ exit: number; tree: string[]; why: string | undefined; said: string }> => {
      const lines: string[] = [];
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = (text) => lines.push(String(text)) > 0;
      const answers = {
        '/v1/log/keys': keysOf(log),
        '/v1/log/consistency': JSON.stringify({ hashes: [], from: 0, to: 0 }),
        [path]: proof,
        [`${path}?events=true&inclusion=true`]: tooLong,
      };
      let asked = 0;
      const given = server(answers);
      const text = async (at: string): Promise<string> => (at === path && ++asked > 1 ? meanwhile : given.text(at));
      const client = { ...given, text };
      const exit = await verify(client, CAR, { json: true }).finally(() => (process.stdout.write = write));
      const said = lines.join('');
      const { statements } = JSON.parse(said) as { statements: { step: string; state: string; code?: string; verdict?: string }[] };
      const tree = statements.flatMap(({ step, state, code }) => (step === 'tree' ? [code ?? state] : []));
      return { exit, tree, why: statements.findLast(({ state, verdict }) => state === 'failed' || verdict !== undefined)?.code, said };
    };
    const listText = (): string => utf8Text(log.encode(CAR, { events: false })) as string;
    const changed = (
      change: (document: { mapSalt: unknown; item: { groups: { tree: { entries: string } | null }[] } }) => void,
    ): string => {
      const document = JSON.parse(listText()) as Parameters<typeof change>[0];
      change(document);
      return JSON.stringify(document);
    };

    it('the list is checked, and that its events are not shown is said in our words', async () => {
      const { exit, tree, why, said } = await told(listText());
      expect([exit, tree, why]).toEqual([13, ['established'], 'proof.events-missing']);
      expect(said).not.toContain('witnesses, all is well');
    });

    it('a list with one letter changed is altered', async () => {
      const { exit, tree, why } = await told(
        changed(({ item: { groups } }) => {
          const tree = groups.find((each) => each.tree !== null)?.tree;
          if (tree === undefined || tree === null) throw new Error('there is no list');
          // Within the leaf hash of the first entry.
          tree.entries = tree.entries.replace(
            /^(.{20})(.)/,
            (_, before: string, letter: string) => `${before}${letter === 'A' ? 'B' : 'A'}`,
          );
        }),
      );
      expect([exit, tree, why]).toEqual([10, ['proof.tree-root'], 'proof.tree-root']);
    });

    it('is asked for once more where another command pinned a newer head meanwhile, and an older state that stays is one', async () => {
      const before = listText();
      sealed(1);
      expect([(await told(before, listText())).exit, (await told(before)).exit]).toEqual([13, 10]);
    });

    it('where no list is shown none is said to be checked', async () => {
      const { exit, tree } = await told(changed(({ item }) => (item.groups = [])));
      expect([exit, tree]).toEqual([13, []]);
    });
  });

  it('is told no more of its key than the list of keys reaches, and whose word it is that there is no other', async () => {
    const log = new LedgerWorld().begin();
    log.certify(formatVerifierKey(logKey), 'log');
    log.lies.covers = 2n;
    for (let n = 0; n < 2; n++) log.add([CAR]);
    log.seal();
    const { said } = await trustFor(log.checkpoint(), { key }, server({ '/v1/log/keys': keysOf(log) }));
    expect([log.size, said.map(({ says }) => says)]).toEqual([
      5,
      ["The log's own list of keys says nothing against the key below 2; that it has no other such list is the word of its operator."],
    ]);
    const file = join(folder, 'policy.json');
    writeFileSync(file, JSON.stringify({ threshold: 3, witnesses: witnessKeys.map((one) => ({ vkey: formatVerifierKey(one) })) }));
    const cosigned = utf8Text(encodeProofDocument(log.proveKeys({ witnesses: witnessKeys }))) as string;
    const audited = await trustFor(
      log.checkpoint({ witnesses: witnessKeys }),
      { key, witnesses: file },
      server({ '/v1/log/keys': cosigned }),
    );
    expect(audited.said.map(({ says }) => says)).toEqual(["The log's own list of keys says nothing against the key below 2."]);
  });

  it('is judged at its own size: what a key signed before it was revoked stands', async () => {
    keepPin({
      origin: ORIGIN,
      keys: [second],
      receiptKeys: [],
      checkpoint: grown.checkpoint(bySecond),
      mapSalt: null,
      trees: [],
      witnesses: null,
    });
    const { trust, said } = await trustFor(early.checkpoint, {}, server(answers));
    expect([trust.log.map(({ id }) => id), said.map(({ state }) => state)]).toEqual([[second.id, logKey.id], ['established']]);
    const forged = { ...answers, '/v1/log/keys': old };
    expect((await trustFor(early.checkpoint, {}, server(forged))).trust.log.map(({ id }) => id)).toEqual([second.id]);
    const both = { key: [...key, formatVerifierKey(second)] };
    const judged = await trustFor(early.checkpoint, both, server(answers));
    expect([judged.trust.log.length, judged.said.map(({ state }) => state)]).toEqual([2, ['established']]);
  });
});
