import { toHex, utf8, utf8Text } from './bytes.ts';
import { CAR, grownWorld, logKey, MAP_SALT, ORIGIN, seedOf, witnessKeys } from './ledger-world.contract.ts';
import { signingKey } from './note-key.ts';
import { sha256Hex } from './primitives.ts';
import { signReceipt, signRejection } from './receipt.ts';
import type { Report } from './report.ts';
import { encodeSealedReceipt } from './sealed-receipt.ts';
import { isReceipt, noteOfSealed, verifyReceiptAlone, type ReceiptTrust } from './verify-receipt.ts';

const world = grownWorld();
const event = world.events[0]!;
const receiptKey = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
const trust: ReceiptTrust = { log: [logKey], receipts: [receiptKey] };
const { agency, id, captured } = event.envelope;
const subject = { log: ORIGIN, agency, id, contentHash: sha256Hex(event.content) };
const receipt = signReceipt({ ...subject, captured, durability: 'single-node' }, receiptKey);
const rejection = signRejection({ ...subject, code: 'event.conflict', detail: 'Another event stands under this id.' }, receiptKey);
const sealedUnder = (wanted: Parameters<typeof world.checkpoint>[0] = {}, places = [{ group: 'clear', item: CAR, n: 0n }]): Uint8Array => {
  const inclusion = {
    extra: null,
    index: event.index,
    hashes: world.inclusion(Number(event.index)),
    checkpoint: utf8(world.checkpoint(wanted)),
  };
  return encodeSealedReceipt({ ...event, inclusion, places });
};
const said = ({ verdict, statements }: Report) => [
  verdict,
  ...statements.map(({ step, state, code }) => [step, state, code].filter(Boolean).join(' ')),
];

test('a receipt is known by its beginning', () => {
  for (const given of [receipt, rejection, sealedUnder()]) expect(isReceipt(utf8Text(given) as string)).toBe(true);
  expect(isReceipt(utf8Text(world.encode(CAR)) as string)).toBe(false);
});

test('a signed receipt is a promise: who made it is established, whether it was kept is not', () => {
  const report = verifyReceiptAlone(receipt, trust);
  expect(said(report)).toEqual(['incomplete', 'receipt established', 'inclusion not-established receipt.not-asked']);
  expect(report.statements[0]?.says).toBe(
    `local/${id} was captured ${captured} (single-node), signed by ${receiptKey.name}+${receiptKey.id}.`,
  );
});

test('a signed rejection says that the event is not in the log, and why', () => {
  const report = verifyReceiptAlone(rejection, trust);
  expect(said(report)).toEqual(['not-in-log', 'receipt not-established receipt.rejected']);
  expect(report.summary).toMatch(
    /^Not in the log: local\/e-1 was rejected, signed by .*: Another event stands under this id\. \[event\.conflict\]$/,
  );
});

test('a sealed receipt stands for an entry; which event that is, and its places, nobody was asked', () => {
  const report = verifyReceiptAlone(sealedUnder(), trust);
  expect(said(report)).toEqual([
    'incomplete',
    'signature established',
    'witnesses not-established proof.no-witness-asked',
    'kept not-established proof.nothing-kept',
    'inclusion established',
    'receipt not-established receipt.content-missing',
    'tree not-established sealed.not-asked',
  ]);
  expect(report.head).toMatchObject({ origin: ORIGIN, size: BigInt(world.size), time: null });
  expect(said(verifyReceiptAlone(sealedUnder({}, []), { ...trust, ageSecondsMax: 60 })).slice(-2)).toEqual([
    'age not-established proof.age',
    'receipt not-established receipt.content-missing',
  ]);
  // A newline at its end is no part of it.
  expect(verifyReceiptAlone(utf8(`${utf8Text(sealedUnder())}\n`), trust)).toEqual(report);
});

test('its head is judged as that of a proof is: witnesses, and the head that was kept', () => {
  const witnesses = { witnesses: witnessKeys.map((key) => ({ key, url: null })), threshold: 2 };
  expect(said(verifyReceiptAlone(sealedUnder({ witnesses: witnessKeys }), { ...trust, witnesses }))).toContain('witnesses established');
  expect(said(verifyReceiptAlone(sealedUnder(), { ...trust, witnesses }))).toContain('witnesses not-established proof.witnesses');
  const kept = { size: BigInt(world.size), root: seedOf('another root'), mapSalt: MAP_SALT, trees: [], consistency: [] };
  expect(said(verifyReceiptAlone(sealedUnder(), { ...trust, kept }))).toEqual(
    expect.arrayContaining(['altered', 'kept failed proof.forked']),
  );
});

test('signed by nobody who is known it is not said to be altered, and nothing else is said', () => {
  const stranger: ReceiptTrust = { log: [], receipts: [signingKey('receipt', receiptKey.name, seedOf('stranger'))] };
  for (const given of [receipt, rejection])
    expect(said(verifyReceiptAlone(given, stranger))).toEqual(['untrusted-key', 'signature failed note.unverified']);
  expect(said(verifyReceiptAlone(sealedUnder(), stranger))).toEqual(['untrusted-key', 'signature failed checkpoint.log-key']);
});

test('signed by a key that was given for something else it is signed by nobody: the log’s own for checkpoints, one of another log', () => {
  for (const name of [ORIGIN, 'elsewhere.example/log/receipt']) {
    const other = signingKey('receipt', name, seedOf('log'));
    const given = signReceipt(
      { log: ORIGIN, agency: 'local', id, contentHash: 'ab'.repeat(32), captured, durability: 'single-node' },
      other,
    );
    expect(said(verifyReceiptAlone(given, { ...trust, receipts: [other] }))).toEqual(['untrusted-key', 'signature failed note.unverified']);
  }
});

test('with one thing changed it is altered, or signed by nobody who is known', () => {
  for (const given of [receipt, rejection]) {
    const changed = utf8((utf8Text(given) as string).replace(id, 'e-999'));
    expect(said(verifyReceiptAlone(changed, trust))).toEqual(['altered', 'receipt failed note.signature-invalid']);
  }
  const other = toHex(seedOf('other'));
  const forged = utf8((utf8Text(sealedUnder()) as string).replace(event.commitment, other));
  expect(said(verifyReceiptAlone(forged, trust))).toEqual(['altered', 'receipt failed sealed.inclusion']);
  expect(said(verifyReceiptAlone(utf8('{"commitment","places"'), trust))).toEqual(['altered', 'receipt failed sealed.json']);
});

test('the signed head of a sealed receipt is had by its form alone', () => {
  expect(noteOfSealed(utf8Text(sealedUnder()) as string)).toBe(world.checkpoint());
  for (const none of ['', '{}', '{"inclusion":7}', '{"inclusion":"\\n\\nnone"}']) expect(noteOfSealed(none)).toBeNull();
});

describe('with the event that its holder kept', () => {
  const content = utf8(event.content);
  const places = event.groups.flatMap((group) => event.items.map((item) => ({ group, item, n: 0n })));
  const other = utf8(event.content.replace('observation', 'registration'));

  test('a sealed receipt shows, asking nobody, that the log holds this event; its places stay open', () => {
    const report = verifyReceiptAlone(sealedUnder({}, places), trust, content);
    expect(said(report).slice(-3)).toEqual(['inclusion established', 'receipt established', 'tree not-established sealed.not-asked']);
    expect(report.verdict).toBe('verified');
    // As somebody keeps it: laid out for people.
    const laidOut = utf8(`${JSON.stringify(JSON.parse(event.content), null, 2)}\n`);
    expect(verifyReceiptAlone(sealedUnder({}, places), trust, laidOut)).toEqual(report);
  });

  test('that is another, or belongs to other lists, it is altered', () => {
    expect(said(verifyReceiptAlone(sealedUnder({}, places), trust, other)).slice(0, 1)).toEqual(['altered']);
    expect(said(verifyReceiptAlone(sealedUnder({}, places), trust, other)).at(-1)).toBe('receipt failed whole.root');
    expect(said(verifyReceiptAlone(sealedUnder({}, []), trust, content)).at(-1)).toBe('receipt failed sealed.places');
    expect(said(verifyReceiptAlone(sealedUnder({}, places), trust, utf8('no JSON'))).at(-1)).toBe('receipt failed whole.json');
  });

  test('a signed receipt, or a rejection, is about these bytes or is not', () => {
    expect(said(verifyReceiptAlone(receipt, trust, content))).toEqual([
      'incomplete',
      'receipt established',
      'receipt established',
      'inclusion not-established receipt.not-asked',
    ]);
    expect(said(verifyReceiptAlone(rejection, trust, content))[0]).toBe('not-in-log');
    for (const note of [receipt, rejection])
      expect(said(verifyReceiptAlone(note, trust, other))).toContain('receipt failed receipt.other-content');
  });
});
