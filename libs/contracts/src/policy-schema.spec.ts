/** Acts of policy as documents: what is refused, where, and what would be taken. */
import { POLICY_ACTS, type PolicyActName } from '#lib/domain';
import { examplePolicyActs } from './example-policy.ts';
import { indexSighting } from './sighting-index.ts';
import { readSighting } from './read-sighting.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { validateDocument } from './validate.ts';

const documentOf = (policy: unknown): Record<string, unknown> => ({
  kind: 'policy',
  handling: { tlp: 'GREEN' },
  source: { kind: 'administration' },
  extension: { policy },
});
const faultsOf = (policy: unknown): string[] => {
  const document = documentOf(policy);
  const faults = validateDocument(document);
  if (faults.length > 0) return faults.map(({ code, pointer }) => `${code} ${pointer}`);
  const read = readSighting(document as SightingDocument, { agency: 'local', id: 'p-1', principal: 'operator' });
  return read.ok ? [] : read.faults.map(({ code, pointer }) => `${code} ${pointer}`);
};
const example = (act: PolicyActName): Record<string, unknown> => ({ ...examplePolicyActs.find((each) => each.act === act) });

describe('an act of policy', () => {
  it.each(POLICY_ACTS)('%s is taken as in its example, and with nothing that it does not have', (act) => {
    expect(faultsOf(example(act))).toEqual([]);
    expect(faultsOf({ ...example(act), colour: 'red' })).toEqual(['schema.unknown-member /extension/policy/colour']);
  });

  it('has a name that there is', () => {
    expect(faultsOf({ act: 'agency.delete', agency: 'acme' })).toEqual(['schema.value /extension/policy/act']);
    expect(faultsOf({})).toEqual(['schema.required /extension/policy/act']);
    const codes = validateDocument({ ...documentOf({}), extension: {} }).map(({ code, pointer }) => `${code} ${pointer}`);
    expect(codes).toEqual(['schema.required /extension/policy']);
  });

  it('is refused at the member that is missing, and at a restriction that is misspelt', () => {
    const { agency: _, ...without } = example('key.add');
    expect(faultsOf(without)).toEqual(['schema.required /extension/policy/agency']);
    expect(faultsOf({ ...example('key.add'), expire: '2026-01-01T00:00:00Z' })).toEqual(['schema.unknown-member /extension/policy/expire']);
  });

  it('is refused where its names, roles, times and ranges cannot be', () => {
    expect(faultsOf({ ...example('agency.add'), agency: 'Acme' })).toEqual(['schema.pattern /extension/policy/agency']);
    expect(faultsOf({ ...example('key.add'), scopes: ['root'] })).toEqual(['schema.value /extension/policy/scopes/0']);
    expect(faultsOf({ ...example('key.add'), scopes: ['admin', 'admin'] })).toEqual(['policy.roles /extension/policy/scopes/1']);
    expect(faultsOf({ ...example('key.add'), addresses: ['10.0.0.1/8'] })).toEqual(['policy.address /extension/policy/addresses/0']);
    expect(faultsOf({ ...example('key.add'), expires: '2026-02-30T00:00:00Z' })).toEqual(['time.invalid /extension/policy/expires']);
  });

  it('concerns no item and speaks about no sighting', () => {
    for (const member of ['items', 'occurred', 'place', 'relations', 'evidence', 'modality', 'grade'])
      expect(validateDocument({ ...documentOf(example('agency.add')), [member]: {} }).map(({ code }) => code)).toEqual([
        'schema.unknown-member',
      ]);
  });

  it('stands alone in its extension', () => {
    const document = { ...documentOf(undefined), extension: { policy: example('agency.add'), case: {} } };
    expect(validateDocument(document).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['schema.unknown-member /extension/case']);
  });

  it('goes into the index as text, and another kind with the same words does not', () => {
    const indexOf = (kind: string): unknown => {
      const document = { ...documentOf(example('agency.add')), kind } as SightingDocument;
      const read = readSighting(document, { agency: 'local', id: 'p-1', principal: 'operator' });
      return read.ok ? indexSighting(read.sighting).policy : read.faults;
    };
    expect(indexOf('policy')).toBe(JSON.stringify(example('agency.add')));
    expect(indexOf('observation')).toBeUndefined();
  });
});
