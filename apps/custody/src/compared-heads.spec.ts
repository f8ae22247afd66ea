/** `custody checkpoint compare` where both heads are of one log: whose keys sign them, which of them is behind, who cosigned them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProofDocument, formatVerifierKey, signingKey, utf8Text } from '#lib/ledger';
import { CAR, grownWorld, LedgerWorld, logKey, ORIGIN, seedOf, witnessKeys } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { compare } from './commands/checkpoint.ts';
import { keepPin } from './pins.ts';
import { server, silent } from './served-log.contract.ts';

const world = grownWorld();
const key = [formatVerifierKey(logKey)];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-compared-'));
  process.env['CUSTODY_PINS_DIR'] = folder;
});
afterEach(() => {
  delete process.env['CUSTODY_PINS_DIR'];
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('heads of two logs are not compared, nor one with nothing', async () => {
  const here = server({ '/log/checkpoint': world.checkpoint() });
  await expect(compare(here, undefined, { key })).rejects.toMatchObject({ code: 'pin.none' });
  const other = new LedgerWorld('other.example/log').begin().seal();
  const theirs = file('other', other.checkpoint({ signer: signingKey('log', 'other.example/log', seedOf('other')) }));
  await expect(compare(here, theirs, { key })).rejects.toMatchObject({ code: 'checkpoint.other-log' });
});

test('a head that is behind the pinned one raises an alarm; behind one in a file, where nobody shows a path, nothing is said of it', async () => {
  const grown = grownWorld();
  const early = grown.checkpoint();
  grown.add([CAR]);
  grown.seal();
  keepPin({ origin: ORIGIN, keys: [logKey], receiptKeys: [], checkpoint: grown.checkpoint(), mapSalt: null, trees: [], witnesses: null });
  const behind = server({ '/log/checkpoint': early });
  expect(await silent(() => compare(behind, undefined, {}))).toBe(10);
  expect(await silent(() => compare(behind, file('larger', grown.checkpoint()), {}))).toBe(13);
});

test('the age of what a server shows is held against --max-age, and a comparison says nothing of any record', async () => {
  const text = utf8Text(encodeProofDocument({ ...world.prove(CAR), item: null, events: [], notices: [] })) as string;
  const keys = utf8Text(encodeProofDocument(world.proveKeys())) as string;
  const here = server({ '/log/checkpoint': world.checkpoint(), '/v1/log': text, '/v1/log/keys': keys });
  const same = file('same', world.checkpoint());
  const printed: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (line: string | Uint8Array) => printed.push(String(line)) > 0;
  try {
    expect(await compare(here, same, { key })).toBe(0);
    expect(printed.join('')).toContain('Heads alone were looked at');
    expect(printed.join('')).not.toContain('nothing was changed since it was sealed');
    expect(await compare(here, same, { key, maxAge: '999999999' })).toBe(0);
    expect(await compare(here, same, { key, maxAge: '1' })).toBe(13);
    expect(printed.join('')).toContain('[proof.age]');
  } finally {
    process.stdout.write = write;
  }
});

test('under a policy each of the two heads needs its cosignatures', async () => {
  const [first] = witnessKeys;
  const policy = JSON.stringify({ witnesses: witnessKeys.map((one) => ({ vkey: formatVerifierKey(one) })), threshold: 1 });
  const flags = { key, witnesses: file('policy.json', policy) };
  const alone = world.checkpoint();
  const cosigned = world.checkpoint({ witnesses: [first!] });
  const keys = utf8Text(encodeProofDocument(world.proveKeys())) as string;
  const compared = (here: string, there: string) =>
    silent(() => compare(server({ '/log/checkpoint': here, '/v1/log/keys': keys }), file('there', there), flags));
  expect([await compared(cosigned, cosigned), await compared(alone, cosigned), await compared(cosigned, alone)]).toEqual([0, 13, 13]);
});
