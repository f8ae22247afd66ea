import fc from 'fast-check';
import * as reference from '../vectors/reference-receipts.mjs';
import { utf8, utf8Text } from './bytes.ts';
import {
  canonicalize,
  checkPlaceKept,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  checkSubject,
  DETAIL_LENGTH_MAX,
  detailLine,
  encodeEntry,
  encodeSealedReceipt,
  formatCheckpoint,
  formatReceipt,
  formatRejection,
  leafHash,
  openReceipt,
  openRejection,
  openSealedReceipt,
  parseReceipt,
  parseRejection,
  parseTlogProof,
  sha256Hex,
  signReceipt,
  signRejection,
  type CaptureReceipt,
  type JsonValue,
  type OpenedSealedReceipt,
  type Rejection,
  type SealedReceipt,
} from './index.ts';
import { parseCheckpoint } from './checkpoint.ts';
import {
  bytesOf,
  keyOf,
  LOG,
  logKey,
  logKeys,
  notes,
  receiptKey,
  sealedReceipts,
  treesOf,
  trusted,
  type SealedVector,
} from './receipt.contract.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const subject = {
  log: fc.stringMatching(/^[a-z0-9][a-z0-9.\/-]{0,40}$/),
  agency: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/),
  id: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
  contentHash: hash,
};
const captured = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '123Z'));
const receipts: fc.Arbitrary<CaptureReceipt> = fc.record({
  ...subject,
  captured,
  durability: fc.constantFrom('single-node' as const, 'replicated' as const),
});
const rejections: fc.Arbitrary<Rejection> = fc.record({
  ...subject,
  code: fc.stringMatching(/^[a-z0-9]{1,20}(?:[.-][a-z0-9]{1,20}){0,3}$/),
  detail: fc
    .string({ unit: 'binary', minLength: 1, maxLength: 1_500 })
    .map(detailLine)
    .filter((line) => line !== ''),
});
const code = (result: { ok: boolean; fault?: { code: string } }) => (result.ok ? 'ok' : result.fault?.code);

describe('published vectors', () => {
  test.each(notes)('$about', ({ kind, key, value, note }) => {
    const given = kind === 'receipt' ? signReceipt(value, receiptKey) : signRejection(value, receiptKey);
    expect(utf8Text(given)).toBe(note);
    const keys = { log: LOG, keys: [keyOf(key, 'receipt')] };
    const opened = kind === 'receipt' ? openReceipt(utf8(note), keys) : openRejection(utf8(note), keys);
    expect(opened).toMatchObject({ ok: true, value: { value, text: note.slice(0, note.lastIndexOf('\n\n') + 1) } });
  });

  test.each(sealedReceipts)('sealed receipt of $about', (vector) => {
    const { key, content, sealed } = vector;
    const opened = openSealedReceipt(utf8(sealed), { log: [keyOf(key, 'log')] });
    if (!opened.ok) throw new Error(opened.fault.detail);
    expect(utf8Text(encodeSealedReceipt(opened.value.sealed))).toBe(sealed);
    expect(opened.value.checkpoint.checkpoint).toMatchObject({ origin: LOG, size: 11n });
    expect(checkSealedContent(opened.value.sealed, utf8(content))).toEqual({ ok: true, value: JSON.parse(content) });
    expect(checkPlaces(opened.value.sealed, [...treesOf(vector)].reverse())).toMatchObject({ ok: true });
  });
});

describe('a receipt', () => {
  test('comes back from its text, and is nothing else', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        const text = formatReceipt(receipt);
        expect(parseReceipt(text)).toEqual({ ok: true, value: receipt });
        expect(text.split('\n')[6]).toBe('sealed or rejected within 60 s');
        expect(code(parseRejection(text))).toBe('rejection.header');
        expect(code(parseCheckpoint(text))).toBe('checkpoint.size');
      }),
    );
  });

  test('is opened by the key that signed it, and says whether it is about an event and its bytes', () => {
    fc.assert(
      fc.property(receipts, fc.uint8Array(), (given, content) => {
        const receipt = { ...given, contentHash: sha256Hex(content) };
        const opened = openReceipt(signReceipt(receipt, receiptKey), { log: receipt.log, keys: [receiptKey] });
        expect(opened).toMatchObject({ ok: true, value: { value: receipt } });
        const { agency, id } = receipt;
        expect(checkSubject(receipt, { agency, id, content })).toEqual({ ok: true, value: receipt });
        expect(code(checkSubject(receipt, { agency, id: `${id}x`, content }))).toBe('receipt.other-event');
        expect(code(checkSubject(receipt, { agency: `${agency}x`, id, content }))).toBe('receipt.other-event');
        expect(code(checkSubject(receipt, { agency, id, content: Uint8Array.of(...content, 0) }))).toBe('receipt.other-content');
      }),
      { numRuns: 30 },
    );
  });

  const [first] = notes;
  const { value, note } = first as (typeof notes)[number];
  const text = formatReceipt(value);

  test.each<[string, Partial<Record<keyof CaptureReceipt, string>>, string]>([
    ['a log with a space', { log: 'ledger example' }, 'receipt.log'],
    ['a log without a name', { log: '' }, 'receipt.log'],
    ['an agency in upper case', { agency: 'Local' }, 'receipt.agency'],
    ['an id with a slash', { id: 'a/b' }, 'receipt.id'],
    ['a hash in upper case', { contentHash: value.contentHash.toUpperCase() }, 'receipt.content'],
    ['a day that does not exist', { captured: '2026-02-30T00:00:00.000000Z' }, 'receipt.captured'],
    ['a time in milliseconds', { captured: '2026-02-03T00:00:00.000Z' }, 'receipt.captured'],
    ['a durability that nobody knows', { durability: 'good' }, 'receipt.durability'],
    ['a value over two lines', { durability: 'replicated\nor not' }, 'receipt.form'],
  ])('with %s is neither made nor read', (_what, change, fault) => {
    const changed = { ...value, ...change } as CaptureReceipt;
    expect(() => formatReceipt(changed)).toThrow(RangeError);
    let lines = text;
    for (const [name, replaced] of Object.entries(change)) lines = lines.replace(value[name as keyof CaptureReceipt], replaced);
    expect(code(parseReceipt(lines))).toBe(fault);
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'receipt.header'],
    ['another version', text.replace('v1', 'v2'), 'receipt.header'],
    ['another promise', text.replace('60 s', '61 s'), 'receipt.promise'],
    ['a line more', `${text}more\n`, 'receipt.form'],
    ['a line less', text.replace(/durability.*\n/, ''), 'receipt.form'],
    ['no last newline', text.slice(0, -1), 'receipt.form'],
    ['lines in another order', text.replace(/(agency.*\n)(id.*\n)/, '$2$1'), 'receipt.form'],
    ['two spaces after a name', text.replace('agency ', 'agency  '), 'receipt.agency'],
    ['carriage returns', text.replaceAll('\n', '\r\n'), 'receipt.header'],
  ])('is not read from %s', (_what, given, fault) => {
    expect(code(parseReceipt(given))).toBe(fault);
  });

  test('without a signature by a key for receipts of its log is refused', () => {
    expect(code(openReceipt(utf8(note), trusted))).toBe('ok');
    expect(code(openReceipt(utf8(note), { log: LOG, keys: [] }))).toBe('note.unverified');
    expect(code(openReceipt(utf8(note), { log: 'other.example/log', keys: [receiptKey] }))).toBe('receipt.other-log');
    expect(code(openReceipt(utf8(note.replace('replicated', 'single-node')), trusted))).toBe('note.signature-invalid');
    expect(code(openReceipt(utf8(text), trusted))).toBe('note.form');
    expect(code(openReceipt(Uint8Array.of(0xff), trusted))).toBe('note.encoding');
    expect(code(openRejection(utf8(note), trusted))).toBe('rejection.header');
    expect(() => signReceipt(value, logKey as never)).toThrow(RangeError);
  });
});

describe('a rejection', () => {
  test('comes back from its text, and is nothing else', () => {
    fc.assert(
      fc.property(rejections, (rejection) => {
        const text = formatRejection(rejection);
        expect(parseRejection(text)).toEqual({ ok: true, value: rejection });
        expect(code(parseReceipt(text))).toBe('receipt.header');
        expect(code(parseCheckpoint(text))).toBe('checkpoint.size');
      }),
    );
  });

  test('is opened by the key that signed it', () => {
    fc.assert(
      fc.property(rejections, (rejection) => {
        const opened = openRejection(signRejection(rejection, receiptKey), { log: rejection.log, keys: [receiptKey] });
        expect(opened).toMatchObject({ ok: true, value: { value: rejection } });
        expect(code(openRejection(signRejection(rejection, receiptKey), { log: `${rejection.log}x`, keys: [receiptKey] }))).toBe(
          'rejection.other-log',
        );
      }),
      { numRuns: 30 },
    );
  });

  test('has any detail on one line, and the same again', () => {
    expect(detailLine('a\r\n\tb\u2028c\u0085d\ud800e')).toBe('a b c d e');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_500 }), (detail) => {
        const line = detailLine(detail);
        expect(line.length).toBeLessThanOrEqual(DETAIL_LENGTH_MAX);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        expect(detailLine(line)).toBe(line);
      }),
    );
    expect(detailLine(`${'x'.repeat(DETAIL_LENGTH_MAX - 1)}😀`)).toHaveLength(DETAIL_LENGTH_MAX - 1);
  });

  test.each<[string, Partial<Rejection>, string]>([
    ['a code that is none', { code: 'Not A Code' }, 'rejection.code'],
    ['a code without end', { code: 'x'.repeat(101) }, 'rejection.code'],
    ['no detail', { detail: '' }, 'rejection.detail'],
    ['a detail that is too long', { detail: 'x'.repeat(DETAIL_LENGTH_MAX + 1) }, 'rejection.detail'],
    ['an event without an id', { id: '' }, 'rejection.id'],
  ])('with %s is neither made nor read', (_what, change, fault) => {
    const { value } = notes[1] as (typeof notes)[number];
    expect(() => formatRejection({ ...value, ...change })).toThrow(RangeError);
    const text = Object.entries(change).reduce(
      (lines, [name, replaced]) => lines.replace(` ${value[name as keyof Rejection]}\n`, ` ${replaced}\n`),
      formatRejection(value),
    );
    expect(code(parseRejection(text))).toBe(fault);
  });
});

describe('a sealed receipt', () => {
  const [vector] = sealedReceipts as [SealedVector];
  const opened = openSealedReceipt(utf8(vector.sealed), logKeys) as { readonly value: OpenedSealedReceipt };
  const { sealed } = opened.value;
  const given = JSON.parse(vector.sealed) as Record<string, unknown>;
  const { value: receipt } = notes[0] as (typeof notes)[number];

  test('is read as it was made, for any log, place and event, in the text of the reference', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 10 }).filter((given) => !given.includes('\0'));
    const envelope = fc.record({ agency: text, id: text, principal: text, captured: text });
    const tree = fc.record({ group: text, item: text });
    const unique = { maxLength: 6, selector: ({ group, item }: { group: string; item: string }) => JSON.stringify([group, item]) };
    fc.assert(
      fc.property(
        fc.array(hash, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        hash,
        envelope,
        fc.uniqueArray(tree, unique),
        (log, at, key, by, trees) => {
          const index = at % log.length;
          const commitment = log[index] as string;
          const proof = reference.inclusion(LOG, logKey.seed, log, index);
          const inclusion = parseTlogProof(utf8(proof));
          if (!inclusion.ok) throw new Error(inclusion.fault.detail);
          const places = trees.map(({ group, item }, n) => ({ group, item, n: BigInt(n % (index + 1)) }));
          const made = encodeSealedReceipt({ envelope: by, commitment, secret: bytesOf(key), inclusion: inclusion.value, places });
          const ordered = [...places].sort((a, b) => (a.group === b.group ? (a.item < b.item ? -1 : 1) : a.group < b.group ? -1 : 1));
          const said = ordered.map(({ group, item, n }) => ({ group, item, n: Number(n) }));
          expect(utf8Text(made)).toBe(reference.sealedReceipt(by, commitment, key, index, proof, said));
          const read = openSealedReceipt(made, logKeys);
          expect(read).toMatchObject({
            ok: true,
            value: { sealed: { envelope: by, commitment, places: ordered, inclusion: { index: BigInt(index) } } },
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('keeps the promise of the receipt for the same bytes, also where an earlier capture of them stands', () => {
    const content = utf8(vector.content);
    expect(checkPromiseKept(opened.value, content, receipt)).toEqual({ ok: true, value: { sameCapture: true } });
    const later = { ...receipt, captured: '2026-01-01T00:00:09.000000Z' };
    expect(checkPromiseKept(opened.value, content, later)).toEqual({ ok: true, value: { sameCapture: false } });
    expect(code(checkPromiseKept(opened.value, content, { ...receipt, log: 'other.example/log' }))).toBe('sealed.other-log');
    expect(code(checkPromiseKept(opened.value, content, { ...receipt, id: 'lux-0018' }))).toBe('sealed.other-event');
    expect(code(checkPromiseKept(opened.value, content, { ...receipt, agency: 'partner' }))).toBe('sealed.other-event');
    expect(code(checkPromiseKept(opened.value, utf8('{}'), receipt))).toBe('sealed.other-content');
  });

  test('has its places whatever order they were given in, and all of them', () => {
    const shuffled = { ...sealed, places: [...sealed.places].reverse() };
    expect(utf8Text(encodeSealedReceipt(shuffled))).toBe(vector.sealed);
    const trees = treesOf(vector);
    for (const other of [trees.slice(1), [...trees, { group: 'clear', item: 'x' }], []])
      expect(code(checkPlaces(sealed, other))).toBe('sealed.places');
  });

  test('shows whether the item tree kept its entry where it was told that it stands', () => {
    const of = (text: string) => openSealedReceipt(utf8(text), logKeys) as { readonly value: OpenedSealedReceipt };
    const fifth = of((sealedReceipts[2] as SealedVector).sealed).value.sealed;
    const tree = { group: 'clear', item: 'serial:acme:0000' };
    const leaf = leafHash(encodeEntry(fifth.commitment));
    const entries = [4n, 5n, 6n, 7n].map((index) => ({ index, leafHash: index === 6n ? leaf : new Uint8Array(32) }));
    const kept = (from: bigint, given = entries, asked = tree) => code(checkPlaceKept(fifth, asked, { from, entries: given }));
    expect(checkPlaceKept(fifth, tree, { from: 0n, entries })).toEqual({ ok: true, value: { ...tree, n: 2n } });
    expect(kept(2n, entries.slice(2))).toBe('ok');
    expect(kept(0n, entries.slice(0, 2))).toBe('sealed.outside');
    expect(kept(3n, entries.slice(3))).toBe('sealed.outside');
    expect(kept(0n, entries.toSpliced(2, 1))).toBe('sealed.left-out');
    expect(kept(0n, entries.with(2, { index: 6n, leafHash: new Uint8Array(32) }))).toBe('sealed.left-out');
    expect(kept(0n, entries, { group: 'green', item: tree.item })).toBe('sealed.places');
  });

  test('of other content is refused with what is wrong with it', () => {
    expect(code(checkSealedContent(sealed, utf8('{}')))).toBe('whole.root');
    expect(code(checkSealedContent(sealed, utf8('{')))).toBe('whole.json');
  });

  test('is not made of what cannot be one', () => {
    const make = (change: Partial<SealedReceipt>) => () => encodeSealedReceipt({ ...sealed, ...change });
    const { inclusion } = sealed;
    expect(make({ commitment: 'x' })).toThrow(RangeError);
    expect(make({ secret: new Uint8Array(31) })).toThrow(RangeError);
    expect(make({ inclusion: { ...inclusion, extra: utf8('x') } })).toThrow(RangeError);
    expect(make({ places: [{ group: 'clear', item: 'x', n: -1n }] })).toThrow(RangeError);
    const text = formatCheckpoint({ origin: LOG, size: 2n ** 60n, root: new Uint8Array(32), extension: [] });
    const checkpoint = utf8(`${text}\n— ${LOG} AAAAAAA=\n`);
    expect(make({ inclusion: { ...inclusion, index: 2n ** 53n, checkpoint } })).toThrow(RangeError);
  });

  const withInclusion = (change: (proof: string) => string) => ({ ...given, inclusion: change(given['inclusion'] as string) });
  const withPlace = (place: unknown) => ({ ...given, places: [place] });
  test.each<[string, unknown, string]>([
    ['no object', [], 'sealed.form'],
    ['no member', {}, 'sealed.form'],
    ['one member more', { ...given, more: 1 }, 'sealed.unknown-member'],
    ['another version', { ...given, v: 2 }, 'sealed.version'],
    ['an envelope with a number', { ...given, envelope: { agency: 1, captured: '', id: '', principal: '' } }, 'sealed.envelope'],
    ['no envelope', { ...given, envelope: null }, 'sealed.envelope'],
    ['a short secret', { ...given, secret: '00' }, 'sealed.secret'],
    ['a secret that is no text', { ...given, secret: 0 }, 'sealed.secret'],
    ['a commitment in upper case', { ...given, commitment: sealed.commitment.toUpperCase() }, 'sealed.commitment'],
    ['a commitment that is no text', { ...given, commitment: null }, 'sealed.commitment'],
    ['a proof that is no text', { ...given, inclusion: 1 }, 'sealed.form'],
    ['a proof that is none', { ...given, inclusion: '' }, 'tlog-proof.form'],
    ['a proof with extra data', withInclusion((proof) => proof.replace('\n', '\nextra AA==\n')), 'sealed.extra'],
    ['a path that is cut', withInclusion((proof) => proof.replace(/(index 0\n).*\n/, '$1')), 'sealed.inclusion'],
    ['a checkpoint that nobody signed', withInclusion((proof) => proof.replace(/— ledger/, '— Ledger')), 'note.unverified'],
    ['a checkpoint of another log', withInclusion((proof) => proof.replace('\n\nledger', '\n\nother')), 'checkpoint.log-key'],
    ['a checkpoint of another size', withInclusion((proof) => proof.replace('\n11\n', '\n12\n')), 'note.signature-invalid'],
    ['another index', { ...given, index: 1 }, 'sealed.index'],
    ['an index that is a text', { ...given, index: '0' }, 'sealed.index'],
    ['another index in both', { ...withInclusion((proof) => proof.replace('index 0', 'index 1')), index: 1 }, 'sealed.inclusion'],
    ['another commitment', { ...given, commitment: '00'.repeat(32) }, 'sealed.inclusion'],
    ['no list of places', { ...given, places: {} }, 'sealed.form'],
    ['a place that is none', withPlace(null), 'sealed.form'],
    ['a place without a group', withPlace({ group: null, item: 'x', n: 0 }), 'sealed.place'],
    ['half a place', withPlace({ group: 'clear', item: 'x', n: 0.5 }), 'sealed.place'],
    ['a place above the index', withPlace({ group: 'clear', item: 'x', n: 1 }), 'sealed.place'],
    ['a place with a note', withPlace({ group: 'clear', item: 'x', n: 0, note: 1 }), 'sealed.unknown-member'],
    ['a place twice', { ...given, places: [treesOf(vector)[0], treesOf(vector)[0]] }, 'sealed.place-order'],
  ])('with %s is refused', (_what, value, fault) => {
    expect(code(openSealedReceipt(utf8(canonicalize(value as JsonValue)), logKeys))).toBe(fault);
  });

  test('in bytes that are not canonical JSON is refused', () => {
    expect(code(openSealedReceipt(utf8('{'), logKeys))).toBe('sealed.json');
    expect(code(openSealedReceipt(utf8(` ${vector.sealed}`), logKeys))).toBe('sealed.not-canonical');
  });
});
