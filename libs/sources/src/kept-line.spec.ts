/** A line that a document carries is the submitter's to choose: it comes out only where it says what the document says. */
import { type JsonObject, type SightingDocument, validateDocument } from '#lib/contracts';
import { mapCaseLine } from './case-file.ts';
import { exportCaseLine } from './case-export.ts';
import { isMadeFrom } from './kept-line.ts';

const SHA = 'ab'.repeat(32);
const VIN = { scheme: 'vin', value: 'WDDSYNTH9JA000001' };
const line = (members: JsonObject = {}): JsonObject => ({ id: 'x-1', kind: 'observation', item: VIN, source: { kind: 'ais' }, ...members });
const map = (each: JsonObject, file: readonly JsonObject[] = [], files: Readonly<Record<string, string>> = {}): SightingDocument => {
  const mapped = mapCaseLine(each, {
    targetOf: (id) => file.find((other) => other['id'] === id),
    fileOf: (ref) => (files[ref] === undefined ? undefined : { sha256: files[ref], bytes: 7 }),
  });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

describe('a line that a document carries', () => {
  it('is its own in whatever folder it was imported', () => {
    const evidence = [{ ref: 'a.txt' }, { ref: 'b.txt', sha256: SHA }, { ref: 'b.txt', locator: 'page:2' }];
    const each = line({ evidence, track: 'c.csv' });
    for (const files of [{}, { 'a.txt': SHA }, { 'b.txt': 'cd'.repeat(32) }, { 'a.txt': SHA, 'b.txt': SHA, 'c.csv': SHA }])
      expect(exportCaseLine(map(each, [], files))).toEqual({ line: each, foreign: false });
  });

  it('is its own beside what it corrects or without it', () => {
    const target = line({ id: 'a', kind: 'claim', statement: 'seen', item: { scheme: 'vin', value: 'WDDSYNTH0JA000002' } });
    const each = line({ id: 'b', kind: 'correction', corrects: 'a', statement: 'heard' });
    expect(isMadeFrom(map(each), each)).toBe(true);
    const beside = map(each, [target]);
    expect(isMadeFrom(beside, each)).toBe(false);
    expect(isMadeFrom(beside, each, [map(target)])).toBe(true);
    const planted: SightingDocument = { ...beside, as: 'observation' };
    expect(isMadeFrom(planted, each, [map(target)])).toBe(false);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a plan', { kind: 'transfer', claimType: 'scheduled' }, { as: 'transfer' }],
    ['a search that found nothing', { negative: true }, { as: 'observation' }],
    ['a plan, that is said to be no negative finding', { claimType: 'scheduled' }, { as: 'observation', negative: false }],
  ])('is not given back where it would become %s beside what it corrects', (_, planned, members) => {
    const target = line({ id: 'a', ...planned });
    const each = line({ id: 'b', kind: 'correction', corrects: 'a', note: 'n', ...members });
    const alone = map(each);
    expect([alone.modality, map(each, [target]).modality]).toEqual([undefined, map(target).modality]);
    const out = exportCaseLine(alone, [map(target)]).line;
    expect(map(out, [target])).toMatchObject({
      kind: 'correction',
      as: members['as'],
      modality: 'actual',
      extension: { x: { note: 'n' } },
    });
    // Beside what was seen it says the same: it comes out as it is, and so does that which was made beside the plan.
    expect(exportCaseLine(alone, [map(line({ id: 'a' }))])).toEqual({ line: each, foreign: false });
    expect(exportCaseLine(map(each, [target]), [map(target)])).toEqual({ line: each, foreign: false });
  });

  it.each<[string, Partial<SightingDocument>]>([
    ['another kind', { kind: 'registration' }],
    ['another item', { items: [{ id: 'vin:WDDSYNTH0JA000002', role: 'subject' }] }],
    ['another time', { occurred: { from: '2018', precision: 'year' } }],
    ['another handling', { handling: { tlp: 'CLEAR' } }],
    ['another id', { id: 'x-2' }],
    ['evidence that the line does not cite', { evidence: [{ sha256: SHA, ref: 'a.txt' }] }],
    ['a correction', { kind: 'correction', relations: { target: 'y' } }],
    ['other free members', { extension: { case: line(), x: { note: 'n' } } }],
  ])('does not come out of a document of %s: what the document says does', (_, lie) => {
    const honest = map(line());
    const document = { ...honest, ...lie };
    expect(validateDocument(document)).toEqual([]);
    const { line: out, foreign } = exportCaseLine(document);
    expect(foreign).toBe(true);
    expect(out).not.toEqual(line());
    const { extension: __, ...said } = document;
    const { extension: _again, ...read } = map(out);
    expect(read).toEqual(said.kind === 'correction' ? { ...said, modality: 'actual' } : said);
    // Without the comparison the line would have come out as it stands there.
    expect(document.extension?.case).toEqual(line());
  });

  it('that is no line at all is said and not given', () => {
    for (const carried of ['text', null, 7, [line()]]) {
      const document: SightingDocument = { ...map(line()), extension: { case: carried } };
      expect(exportCaseLine(document).foreign).toBe(true);
    }
  });
});

describe('a line made of a document', () => {
  const free = (x: unknown): SightingDocument => {
    const { extension: _, ...own } = map(line());
    return { ...own, extension: { x } };
  };

  it.each<[string, unknown]>([
    ['another kind', { kind: 'claim', statement: 'x' }],
    ['a plan', { modality: 'planned' }],
    ['a search that found nothing', { negative: true }],
    ['another item', { vessel: { scheme: 'imo', value: '0000048' } }],
    ['another id', { id: 'y' }],
    ['no object', 'text'],
  ])('says what the document says, even where its free members read as %s', (_, x) => {
    const document = free(x);
    const { extension: __, ...said } = document;
    const { line: out } = exportCaseLine(document);
    const { extension, ...read } = map(out);
    expect(read).toEqual(said);
    expect(extension?.x).toEqual({ x });
  });

  it('has free members in their place, and what is cited without a hash among the evidence', () => {
    const document = map(line({ note: 'n', evidence: [{ sha256: SHA }, { ref: 'a.txt' }], recordedBy: 'analyst' }));
    const { extension, ...own } = document;
    const { line: out } = exportCaseLine({ ...own, extension: { x: extension?.x } });
    expect(out).toMatchObject({ note: 'n', recordedBy: 'analyst', evidence: [{ sha256: SHA }, { ref: 'a.txt' }] });
    expect(map(out)).toEqual({ ...own, extension: { x: extension?.x, case: out } });
  });

  it('names the item that the document names, whatever the source wrote', () => {
    const written = ['WDD SYNTH9JA000001', 'WDDSYNTH0JA000002', 'unreadable', 'urn:epc:id:sgtin:0614141.107346.2017'];
    for (const each of written) {
      const { extension: _, ...own } = map(line());
      const document: SightingDocument = { ...own, items: [{ id: 'vin:WDDSYNTH9JA000001', role: 'subject', written: each }] };
      expect(map(exportCaseLine(document).line).items).toEqual(document.items);
    }
  });
});
