import { readSighting } from './read-sighting.ts';
import { indexSighting } from './sighting-index.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { validateDocument } from './validate.ts';

const act = (said: object, more: object = {}): object => ({
  ...{ kind: 'case-act', handling: { tlp: 'AMBER+STRICT' }, source: { kind: 'case' }, extension: { act: { of: 'case-1', ...said } } },
  ...more,
});
const codes = (document: object): string[] => validateDocument(document).map(({ code, pointer }) => `${code} ${pointer}`);
const said = { statement: 'why' };
const ENVELOPE = { agency: 'alpha', id: 'act-1', principal: 'ann' };

describe('an act of a case', () => {
  it.each([
    ['added', { act: 'added', sighting: 'beta/s1' }, said],
    ['added first', { act: 'added', sighting: 's1', first: true }, {}],
    ['moved behind another', { act: 'moved', entry: 'e1', after: 'e2' }, {}],
    ['moved to the end', { act: 'moved', entry: 'e1' }, {}],
    ['removed', { act: 'removed', entry: 'e1' }, said],
    ['noted on an entry', { act: 'noted', entry: 'e1' }, said],
    ['closed', { act: 'closed' }, {}],
    ['for persons', { act: 'closed' }, { handling: { tlp: 'RED', principals: ['ann'] } }],
  ])('%s is taken', (_, of, more) => {
    expect(codes(act(of, more))).toEqual([]);
  });

  it.each([
    ['nothing added', { act: 'added' }, {}, 'schema.required /extension/act/sighting'],
    ['nothing moved', { act: 'moved', after: 'e2' }, {}, 'schema.required /extension/act/entry'],
    ['nothing said in a note', { act: 'noted' }, {}, 'schema.required /statement'],
    ['something said in a move', { act: 'moved', entry: 'e1' }, said, 'schema.unknown-member /statement'],
    ['two places', { act: 'moved', entry: 'e1', after: 'e2', first: true }, {}, 'schema.unknown-member /extension/act/first'],
    ['a place of what is taken out', { act: 'removed', entry: 'e1', after: 'e2' }, {}, 'schema.unknown-member /extension/act/after'],
    ['a sighting of a note', { act: 'noted', sighting: 's1' }, said, 'schema.unknown-member /extension/act/sighting'],
    ['a case of another agency', { act: 'closed', of: 'beta/case-1' }, {}, 'schema.pattern /extension/act/of'],
    ['another act', { act: 'opened' }, {}, 'schema.value /extension/act/act'],
    ['a wider handling', { act: 'closed' }, { handling: { tlp: 'GREEN' } }, 'schema.value /handling/tlp'],
    ['agencies', { act: 'closed' }, { handling: { tlp: 'RED', agencies: ['beta'] } }, 'schema.unknown-member /handling/agencies'],
    ['items', { act: 'closed' }, { items: [] }, 'schema.unknown-member /items'],
    [
      'a case line',
      { act: 'closed' },
      { extension: { act: { of: 'c', act: 'closed' }, case: {} } },
      'schema.unknown-member /extension/case',
    ],
  ])('with %s is refused at its place', (_, of, more, code) => {
    expect(codes(act(of, more))).toContain(code);
  });

  it('is about its case, which is of the same agency, and not about itself', () => {
    const read = readSighting(act({ act: 'added', sighting: 'beta/s1' }) as SightingDocument, ENVELOPE);
    expect(read.ok && indexSighting(read.sighting)).toMatchObject({ targets: [{ agency: 'alpha', id: 'case-1' }], word: null, items: [] });
    for (const [document, code, pointer] of [
      [act({ act: 'closed', of: 'act-1' }), 'ref.self', '/extension/act/of'],
      [act({ act: 'added', sighting: 'Beta/s1' }), 'ref.malformed', '/extension/act/sighting'],
    ] as const)
      expect(readSighting(document as SightingDocument, ENVELOPE)).toMatchObject({ ok: false, faults: [{ code, pointer }] });
  });
});

describe('what opens a case', () => {
  const opened = (extension: object): object => ({ kind: 'case', handling: { tlp: 'GREEN' }, source: { kind: 'case' }, extension });

  it('says what it is called, and no more', () => {
    expect(codes(opened({ title: 'Two cars' }))).toEqual([]);
    expect(codes(opened({}))).toEqual(['schema.required /extension/title']);
    expect(codes(opened({ title: '' }))).toEqual(['schema.size /extension/title']);
    expect(codes(opened({ title: 'x'.repeat(257) }))).toEqual(['schema.size /extension/title']);
    expect(codes(opened({ title: 'x', x: 1 }))).toEqual(['schema.unknown-member /extension/x']);
  });
});
