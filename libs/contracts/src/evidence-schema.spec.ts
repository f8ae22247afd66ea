import { evidenceActOf, EVIDENCE_ACTS, TRANSFER_STEPS } from '#lib/domain';
import { indexSighting } from './sighting-index.ts';
import { readSighting } from './read-sighting.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { validateDocument } from './validate.ts';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const least = { sha256: HASH, after: HASH, purpose: 'case 7' };
const documentOf = (evidence: object, more: object = {}) => ({
  kind: 'evidence',
  handling: { tlp: 'GREEN' },
  source: { kind: 'custody' },
  extension: { evidence },
  ...more,
});
const codesOf = (evidence: object, more: object = {}): string[] =>
  validateDocument(documentOf(evidence, more)).map(({ code, pointer }) => `${code} ${pointer}`);
const AT = '/extension/evidence';

/** The least of each act and step. */
const ACTS: Readonly<Record<string, object>> = {
  collected: {},
  received: {},
  accessed: { before: HASH },
  copied: { before: HASH },
  exported: { before: HASH },
  redacted: { before: HASH, after: OTHER },
  held: { before: HASH, authority: 'order 12/3' },
  released: { before: HASH, authority: 'order 12/4', of: 'hold-1' },
  offered: { before: HASH, to: 'police' },
  provided: { before: HASH, to: 'police' },
  accepted: { before: HASH, of: 'customs/offer-1' },
  rejected: { before: HASH, of: 'customs/offer-1' },
};
const actOf = (name: string): Record<string, unknown> => {
  const isStep = (TRANSFER_STEPS as readonly string[]).includes(name);
  return { ...least, ...(isStep ? { act: 'transferred', step: name } : { act: name }), ...ACTS[name] };
};

describe('an act on evidence', () => {
  it('has each of the acts and steps here', () => {
    const acts = EVIDENCE_ACTS.filter((act) => act !== 'transferred');
    expect(Object.keys(ACTS).sort()).toEqual([...acts, ...TRANSFER_STEPS].sort());
  });

  it.each(Object.keys(ACTS))('%s is accepted with the least that it needs, and with nothing less', (name) => {
    const act = actOf(name);
    expect(codesOf(act)).toEqual([]);
    for (const member of Object.keys(act)) {
      const { [member]: _, ...less } = act;
      expect([member, codesOf(less)]).not.toEqual([member, []]);
    }
  });

  it('has no member that its act has no use for, so that nobody believes one to hold', () => {
    expect(codesOf({ ...actOf('accessed'), to: 'police' })).toEqual([`schema.unknown-member ${AT}/to`]);
    expect(codesOf({ ...actOf('held'), step: 'offered' })).toEqual([`schema.unknown-member ${AT}/step`]);
    expect(codesOf({ ...actOf('accepted'), to: 'police' })).toEqual([`schema.unknown-member ${AT}/to`]);
    expect(codesOf({ ...actOf('held'), until: 'later' })).toContain(`schema.unknown-member ${AT}/until`);
    expect(codesOf({ ...actOf('provided'), to: undefined, of: 'offer-1' })).toEqual([]);
    expect(codesOf(actOf('held'), { extension: { evidence: actOf('held'), x: 1 } })).toEqual(['schema.unknown-member /extension/x']);
  });

  it('names what it lacks', () => {
    const { authority: _, ...held } = actOf('held');
    expect(codesOf(held)).toEqual([`schema.required ${AT}/authority`]);
    expect(codesOf({ ...least, act: 'transferred' })).toEqual([`schema.required ${AT}/step`]);
    expect(codesOf({ ...actOf('collected'), sha256: HASH.toUpperCase() })).toEqual([`schema.pattern ${AT}/sha256`]);
  });

  it('concerns no item and no place, and may cite what supports it', () => {
    for (const member of ['items', 'place', 'relations', 'grade', 'modality'])
      expect(codesOf(actOf('held'), { [member]: [] })).toEqual([`schema.unknown-member /${member}`]);
    expect(codesOf(actOf('held'), { evidence: [{ sha256: OTHER }], occurred: { from: '2026-11-24', precision: 'day' } })).toEqual([]);
  });

  it('is read with its reference, and indexed by every evidence that it names', () => {
    const read = readSighting(documentOf(actOf('redacted'), { evidence: [{ sha256: 'ef'.repeat(32) }] }) as SightingDocument, {
      agency: 'local',
      id: 'e1',
      principal: 'eva',
    });
    expect(read.ok && indexSighting(read.sighting).evidence).toEqual(['ef'.repeat(32), HASH, OTHER]);
    const answer = readSighting(documentOf(actOf('released')) as SightingDocument, { agency: 'local', id: 'e1', principal: 'eva' });
    expect(answer.ok && evidenceActOf(answer.sighting)).toMatchObject({ act: 'released', of: { agency: 'local', id: 'hold-1' } });
  });
});
