import { canonicalize, OPENING_RULES, openingRulesWithout, readOpening, type JsonValue, type OpeningRuleName } from './index.ts';
import { LEAF_TAGS } from './field-leaves.ts';
import { copyOf, type Mutable } from './mutants.contract.ts';
import { forge, MANDATORY } from './opening.contract.ts';

interface Mutant {
  readonly opening: Mutable;
  readonly commitment: string;
  /** The bytes, where they are not the canonical ones. */
  readonly text?: string;
}

const controlled = new Set<OpeningRuleName>();

/** The mutant is refused with this code; with the one check left out it is accepted. */
function control(name: OpeningRuleName, claim: string, code: string, mutant: () => Mutant): void {
  controlled.add(name);
  test(`${claim} [${name}]`, () => {
    const { opening, commitment, text } = mutant();
    const bytes = new TextEncoder().encode(text ?? canonicalize(opening as JsonValue));
    expect(readOpening(bytes, commitment)).toMatchObject({ ok: false, fault: { code } });
    expect(readOpening(bytes, commitment, openingRulesWithout(name))).toMatchObject({ ok: true });
  });
}

type Members = { [member: string]: Mutable };
const slotsOf = (opening: Mutable) => (opening as Members)['slots'] as Members[];
const slotOf = (opening: Mutable, number: number) => slotsOf(opening).find(({ slot }) => slot === number) as Members;
const elementsOf = (opening: Mutable, number: number) => slotOf(opening, number)['elements'] as Members;

/** An opening of a place and three items of four, with something done to it. */
function changed(change: (opening: Mutable) => void): Mutant {
  const { opening, commitment } = forge({ 4: 'Dalian' }, { 5: { leaves: ['a', 'b', 'c', 'd'], shown: [0, 1, 3] } });
  const mutant = copyOf(opening);
  change(mutant);
  return { opening: mutant, commitment };
}

describe('an opening is refused, and without the check would be accepted:', () => {
  control('canonicalText', 'one with a space', 'opening.not-canonical', () => {
    const made = forge({});
    return { ...made, text: ` ${canonicalize(made.opening as JsonValue)}` };
  });
  control('canonicalText', 'one whose members stand in another order', 'opening.not-canonical', () => {
    const made = forge({});
    const { siblings, slots, v } = made.opening as Members;
    return { ...made, text: JSON.stringify({ v, slots, siblings }) };
  });
  control('knownMembers', 'one with something written beside a slot', 'opening.unknown-member', () =>
    changed((opening) => (slotOf(opening, 4)['note'] = 'sealed by customs')),
  );
  control('versionKnown', 'one of another version', 'opening.version', () => changed((opening) => ((opening as Members)['v'] = 2)));
  control('slotInTree', 'a seventeenth slot', 'opening.slot', () =>
    changed((opening) => slotsOf(opening).push({ slot: 16, salt: '00'.repeat(16), value: 'anything' })),
  );
  control('slotsAscend', 'two values for one slot', 'opening.order', () =>
    changed((opening) => slotsOf(opening).splice(3, 0, { ...slotOf(opening, 4), value: 'Busan' })),
  );
  control('valueOrAbsent', 'an absent slot with a value', 'opening.form', () => {
    const made = forge({}, {}, [0, 1, 2, 4]);
    slotOf(made.opening, 4)['value'] = 'Busan';
    return made;
  });
  control('saltLength', 'the end of a value behind a salt that took its beginning', 'opening.salt', () => {
    const made = forge({ 4: 12 });
    const slot = slotOf(made.opening, 4);
    slot['salt'] = `${slot['salt'] as string}31`;
    slot['value'] = 2;
    return made;
  });
  control('leafTags', 'a tree whose leaves all carry one tag', 'opening.root', () =>
    forge({}, {}, [0, 1, 2, 4], { ...LEAF_TAGS, absent: LEAF_TAGS.slot, element: LEAF_TAGS.slot }),
  );
  control('listHoldsRoot', 'a list in the place of its root', 'opening.list', () => forge({ 5: ['a', 'b'] }));
  control('elementsInListsOnly', 'elements of a slot that has none', 'opening.elements', () =>
    forge({}, { 11: { leaves: ['a', 'b', 'c', 'd'], shown: [0] } }),
  );
  control('elementsShown', 'a count that nothing binds', 'opening.elements', () =>
    changed((opening) => (slotOf(opening, 5)['elements'] = { count: 256, opened: [], siblings: [slotOf(opening, 5)['value'] as string] })),
  );
  control('countIsPadded', 'a tree of six leaves', 'opening.count', () =>
    forge({}, { 5: { leaves: ['a', 'b', 'c', 'd', 'e', 'f'], shown: [0, 5] } }),
  );
  control('countIsPadded', 'a tree of two leaves', 'opening.count', () => forge({}, { 5: { leaves: ['a', 'b'], shown: [0] } }));
  control('elementInTree', 'an element after the last leaf', 'opening.element', () =>
    changed((opening) => (elementsOf(opening, 5)['opened'] as Mutable[]).push({ n: 4, salt: '00'.repeat(16), value: 'e' })),
  );
  control('elementsAscend', 'two values for one element', 'opening.order', () =>
    changed((opening) => {
      const opened = elementsOf(opening, 5)['opened'] as Members[];
      opened.splice(1, 0, { ...(opened[1] as Members), value: 'x' });
    }),
  );
  control('absentLast', 'a list with a hole', 'opening.hole', () =>
    forge({}, { 5: { leaves: ['a', undefined, 'c', undefined], shown: [1, 2] } }),
  );
  control('paddedLeast', 'a list of three in a tree of eight', 'opening.padding', () =>
    forge({}, { 5: { leaves: ['a', 'b', 'c', ...new Array<undefined>(5).fill(undefined)], shown: [2, 3] } }),
  );
  control('siblingsUsed', 'a sibling hash too many', 'opening.siblings', () =>
    changed((opening) => ((opening as Members)['siblings'] as Mutable[]).push('00'.repeat(32))),
  );
  control('siblingsUsed', 'more sibling hashes than the tree has leaves', 'opening.siblings', () =>
    changed((opening) => ((opening as Members)['siblings'] as Mutable[]).push(...new Array<string>(16).fill('00'.repeat(32)))),
  );
  control('siblingsUsed', 'a sibling hash too many in a list', 'opening.siblings', () =>
    changed((opening) => (elementsOf(opening, 5)['siblings'] as Mutable[]).push('00'.repeat(32))),
  );
  control('elementsGiveValue', 'another element', 'opening.sub-root', () =>
    changed((opening) => (((elementsOf(opening, 5)['opened'] as Members[])[0] as Members)['value'] = 'x')),
  );
  control('slotsGiveCommitment', 'another place', 'opening.root', () => changed((opening) => (slotOf(opening, 4)['value'] = 'Busan')));
  control('mandatoryOpened', 'one that does not show who may see the event', 'opening.withheld', () => forge({}, {}, [0, 1, 4]));
  control('envelopeForm', 'an envelope of another version', 'opening.envelope', () => forge({ 0: { ...(MANDATORY[0] as Members), v: 2 } }));
  control('envelopeForm', 'an envelope with a member more', 'opening.envelope', () =>
    forge({ 0: { ...(MANDATORY[0] as Members), onBehalfOf: 'x' } }),
  );
  control('envelopeForm', 'an envelope whose id is no text', 'opening.envelope', () =>
    forge({ 0: { ...(MANDATORY[0] as Members), id: 7 } }),
  );
  control('mandatoryForm', 'handling that is no object', 'opening.mandatory', () => forge({ 2: 'CLEAR' }));
  control('reservedAbsent', 'something in the reserved slot', 'opening.reserved', () => forge({ 15: 'x' }));
});

test('every check has a control', () => {
  expect([...controlled].sort()).toEqual(Object.keys(OPENING_RULES).sort());
});

describe('what has no form is refused, whatever is checked', () => {
  const code = (opening: unknown) => {
    const read = readOpening(new TextEncoder().encode(typeof opening === 'string' ? opening : canonicalize(opening as JsonValue)), '');
    return read.ok ? 'ok' : `${read.fault.code} ${read.fault.pointer ?? ''}`.trim();
  };
  const salt = '00'.repeat(16);
  const withSlot = (slot: unknown) => ({ siblings: [], slots: [slot], v: 1 });
  const withElements = (elements: unknown) => withSlot({ slot: 5, salt, value: '00'.repeat(32), elements });

  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'opening.json'],
    ['JSON with a member twice', '{"v":1,"v":1}', 'opening.json /v'],
    ['no object', [], 'opening.form'],
    ['nothing', {}, 'opening.form'],
    ['no list of slots', { siblings: [], slots: {}, v: 1 }, 'opening.form /slots'],
    ['no list of siblings', { siblings: {}, slots: [], v: 1 }, 'opening.form /siblings'],
    ['a sibling that is no hash', { siblings: ['00'], slots: [], v: 1 }, 'opening.form /siblings'],
    ['a sibling in upper case', { siblings: ['AA'.repeat(32)], slots: [], v: 1 }, 'opening.form /siblings'],
    ['no siblings', { siblings: [], slots: [], v: 1 }, 'opening.siblings /siblings'],
    ['a slot that is none', withSlot(null), 'opening.form /slots/0'],
    ['a slot without salt', withSlot({ slot: 1, value: 1 }), 'opening.form /slots/0'],
    ['a slot by name', withSlot({ slot: 'kind', salt, value: 1 }), 'opening.form /slots/0/slot'],
    ['half a slot number', withSlot({ slot: 0.5, salt, value: 1 }), 'opening.slot /slots/0/slot'],
    ['a salt that is no text', withSlot({ slot: 1, salt: 0, value: 1 }), 'opening.salt /slots/0/salt'],
    ['a salt that is no hex', withSlot({ slot: 1, salt: 'zz'.repeat(16), value: 1 }), 'opening.salt /slots/0/salt'],
    ['neither value nor absent', withSlot({ slot: 1, salt }), 'opening.form /slots/0'],
    ['not absent', withSlot({ slot: 1, salt, absent: false }), 'opening.form /slots/0/absent'],
    ['elements of an absent list', withSlot({ slot: 5, salt, absent: true, elements: {} }), 'opening.elements /slots/0/elements'],
    ['elements that are none', withElements(null), 'opening.form /slots/0/elements'],
    ['a count that is none', withElements({ count: '4', opened: [], siblings: [] }), 'opening.form /slots/0/elements/count'],
    ['a count of 65,536', withElements({ count: 65_536, opened: [], siblings: [] }), 'opening.count /slots/0/elements/count'],
    ['no list of elements', withElements({ count: 4, opened: {}, siblings: [] }), 'opening.form /slots/0/elements/opened'],
    [
      'half an element number',
      withElements({ count: 4, opened: [{ n: 0.5, salt, value: 1 }], siblings: [] }),
      'opening.element /slots/0/elements/opened/0',
    ],
    [
      'too few siblings of an element',
      withElements({ count: 4, opened: [{ n: 0, salt, value: 1 }], siblings: [] }),
      'opening.siblings /slots/0/elements/siblings',
    ],
  ])('%s', (_what, opening, fault) => {
    expect(code(opening)).toBe(fault);
  });
});
