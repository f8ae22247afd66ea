/** Files of positions: read once, by who may read the bytes, and told to the access log by that alone. */
import { foldTimeline, type Handling, type Name, type Sighting, type Timeline, type TimelineEntry } from '#lib/domain';
import { ParsedTracks, TRACK_FILES_MAX, TrackFiles } from './track-files.ts';

const SHIP = 'imo:0000048';
const hash = (n: number): string => n.toString(16).padStart(64, '0');
const CSV = 'MMSI,BaseDateTime,LAT,LON,IMO\n671990004,2018-10-01T01:00:00,35.1,129.08,IMO0000048\n412990002,2018-10-01T01:00:00,34,128,\n';

function citing(handling: Handling, hashes: readonly string[], id = 'c1'): Timeline['entries'] {
  const sighting: Sighting = {
    ...{ agency: 'cargo', principal: 'p', id, kind: 'observation', modality: 'actual', handling },
    items: [{ id: SHIP, role: 'subject' }],
    ...{ parties: [], source: { kind: 'ais' } },
    evidence: hashes.map((sha256) => ({ sha256, type: 'track' })),
    relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
  };
  return foldTimeline(SHIP, [{ sighting }]).entries;
}

/** Rows of a vessel that nobody asks for. */
const rowsOf = (count: number): string =>
  `MMSI,BaseDateTime,LAT,LON\n${Array.from({ length: count }, (_, n) => `412990002,2018-10-01T01:00:00,${(n / 1_000).toFixed(3)},128\n`).join('')}`;

function scene(open: readonly string[] = [], senders: ReadonlyMap<string, string> = new Map([[hash(1), 'acme']]), text = CSV) {
  const notes = { evidence: new Map<string, string>() };
  let readings = 0;
  const parsed = new ParsedTracks(() => Promise.resolve(Buffer.from((++readings, text))));
  const reads = { evidenceSenders: () => Promise.resolve(senders), openEvidence: () => Promise.resolve(new Set(open)) };
  const another = (): TrackFiles => new TrackFiles(reads, { agency: 'bolt' } as never, { parsed, notes });
  return { files: another(), another, notes, readings: () => readings };
}

/** Files of that text, so many, all of which the reader may read. */
function sceneOf(text: string, count = 1) {
  const hashes = Array.from({ length: count }, (_, n) => hash(n + 1));
  const of = scene(hashes, new Map(hashes.map((sha256) => [sha256, 'acme'])), text);
  return { ...of, entries: citing({ tlp: 'CLEAR' }, hashes) };
}

test('positions are those of the vessel that the rows name', async () => {
  const { files } = scene();
  expect(await files.positionsOf(SHIP, citing({ tlp: 'GREEN' }, [hash(1)]))).toMatchObject([
    { lat: 35.1, line: 2, track: { handling: { tlp: 'GREEN' } } },
  ]);
  expect(files.files).toMatchObject([{ state: 'read', positions: 1, refused: 0 }]);
});

test('what else a file names is known by its transponders, with the hulls that rows name, and under the label of the sighting that cites the file', async () => {
  const { files } = scene();
  expect(files.neighbours()).toEqual([]);
  await files.positionsOf(SHIP, citing({ tlp: 'AMBER' }, [hash(1)]));
  expect(files.neighbours()).toMatchObject([
    {
      id: 'mmsi:671990004',
      hulls: [SHIP],
      rows: [{ line: 2 }],
      track: { sighting: { id: 'c1' }, sha256: hash(1), handling: { tlp: 'AMBER' } },
    },
    { id: 'mmsi:412990002', hulls: [], rows: [{ line: 3 }] },
  ]);
});

test('rows that name the ship by another of her names are hers while it is one, under its claims, and none that names a hull which she is not', async () => {
  const rows = [
    '671990004,2018-10-01T01:00:00,35.1,129.08,',
    '671990004,2018-10-01T02:00:00,35.2,129.08,IMO0000048',
    '671990004,2018-10-01T03:00:00,35.3,129.08,IMO0000036',
    '671990004,2018-11-01T01:00:00,35.4,129.08,',
  ];
  const { files, entries } = sceneOf(`MMSI,BaseDateTime,LAT,LON,IMO\n${rows.join('\n')}\n`);
  const claim = { sighting: { agency: 'cargo', id: 'flag', grade: 'D4' }, handling: { tlp: 'AMBER' } } as unknown as TimelineEntry;
  const name: Name = { id: 'mmsi:671990004', span: { starts: null, ends: Date.UTC(2018, 9, 15) * 1_000 }, chain: [claim] };
  const told = (await files.positionsOf(SHIP, entries, [name])).map(({ line, track }) => [line, track.handling.tlp, track.through?.id]);
  expect(told).toEqual([
    [2, 'AMBER', 'mmsi:671990004'],
    [3, 'CLEAR', undefined],
  ]);
  // Control: without another name those alone that name the hull.
  expect((await files.positionsOf(SHIP, entries)).map(({ line }) => line)).toEqual([3]);
});

test('of a file that is not open to the reader no transponder is known', async () => {
  const { files } = scene([], new Map());
  await files.positionsOf(SHIP, citing({ tlp: 'CLEAR' }, [hash(1)]));
  expect(files.neighbours()).toEqual([]);
});

test('bytes that are not open to everybody are noted with their sender, and are no clearer than that, whatever the sighting says that cites them', async () => {
  const { files, notes } = scene();
  const [position] = await files.positionsOf(SHIP, citing({ tlp: 'CLEAR' }, [hash(1)]));
  expect([...notes.evidence]).toEqual([[hash(1), 'acme']]);
  expect(position?.track.handling.tlp).toBe('AMBER');
});

test('bytes that are open to everybody are no read above CLEAR', async () => {
  const { files, notes } = scene([hash(1)]);
  await files.positionsOf(SHIP, citing({ tlp: 'GREEN' }, [hash(1)]));
  expect(notes.evidence.size).toBe(0);
});

test('bytes that are not open to the reader bring nothing, and are told as those that are not here', async () => {
  const { files, notes, readings } = scene([], new Map());
  expect(await files.positionsOf(SHIP, citing({ tlp: 'CLEAR' }, [hash(1)]))).toEqual([]);
  expect([files.files[0]?.state, notes.evidence.size, readings()]).toEqual(['not-held', 0, 0]);
});

test('a file that is cited by every line of a sighting is read once, and once again for nobody', async () => {
  const { files, readings } = scene();
  const often = citing(
    { tlp: 'GREEN' },
    Array.from({ length: 256 }, () => hash(1)),
  );
  expect(await files.positionsOf(SHIP, often)).toHaveLength(1);
  await files.positionsOf(SHIP, often);
  expect(readings()).toBe(1);
});

test('more files than an answer reads are refused before they are read', async () => {
  const { files, readings } = scene();
  const many = citing(
    { tlp: 'GREEN' },
    Array.from({ length: TRACK_FILES_MAX + 1 }, (_, n) => hash(n)),
  );
  await expect(files.positionsOf(SHIP, many)).rejects.toMatchObject({ code: 'answer.too-large' });
  expect(readings()).toBe(0);
});

test.each([
  ['too-large', 'of 4 MiB of the shortest rows', `MMSI,BaseDateTime,LAT,LON\n${'x\n'.repeat(2_000_000)}`],
  ['unreadable', 'with a torn quote as its last byte', `${rowsOf(2_000)}"`],
] as const)(
  'a file is told as %s, and is read once for all answers: %s',
  async (state, _what, text) => {
    const { another, entries, readings } = sceneOf(text);
    for (const files of [another(), another()]) {
      expect(await files.positionsOf(SHIP, entries)).toEqual([]);
      expect(files.files).toMatchObject([{ state, positions: 0, refused: 0 }]);
    }
    expect(readings()).toBe(1);
  },
  60_000,
);

test('rows that are refused are counted, all of them', async () => {
  const { files, entries } = sceneOf(`${CSV}${'x\n'.repeat(1_234)}`);
  await files.positionsOf(SHIP, entries);
  expect(files.files).toMatchObject([{ state: 'read', positions: 1, refused: 1_234 }]);
});

test('two answers at once read a file once', async () => {
  const { another, entries, readings } = sceneOf(CSV);
  const both = await Promise.all([another(), another()].map((files) => files.positionsOf(SHIP, entries)));
  expect([both.map(({ length }) => length), readings()]).toEqual([[1, 1], 1]);
});

test('a file whose bytes cannot be had is asked for again', async () => {
  let asked = 0;
  const parsed = new ParsedTracks(() => (++asked === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(Buffer.from(CSV))));
  await expect(parsed.read(hash(1))).rejects.toThrow('disk');
  expect(await parsed.read(hash(1))).toMatchObject({ refused: 0 });
});

test('all files of an answer are remembered for the next, up to the rows that one reads', async () => {
  const { another, entries, readings } = sceneOf(rowsOf(24_000), 16);
  for (const files of [another(), another()]) expect(await files.positionsOf(SHIP, entries)).toEqual([]);
  expect(readings()).toBe(16);
}, 120_000);

test('files with more rows than an answer reads are refused, of whatever vessel the rows are', async () => {
  const { another, entries, readings } = sceneOf(rowsOf(45_000), 10);
  for (const files of [another(), another()])
    await expect(files.positionsOf(SHIP, entries)).rejects.toMatchObject({ code: 'answer.too-large' });
  expect(readings()).toBe(9);
}, 120_000);

test('others have their turn while a file is parsed', async () => {
  const { files, entries } = sceneOf(rowsOf(20_000));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await files.positionsOf(SHIP, entries);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
}, 60_000);
