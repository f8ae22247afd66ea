import { utf8, utf8Text } from './bytes.ts';
import {
  canonicalize,
  checkPlaceKept,
  checkPlaces,
  checkPromiseKept,
  checkSealedContent,
  checkSubject,
  DETAIL_LENGTH_MAX,
  formatNote,
  formatReceipt,
  formatRejection,
  openReceipt,
  openRejection,
  openSealedReceipt,
  RECEIPT_RULES,
  receiptRulesWithout,
  SEALED_RULES,
  sealedRulesWithout,
  signText,
  type JsonValue,
  type OpenedSealedReceipt,
  type ProofResult,
  type ReceiptKeys,
  type ReceiptRuleName,
  type ReceiptRules,
  type SealedRuleName,
  type SealedRules,
} from './index.ts';
import { LOG, logKey, logKeys, notes, receiptKey, sealedReceipts, treesOf, trusted, type SealedVector } from './receipt.contract.ts';

const { value } = notes[0] as (typeof notes)[number];
const { value: rejected } = notes[1] as (typeof notes)[number];
/** SHA-256 of nothing. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const signed = (text: string, key = receiptKey) => formatNote(text, [signText(key, text)]);

describe('of what a key of the log did sign this is refused, and without the check would be accepted:', () => {
  const controlled = new Set<ReceiptRuleName>();
  /** The mutant is refused with this code; with the one check left out it is accepted. */
  function control(name: ReceiptRuleName, claim: string, code: string, check: (rules: ReceiptRules) => ProofResult<unknown>): void {
    controlled.add(name);
    test(`${claim} [${name}]`, () => {
      expect(check(RECEIPT_RULES)).toMatchObject({ ok: false, fault: { code } });
      expect(check(receiptRulesWithout(name))).toMatchObject({ ok: true });
    });
  }
  const receipt = (change: (text: string) => string, keys: ReceiptKeys = trusted) => {
    const note = signed(change(formatReceipt(value)));
    return (rules: ReceiptRules) => openReceipt(note, keys, rules);
  };
  const rejection = (change: (text: string) => string) => {
    const note = signed(change(formatRejection(rejected)));
    return (rules: ReceiptRules) => openRejection(note, trusted, rules);
  };

  control('receiptKeysOnly', "a receipt by the log's own key", 'note.unverified', (rules) => {
    const keys = { log: LOG, keys: [logKey as unknown as typeof receiptKey] };
    return openReceipt(signed(formatReceipt(value), logKey as never), keys, rules);
  });
  control(
    'headerKnown',
    'another version',
    'receipt.header',
    receipt((text) => text.replace('v1', 'v2')),
  );
  control(
    'headerKnown',
    'a rejection of another version',
    'rejection.header',
    rejection((text) => text.replace('v1', 'v2')),
  );
  control(
    'linesKnown',
    'a line more',
    'receipt.form',
    receipt((text) => `${text}void if late\n`),
  );
  control(
    'linesNamed',
    'a line of another name',
    'receipt.form',
    receipt((text) => text.replace('agency', 'principal')),
  );
  control(
    'logForm',
    'a log that no key can be called',
    'receipt.log',
    receipt((text) => text.replace(LOG, 'ledger example'), { ...trusted, log: 'ledger example' }),
  );
  control(
    'ownLog',
    'another log',
    'receipt.other-log',
    receipt((text) => text.replace(LOG, 'other.example/log')),
  );
  control(
    'agencyForm',
    'an agency in upper case',
    'receipt.agency',
    receipt((text) => text.replace('agency local', 'agency Local')),
  );
  control(
    'idForm',
    'an id with a slash',
    'receipt.id',
    receipt((text) => text.replace('lux-0017', 'lux/0017')),
  );
  control(
    'contentForm',
    'a hash in upper case',
    'receipt.content',
    receipt((text) => text.replace(value.contentHash, value.contentHash.toUpperCase())),
  );
  control(
    'capturedForm',
    'a day that does not exist',
    'receipt.captured',
    receipt((text) => text.replace('2026-01-01', '2026-02-30')),
  );
  control(
    'promiseMade',
    'a weaker promise',
    'receipt.promise',
    receipt((text) => text.replace('60 s', '600 s')),
  );
  control(
    'durabilityKnown',
    'a durability that nobody knows',
    'receipt.durability',
    receipt((text) => text.replace('replicated', 'excellent')),
  );
  control(
    'codeForm',
    'a code that is none',
    'rejection.code',
    rejection((text) => text.replace('record.malformed', 'No reason')),
  );
  control(
    'detailForm',
    'a detail without end',
    'rejection.detail',
    rejection((text) => text.replace(/detail .*/, `detail ${'x'.repeat(DETAIL_LENGTH_MAX + 1)}`)),
  );
  control('sameEvent', 'a receipt for another event', 'receipt.other-event', (rules) =>
    checkSubject({ ...value, contentHash: EMPTY }, { agency: 'local', id: 'lux-0018', content: new Uint8Array() }, rules),
  );
  control('sameContent', 'a receipt for other bytes', 'receipt.other-content', (rules) =>
    checkSubject(value, { agency: 'local', id: 'lux-0017', content: new Uint8Array() }, rules),
  );

  test('every check has a control', () => {
    expect([...controlled].sort()).toEqual(Object.keys(RECEIPT_RULES).sort());
  });
});

describe('a sealed receipt is refused, and without the check would be accepted:', () => {
  const controlled = new Set<SealedRuleName>();
  function control(name: SealedRuleName, claim: string, code: string, check: (rules: SealedRules) => ProofResult<unknown>): void {
    controlled.add(name);
    test(`${claim} [${name}]`, () => {
      expect(check(SEALED_RULES)).toMatchObject({ ok: false, fault: { code } });
      expect(check(sealedRulesWithout(name))).toMatchObject({ ok: true });
    });
  }
  const [vector] = sealedReceipts as [SealedVector];
  const given = JSON.parse(vector.sealed) as { [member: string]: JsonValue };
  const changed = (change: { [member: string]: JsonValue }) => (rules: SealedRules) =>
    openSealedReceipt(utf8(canonicalize({ ...given, ...change })), logKeys, rules);
  const opened = (openSealedReceipt(utf8(vector.sealed), logKeys) as { readonly value: OpenedSealedReceipt }).value;
  const content = utf8(vector.content);
  const places = treesOf(vector) as unknown as readonly JsonValue[];

  control('canonicalText', 'one with a space', 'sealed.not-canonical', (rules) =>
    openSealedReceipt(utf8(`${vector.sealed} `), logKeys, rules),
  );
  control('knownMembers', 'one with a note', 'sealed.unknown-member', changed({ note: 'urgent' }));
  control('versionKnown', 'one of another version', 'sealed.version', changed({ v: 2 }));
  control(
    'envelopeForm',
    'an envelope with more in it',
    'sealed.envelope',
    changed({ envelope: { ...(given['envelope'] as object), onBehalfOf: 'customs' } }),
  );
  control('secretForm', 'a secret of 31 bytes', 'sealed.secret', changed({ secret: '00'.repeat(31) }));
  control('indexAgrees', 'another index than the proved one', 'sealed.index', changed({ index: 7 }));
  control(
    'noExtra',
    'data that nothing authenticates',
    'sealed.extra',
    changed({ inclusion: (given['inclusion'] as string).replace('\n', '\nextra AA==\n') }),
  );
  control('included', 'another commitment', 'sealed.inclusion', changed({ commitment: '00'.repeat(32) }));
  control('placesAscend', 'two places in one item tree', 'sealed.place-order', changed({ places: [places[0], places[0]] as JsonValue }));
  control(
    'placeInTree',
    'a place in a tree longer than the log',
    'sealed.place',
    changed({ places: [{ group: 'clear', item: 'x', n: 1 }] }),
  );
  control('wholeEvent', 'other content', 'whole.root', (rules) => checkSealedContent(opened.sealed, utf8('{}'), rules));
  control('placesCover', 'an item tree without a place', 'sealed.places', (rules) =>
    checkPlaces({ ...opened.sealed, places: opened.sealed.places.slice(1) }, treesOf(vector), rules),
  );
  control('placeKept', 'an item tree that left the entry out', 'sealed.left-out', (rules) => {
    const entries = [{ index: 3n, leafHash: new Uint8Array(32) }];
    return checkPlaceKept(opened.sealed, treesOf(vector)[0] as never, { from: 0n, entries }, rules);
  });
  control('sameLog', 'one of another log', 'sealed.other-log', (rules) =>
    checkPromiseKept(opened, content, { ...value, log: 'other.example/log' }, rules),
  );
  control('sameEvent', 'one of another event', 'sealed.other-event', (rules) =>
    checkPromiseKept(opened, content, { ...value, id: 'lux-0018' }, rules),
  );
  control('sameContent', 'one of other bytes', 'sealed.other-content', (rules) => {
    // The same document without its id: the commitment is the same, the bytes are not.
    const { id: _, ...document } = JSON.parse(utf8Text(content) as string) as { [member: string]: JsonValue };
    const other = utf8(canonicalize(document));
    expect(checkSealedContent(opened.sealed, other)).toMatchObject({ ok: true });
    return checkPromiseKept(opened, other, value, rules);
  });

  test('every check has a control', () => {
    expect([...controlled].sort()).toEqual(Object.keys(SEALED_RULES).sort());
  });
});
