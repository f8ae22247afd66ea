import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import {
  canonicalize,
  checkWhole,
  commit,
  ELEMENT_SLOTS,
  ELEMENTS_MAX,
  encodeOpening,
  JSON_BYTES_MAX,
  JSON_DEPTH_MAX,
  openSlots,
  parseStrict,
  readOpening,
  SLOTS,
  type ElementSlotName,
  type Envelope,
  type JsonValue,
  type OpenedEvent,
  type OpeningChoice,
  type SightingDocumentLike,
} from './index.ts';
import { openings, treeOf, trees, type FieldTreeVector } from './opening.contract.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
/** What capture takes: -0 is 0, and what strict JSON refuses is left out. */
const safe = (fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 2 }) as fc.Arbitrary<JsonValue>)
  .map((given) => JSON.parse(JSON.stringify(given)) as JsonValue)
  .filter((given) => parseStrict(bytes(JSON.stringify(given))).ok);
const list = fc.array(safe, { maxLength: 10 });
const documents = fc.record(
  {
    kind: text,
    as: text,
    handling: fc.constant({ tlp: 'CLEAR' }),
    place: safe,
    items: list,
    parties: list,
    evidence: list,
    statement: text,
  },
  { requiredKeys: ['kind', 'handling'] },
) as fc.Arbitrary<SightingDocumentLike>;
const envelopes = fc.record({ agency: text, id: text, principal: text, captured: text });
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const numbers = fc.oneof(fc.uniqueArray(fc.nat(3), { maxLength: 3 }), fc.constant('all' as const));
const choices = fc.record({
  slots: fc.subarray([...SLOTS]),
  elements: fc.record({ items: numbers, parties: numbers, evidence: numbers }, { requiredKeys: [] }),
}) as fc.Arbitrary<OpeningChoice>;

/** What an opening of this choice has to say, from the document itself. */
function expected(envelope: Envelope, document: SightingDocumentLike, choice: OpeningChoice): OpenedEvent {
  const values = reference.slotValues(envelope, document);
  const names = new Set<string>(['envelope', 'kind', 'handling', ...(choice.slots ?? []), ...Object.keys(choice.elements ?? {})]);
  const slots = SLOTS.filter((name) => names.has(name)).map((slot): OpenedEvent['slots'][number] => {
    const given = values[SLOTS.indexOf(slot)];
    if (given === undefined) return { slot, state: 'absent' };
    if (!(ELEMENT_SLOTS as readonly string[]).includes(slot)) return { slot, state: 'value', value: given };
    const all = given as readonly JsonValue[];
    const count = [4, 8, 16].find((padded) => padded >= all.length) as number;
    const chosen = choice.elements?.[slot as ElementSlotName] ?? [];
    const shown = Array.from({ length: count }, (_, n) => n).filter((n) => chosen === 'all' || chosen.includes(n));
    const last = all.length === 0 ? [] : [all.length - 1];
    const tail = [...last, ...Array.from({ length: count - all.length }, (_, n) => all.length + n)];
    const length = tail.every((n) => shown.includes(n)) ? all.length : undefined;
    return { slot, state: 'list', elements: shown.map((n) => ({ n, value: all[n] })), length };
  });
  return { envelope: { v: 1, ...envelope } as Envelope, kind: values[1] as never, handling: values[2] as never, slots };
}

describe('published vectors of openings', () => {
  test.each(openings)('$about', (vector) => {
    const tree = treeOf(vector);
    const opening = encodeOpening(openSlots(tree.envelope, tree.document, hex(tree.secret), vector.choice));
    expect(new TextDecoder().decode(opening)).toBe(vector.opening);
    expect(vector.commitment).toBe(tree.commitment);
    expect(readOpening(opening, vector.commitment)).toEqual({
      ok: true,
      value: expect.objectContaining({ envelope: { v: 1, ...tree.envelope } }),
    });
  });
});

describe('an opening', () => {
  test('says of any event what was chosen, as the event has it, in the text of the reference', () => {
    fc.assert(
      fc.property(envelopes, documents, secrets, choices, (envelope, document, secret, choice) => {
        const opening = encodeOpening(openSlots(envelope, document, secret, choice));
        expect(new TextDecoder().decode(opening)).toBe(reference.opening(envelope, document, secret, choice));
        expect(readOpening(opening, commit(envelope, document, secret))).toEqual({ ok: true, value: expected(envelope, document, choice) });
      }),
      { numRuns: 300 },
    );
  });

  test('of another event is refused by the commitment', () => {
    fc.assert(
      fc.property(envelopes, documents, secrets, secrets, choices, (envelope, document, secret, other, choice) => {
        fc.pre(Buffer.compare(secret, other) !== 0);
        const opening = encodeOpening(openSlots(envelope, document, secret, choice));
        expect(readOpening(opening, commit(envelope, document, other))).toMatchObject({ ok: false, fault: { code: 'opening.root' } });
      }),
      { numRuns: 50 },
    );
  });

  test('shows nothing of what is withheld: beside hashes it is the same for events that differ in it', () => {
    const [full] = trees as [FieldTreeVector];
    const shown = (document: SightingDocumentLike) => {
      const opening = openSlots(full.envelope, document, hex(full.secret), { elements: { items: [0] } });
      return canonicalize(opening as unknown as JsonValue).replaceAll(/"siblings":\[[^\]]*\]/g, ({ length }) => `${length}`);
    };
    const { items } = full.document as { items: readonly JsonValue[] };
    const { place: _, statement: __, ...fewer } = full.document;
    const given = shown(full.document).replaceAll(/"value":"[0-9a-f]{64}"/g, '');
    for (const other of [
      fewer,
      { ...full.document, statement: 'longer'.repeat(50) },
      { ...full.document, parties: [] },
      { ...full.document, items: [items[0] as JsonValue] },
      { ...full.document, items: [items[0] as JsonValue, 'x', 'y', 'z'] },
    ])
      expect(shown(other).replaceAll(/"value":"[0-9a-f]{64}"/g, '')).toBe(given);
    // No name of a slot stands there, opened or not, beyond what the values themselves say.
    for (const name of SLOTS.filter((slot) => slot !== 'kind')) expect(given).not.toContain(`"${name}":`);
  });

  test('gives no salt of what stays closed, and none twice', () => {
    const [full] = trees as [FieldTreeVector];
    const everything = openSlots(full.envelope, full.document, hex(full.secret), {
      slots: SLOTS,
      elements: { items: 'all', parties: 'all', evidence: 'all' },
    });
    const salts = (opening: unknown) => [...JSON.stringify(opening).matchAll(/"salt":"([0-9a-f]{32})"/g)].map(([, salt]) => salt as string);
    const all = salts(everything);
    expect(all).toHaveLength(16 + 3 * 4);
    expect(new Set(all).size).toBe(all.length);
    expect(salts(openSlots(full.envelope, full.document, hex(full.secret), { elements: { items: [1] } }))).toHaveLength(5);
  });

  test('of a list says a length only where everything after the last element is shown', () => {
    const document = { kind: 'x', handling: {}, items: ['a', 'b', 'c', 'd', 'e'] };
    const secret = new Uint8Array(32);
    const envelope = { agency: 'a', id: 'i', principal: 'p', captured: 'c' };
    const lengthOf = (items: readonly number[] | 'all') => {
      const read = readOpening(
        encodeOpening(openSlots(envelope, document, secret, { elements: { items } })),
        commit(envelope, document, secret),
      );
      const slot = read.ok ? read.value.slots.find((opened) => opened.slot === 'items') : undefined;
      return slot?.state === 'list' ? slot.length : 'no list';
    };
    expect(['all' as const, [4, 5, 6, 7], [4, 5, 7], [5, 6, 7], [0, 4]].map(lengthOf)).toEqual([5, 5, undefined, undefined, undefined]);
  });

  test('is read of the deepest and the longest that capture takes', () => {
    const nested = (levels: number): JsonValue => (levels === 0 ? 'x' : [nested(levels - 1)]);
    const secret = new Uint8Array(32);
    const envelope = { agency: 'a', id: 'i', principal: 'p', captured: 'c' };
    const deepest = { kind: 'x', handling: {}, place: nested(JSON_DEPTH_MAX - 1), items: [nested(JSON_DEPTH_MAX - 2)] };
    const longest = { kind: 'x', handling: {}, items: Array.from({ length: ELEMENTS_MAX }, (_, n) => n) };
    const widest = { kind: 'x', handling: {}, statement: 'x'.repeat(JSON_BYTES_MAX - 100) };
    const open = (document: SightingDocumentLike, choice: OpeningChoice) => {
      expect(parseStrict(bytes(canonicalize(document))).ok).toBe(true);
      const read = readOpening(encodeOpening(openSlots(envelope, document, secret, choice)), commit(envelope, document, secret));
      return read.ok ? 'ok' : read.fault;
    };
    expect(open(deepest, { slots: ['place'], elements: { items: 'all' } })).toBe('ok');
    expect(open(longest, { elements: { items: 'all' } })).toBe('ok');
    expect(open(longest, { elements: { items: longest.items.filter((n) => n % 2 === 0) } })).toBe('ok');
    expect(open(widest, { slots: ['statement'] })).toBe('ok');
  });

  test('cannot be asked for what the event has no leaf for, or without handling', () => {
    const [full] = trees as [FieldTreeVector];
    const open = (choice: unknown, document: SightingDocumentLike = full.document, secret = hex(full.secret)) =>
      openSlots(full.envelope, document, secret, choice as OpeningChoice);
    for (const n of [4, -1, 0.5]) expect(() => open({ elements: { items: [n] } })).toThrow(RangeError);
    expect(() => open({ slots: ['colour'] })).toThrow(RangeError);
    expect(() => open({}, { kind: 'observation' })).toThrow(RangeError);
    expect(() => open({}, full.document, new Uint8Array(31))).toThrow(RangeError);
    expect(() => open({}, { ...full.document, items: new Array<JsonValue>(32_769).fill(0) })).toThrow(RangeError);
  });
});

describe('the whole event', () => {
  test('is what envelope, content and secret give, for any event', () => {
    fc.assert(
      fc.property(envelopes, documents, secrets, (envelope, document, secret) => {
        const content = bytes(canonicalize(document));
        expect(checkWhole(envelope, content, secret, commit(envelope, document, secret))).toEqual({ ok: true, value: document });
      }),
      { numRuns: 200 },
    );
  });

  test.each(trees)('is that of the published vector with $about', ({ envelope, document, secret, commitment }) => {
    expect(checkWhole(envelope, bytes(canonicalize(document)), hex(secret), commitment)).toEqual({ ok: true, value: document });
  });

  const [full] = trees as [FieldTreeVector];
  const content = canonicalize(full.document);
  const check = (given: string | Uint8Array, envelope = full.envelope, secret = hex(full.secret), commitment = full.commitment) => {
    const outcome = checkWhole(envelope, typeof given === 'string' ? bytes(given) : given, secret, commitment);
    return outcome.ok ? 'ok' : outcome.fault.code;
  };

  test('is refused with what is wrong with it', () => {
    expect(check(content)).toBe('ok');
    expect(check(content, full.envelope, new Uint8Array(31))).toBe('whole.secret');
    expect(check(content, { ...full.envelope, v: 1 } as Envelope)).toBe('ok');
    for (const envelope of [{ ...full.envelope, v: 2 }, { ...full.envelope, on: 'x' }, { ...full.envelope, id: 7 }, { agency: 'local' }])
      expect(check(content, envelope as unknown as Envelope)).toBe('whole.envelope');
    expect(check(content.slice(1))).toBe('whole.json');
    expect(check(Uint8Array.of(0xff))).toBe('whole.json');
    expect(check(` ${content}`)).toBe('whole.not-canonical');
    expect(check('[]')).toBe('whole.uncovered');
    expect(check('null')).toBe('whole.uncovered');
    expect(check(canonicalize({ ...full.document, more: 1 }))).toBe('whole.uncovered');
    expect(check(canonicalize({ ...full.document, id: 'other' }))).toBe('whole.uncovered');
    expect(check(canonicalize({ ...full.document, items: 'none' }))).toBe('whole.uncovered');
    expect(check(canonicalize({ ...full.document, items: new Array<JsonValue>(32_769).fill(0) }))).toBe('whole.uncovered');
    expect(check(canonicalize({ ...full.document, grade: 'A1' }))).toBe('whole.root');
    expect(check(content, { ...full.envelope, captured: '2019-01-01T00:00:00.000000Z' })).toBe('whole.root');
    expect(check(content, full.envelope, new Uint8Array(32))).toBe('whole.root');
    expect(check(content, full.envelope, hex(full.secret), full.commitment.toUpperCase())).toBe('whole.root');
  });

  test('is refused where a commitment covers it all the same: other bytes of the same value, an envelope with more in it', () => {
    const spaced = ` ${content}`;
    expect(check(spaced)).toBe('whole.not-canonical');
    expect(commit(full.envelope, JSON.parse(spaced) as SightingDocumentLike, hex(full.secret))).toBe(full.commitment);
    const more = { ...full.envelope, onBehalfOf: 'customs' };
    expect(check(content, more)).toBe('whole.envelope');
    expect(commit(more, full.document, hex(full.secret))).toBe(full.commitment);
  });
});
