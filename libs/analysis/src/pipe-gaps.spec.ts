/**
 * The sample data of Global Fishing Watch's pipe-gaps, where it lies beside the checkout: its one open gap is closed by the vessel's first later message,
 * and every other gap is the one that a script of its own finds, which sorts nothing, reads the text by itself, and knows nothing of tracks.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gapsOf, Steps, type TrackPosition } from './index.ts';

const FOLDER = join(import.meta.dirname, '../../../../shared/data/ais/gfw-pipe-gaps');
const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const TRACK = { sighting: { agency: 'gfw', id: 'pipe-gaps' }, sha256: 'c'.repeat(64), handling: { tlp: 'CLEAR' } } as const;

interface Message {
  readonly ssvid: string;
  readonly timestamp: number | string;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly ais_class?: 'A' | 'B';
}

const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const messagesOf = (text: string): readonly Message[] =>
  (text.trimStart().startsWith('[')
    ? JSON.parse(text)
    : text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Message)) as readonly Message[];

/** Positions of one transponder. */
function trackOf(messages: readonly Message[], ssvid: string): readonly TrackPosition[] {
  const rows = messages.flatMap(({ ssvid: of, timestamp, lat, lon, ais_class }, n): TrackPosition[] => {
    if (of !== ssvid || lat === null || lon === null) return [];
    const at = typeof timestamp === 'number' ? timestamp * SECOND : Date.parse(timestamp.replace(' ', 'T').replace(' UTC', 'Z')) * 1_000;
    return [{ at, lat, lon, line: n + 1, track: TRACK, ...(ais_class === undefined ? {} : { aisClass: ais_class }) }];
  });
  return rows.sort((a, b) => a.at - b.at);
}

const gapsFor = (track: readonly TrackPosition[], micros: number): readonly string[] =>
  gapsOf(track, [], new Steps(), micros).flatMap(({ since, until }) =>
    until === null ? [] : [`${since.at / SECOND} ${until.at / SECOND}`],
  );

/** Seconds at which a transponder gave a position, by the text alone. */
function secondsIn(text: string, ssvid: string): readonly number[] {
  const seconds = new Set<number>();
  for (const object of text.match(/\{[^{}]*\}/g) ?? []) {
    if (!new RegExp(`"ssvid":\\s*"${ssvid}"`).test(object) || /"l(?:at|on)":\s*null/.test(object)) continue;
    const number = /"timestamp":\s*([\d.]+)/.exec(object)?.[1];
    const [, day, time] = /"timestamp":\s*"(\S+) (\S+) UTC"/.exec(object) ?? [];
    seconds.add(number === undefined ? Date.parse(`${day ?? ''}T${time ?? ''}Z`) / 1_000 : Number(number));
  }
  return [...seconds];
}

/** From each second it looks for the next, one by one of all that are there. */
function silencesIn(seconds: readonly number[], least: number): readonly string[] {
  const silences: [number, number][] = [];
  for (const from of seconds) {
    let next = Infinity;
    for (const other of seconds) if (other > from && other < next) next = other;
    if (next !== Infinity && next - from >= least) silences.push([from, next]);
  }
  return silences.sort(([a], [b]) => a - b).map(([from, to]) => `${from} ${to}`);
}

const ssvidsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/"ssvid":\s*"(\d+)"/g)].map(([, ssvid]) => ssvid ?? '')),
];

if (!existsSync(FOLDER)) test.skip('the sample data of pipe-gaps (needs ../shared/data)', () => undefined);
else {
  const files = readdirSync(FOLDER).filter((file) => file.startsWith('sample_messages'));
  test('has messages in three files', () => expect(files).toHaveLength(3));

  describe.each(files)('%s', (file) => {
    const text = textOf(file);
    test.each([12, 6, 1.3, 1, 0.5])('has the gaps of %d hours and more that the other script finds', (hours) => {
      for (const ssvid of ssvidsIn(text)) {
        const found = silencesIn(secondsIn(text, ssvid), hours * 3_600);
        expect(gapsFor(trackOf(messagesOf(text), ssvid), hours * HOUR)).toEqual(found);
        if (hours === 0.5 && ssvid === '412331104' && file !== 'sample_messages-two-days.json') expect(found.length).toBeGreaterThan(50);
      }
    });
  });

  test('of twelve hours and more the two days have two, one of exactly twelve', () => {
    const track = trackOf(messagesOf(textOf('sample_messages-two-days.json')), '412331104');
    expect(gapsOf(track, []).flatMap(({ since, until }) => (until === null ? [] : [(until.at - since.at) / HOUR]))).toEqual([13, 12]);
  });

  const open = JSON.parse(textOf('open_gaps.json')) as Readonly<Record<`gap_start_${'timestamp' | 'lat' | 'lon'}`, number>> & {
    readonly ssvid: string;
  };
  const last: TrackPosition = {
    at: open.gap_start_timestamp * SECOND,
    lat: open.gap_start_lat,
    lon: open.gap_start_lon,
    line: 1,
    track: TRACK,
  };

  test('the labelled gap is open as long as nothing later is known', () => {
    expect(gapsOf([last], [])).toEqual([{ since: last, until: null }]);
  });

  test.each(files)('the labelled open gap is closed by the first later message of %s', (file) => {
    const text = textOf(file);
    const track = [last, ...trackOf(messagesOf(text), open.ssvid)];
    const first = secondsIn(text, open.ssvid).reduce(
      (least, each) => (each > open.gap_start_timestamp && each < least ? each : least),
      Infinity,
    );
    expect(gapsOf(track, [])[0]).toMatchObject({ since: last, until: { at: first * SECOND } });
    expect(gapsOf(track, []).filter(({ since }) => since === last)).toHaveLength(1);
  });
}
