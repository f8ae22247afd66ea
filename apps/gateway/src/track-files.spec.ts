/** Files of positions: read once, by who may read the bytes, and told to the access log by that alone. */
import { foldTimeline, type Handling, type Sighting, type Timeline } from '#lib/domain';
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

function scene(open: readonly string[] = [], senders: ReadonlyMap<string, string> = new Map([[hash(1), 'acme']])) {
  const notes = { evidence: new Map<string, string>() };
  let readings = 0;
  const parsed = new ParsedTracks(() => Promise.resolve(Buffer.from((++readings, CSV))));
  const reads = { evidenceSenders: () => Promise.resolve(senders), openEvidence: () => Promise.resolve(new Set(open)) };
  const files = new TrackFiles(reads, { agency: 'bolt' } as never, { parsed, notes });
  return { files, notes, readings: () => readings };
}

test('positions are those of the vessel that the rows name', async () => {
  const { files } = scene();
  expect(await files.positionsOf(SHIP, citing({ tlp: 'GREEN' }, [hash(1)]))).toMatchObject([
    { lat: 35.1, line: 2, track: { handling: { tlp: 'GREEN' } } },
  ]);
  expect(files.files).toMatchObject([{ state: 'read', positions: 1, refused: 0 }]);
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
