/** What a line states and a document has no member for is shown all the same, and never with more certainty than it has. */
import type { JsonObject, SightingDocument } from '#lib/contracts';
import { mapCaseLine } from './case-file.ts';
import { authorWithoutTime, citedWithoutHash } from './case-remainder.ts';

const SHA = 'ab'.repeat(32);
const map = (members: JsonObject, files: Readonly<Record<string, string>> = {}): SightingDocument => {
  const line = { id: 'x-1', kind: 'observation', source: { kind: 'ais' }, tlp: 'GREEN', ...members };
  const fileOf = (ref: string) => (files[ref] === undefined ? undefined : { sha256: files[ref], bytes: 7 });
  const mapped = mapCaseLine(line, { targetOf: () => undefined, fileOf });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

describe('evidence without a hash', () => {
  const evidence = [
    { ref: 'bl.txt', sha256: SHA, note: 'scan' },
    { ref: 'letter.pdf', type: 'letter', locator: 'page:2', synthetic: true },
    { title: 'Gazette 12' },
    { note: 'by telephone' },
  ];

  it('is cited, each entry once and in the order of the line; what has a hash is not among it', () => {
    const document = map({ evidence, track: 'ais/a.csv' });
    expect(document.evidence).toEqual([{ sha256: SHA, ref: 'bl.txt' }]);
    expect(citedWithoutHash(document)).toEqual([
      { ref: 'letter.pdf', type: 'letter', locator: 'page:2', synthetic: true },
      { ref: 'Gazette 12' },
      {},
      { type: 'track', ref: 'ais/a.csv' },
    ]);
    expect(document.extension?.x).toEqual({ 'evidence[0]': { note: 'scan' }, evidence: evidence.slice(1), track: 'ais/a.csv' });
  });

  it('is evidence by its hash where the file lies beside the case', () => {
    const document = map({ evidence: { ref: 'letter.pdf' }, track: 'ais/a.csv' }, { 'letter.pdf': SHA, 'ais/a.csv': 'cd'.repeat(32) });
    expect(document.evidence?.map(({ sha256, bytes }) => [sha256, bytes])).toEqual([
      [SHA, 7],
      ['cd'.repeat(32), 7],
    ]);
    expect(citedWithoutHash(document)).toEqual([]);
  });

  it('whose hash the line states takes nothing from a file beside it, which may be another', () => {
    const document = map({ track: 'ais/a.csv', trackSha256: SHA.toUpperCase() }, { 'ais/a.csv': 'cd'.repeat(32) });
    expect(document.evidence).toEqual([{ sha256: SHA, type: 'track', ref: 'ais/a.csv', mediaType: 'text/csv' }]);
  });

  it('that is no citation is none', () => {
    const free = (x: unknown): SightingDocument => ({ ...map({}), extension: { x } });
    for (const x of [undefined, null, 7, [], { evidence: 'a', track: 7 }, { evidence: ['a', null], track: '' }])
      expect(citedWithoutHash(free(x))).toEqual([]);
  });
});

describe('an author without a time', () => {
  it('is kept and known', () => {
    expect(authorWithoutTime(map({ recordedBy: 'analyst', agency: 'Desk' }))).toEqual({ by: 'analyst', agency: 'Desk' });
    expect(authorWithoutTime(map({ agency: 'Desk' }))).toEqual({ agency: 'Desk' });
    expect(authorWithoutTime(map({}))).toBeUndefined();
  });

  it('with a time stands beside it', () => {
    const document = map({ recordedBy: 'analyst', recordedAt: '2019-02-04T10:12:00Z' });
    expect(document.reported).toEqual({ at: '2019-02-04T10:12:00Z', by: 'analyst' });
    expect(authorWithoutTime(document)).toBeUndefined();
  });
});
