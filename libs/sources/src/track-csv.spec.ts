/** Tracks: every line of the file is a position, or is told why it is none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant } from '#lib/domain';
import { readTrackCsv, readTrackCsvInTurns, TRACK_FAULTS_MAX, TRACK_RECORDS_MAX, type ReadTrack } from './index.ts';

const HEADER = 'MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO';
const read = (...lines: string[]): ReadTrack => {
  const result = readTrackCsv([HEADER, ...lines].join('\n'));
  if (!result.ok) throw new Error(result.detail);
  return result.track;
};
const DEMO = join(import.meta.dirname, '..', '..', '..', 'demo', 'ais');

test.each([
  ['leg1.csv', 282],
  ['leg2.csv', 112],
  ['leg3.csv', 70],
  ['dn5505.csv', 85],
])('all positions of %s are read', (file, count) => {
  const result = readTrackCsv(readFileSync(join(DEMO, file), 'utf8'));
  expect(result).toMatchObject({ ok: true, track: { faults: [], withoutPosition: 0, repeats: 0 } });
  expect(result.ok && result.track.rows).toHaveLength(count);
});

test('a row says when in UTC, where, of which vessel, and on which line', () => {
  const { rows } = read('671990004,2018-10-01T01:00:00,35.10000,129.08000,7.6,109.7,511,DN5505,IMO0000048');
  expect(rows).toEqual([
    {
      ...{ line: 2, mmsi: '671990004', imo: '0000048', name: 'DN5505' },
      ...{ at: Date.UTC(2018, 9, 1, 1) * 1_000, lat: 35.1, lon: 129.08, knots: 7.6, course: 109.7 },
    },
  ]);
});

test('what is not available is no data', () => {
  const track = read('671990004,2018-10-01T01:00:00,91,181,,,,,', '671990004,2018-10-01T02:00:00,35.1,129.08,102.3,360,511,,');
  expect(track).toMatchObject({ withoutPosition: 1, rows: [{ line: 3 }] });
  expect(track.rows[0]).not.toHaveProperty('knots');
  expect(track.rows[0]).not.toHaveProperty('course');
});

test.each([
  ['TransceiverClass', 'B', { aisClass: 'B' }],
  ['TransceiverClass', 'a', { aisClass: 'A' }],
  ['transceiver', 'A', { aisClass: 'A' }],
  ['TransceiverClass', '', {}],
  ['TransceiverClass', 'C', {}],
])('the class of the transponder is what column %s says: %j', (column, cell, said) => {
  const result = readTrackCsv(`MMSI,BaseDateTime,LAT,LON,${column}\n671990004,2018-10-01T01:00:00,35.1,129.08,${cell}\n`);
  const { aisClass } = (result.ok && result.track.rows[0]) || {};
  expect(aisClass === undefined ? {} : { aisClass }).toEqual(said);
});

test('an exact repeat is counted, not taken twice', () => {
  const row = '671990004,2018-10-01T01:00:00,35.1,129.08,7.6,109.7,511,DN5505,';
  expect(read(row, row, row.replace('35.1', '35.2'))).toMatchObject({ repeats: 1, rows: [{ line: 2 }, { line: 4 }] });
});

test.each([
  ['MMSI', 'x71990004,2018-10-01T01:00:00,35.1,129.08,,,,,'],
  ['BaseDateTime', '671990004,01/10/2018 01:00,35.1,129.08,,,,,'],
  ['BaseDateTime', '671990004,2018-10-01T25:00:00,35.1,129.08,,,,,'],
  ['LAT', '671990004,2018-10-01T01:00:00,95.1,129.08,,,,,'],
  ['LON', '671990004,2018-10-01T01:00:00,35.1,east,,,,,'],
])('a row whose %s is wrong is named with its line', (column, line) => {
  const track = read('671990004,2018-10-01T01:00:00,35.1,129.08,,,,,', line);
  expect(track.rows).toHaveLength(1);
  expect(track.faults).toEqual([{ line: 3, detail: expect.stringContaining(column) }]);
});

test.each([
  ['', 'empty'],
  ['# a remark\nMMSI,Timestamp,LAT,LON\n', 'BaseDateTime'],
  ['MMSI,Timestamp,LAT,LON\n671990004,2018-10-01T01:00:00,35.1,129.08\n', 'BaseDateTime'],
  ['MMSI,BaseDateTime,LAT,LON\n"671990004,2018', 'no CSV'],
])('what is no track is refused: %j', (text, because) => {
  expect(readTrackCsv(text)).toEqual({ ok: false, detail: expect.stringContaining(because) });
});

test('the columns of 2025 are the same columns', () => {
  const result = readTrackCsv('mmsi,base_date_time,longitude,latitude,sog,cog\n671990004,2025-01-01 00:00:05,129.08,35.1,1.5,200\n');
  expect(result).toMatchObject({ ok: true, track: { rows: [{ lat: 35.1, lon: 129.08, knots: 1.5 }] } });
});

test('every line is counted once, whatever stands in it', () => {
  const cell = fc.oneof(
    fc.constantFrom('671990004', '2018-10-01T01:00:00', '35.1', '129.08', '91', '181', '', 'x'),
    fc.integer().map(String),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 9 }), { minLength: 1, maxLength: 20 }), (lines) => {
      const given = lines.map((cells) => cells.join(',')).filter((line) => /[^,]/.test(line) || line.includes(','));
      const { rows, faults, withoutPosition, repeats } = read(...given);
      expect(rows.length + faults.length + withoutPosition + repeats).toBe(given.length);
    }),
  );
});

test('rows are in the order of time', () => {
  const rows = [5, 3, 9].map((hour) => `671990004,2018-10-01T0${hour}:00:00,35.1,129.08,,,,,`);
  expect(read(...rows).rows.map(({ at }) => formatInstant(at, 'hour'))).toEqual(['2018-10-01T03Z', '2018-10-01T05Z', '2018-10-01T09Z']);
});

/** What this process has computed, however long it had to wait for the machine. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const inTurns = (text: string) => readTrackCsvInTurns(Buffer.from(text), () => Promise.resolve());
const SHORT = 'MMSI,BaseDateTime,LAT,LON\n';

describe('a file of very many short rows', () => {
  test('is too long as soon as it is known, and is told as that', async () => {
    const text = `${SHORT}${'x\n'.repeat(2_000_000)}`;
    const tooLong = { ok: false, isTooLong: true, detail: expect.stringContaining('50000') as string };
    expect(readTrackCsv(text)).toEqual(tooLong);
    expect(await inTurns(text)).toEqual(tooLong);
  }, 30_000);

  test('is read up to the bound, with the first of its faults and the number of all', () => {
    const result = readTrackCsv(`${SHORT}${'x\n'.repeat(TRACK_RECORDS_MAX - 1)}`);
    expect(result).toMatchObject({ ok: true, track: { rows: [], refused: TRACK_RECORDS_MAX - 1 } });
    expect(result.ok && result.track.faults).toHaveLength(TRACK_FAULTS_MAX);
  }, 30_000);

  test('lets others have their turn behind each piece, where that took its time, and no piece takes long', async () => {
    const text = Buffer.from(`${SHORT}${'x\n'.repeat(20_000)}`);
    // By a clock of the test's own, by which each look is later than a turn may last: others on the machine make it no slower.
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1_000));
    let [turns, longestMs, since] = [0, 0, cpuMs()];
    try {
      await readTrackCsvInTurns(text, () => {
        turns++;
        longestMs = Math.max(longestMs, cpuMs() - since);
        return nextTurn().then(() => void (since = cpuMs()));
      });
    } finally {
      clock.mockRestore();
    }
    expect(turns).toBeGreaterThan(text.length / 2_500);
    expect(longestMs).toBeLessThan(500);
  }, 60_000);

  test('control: by a clock that stands still nobody has a turn before the end', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    let turns = 0;
    try {
      await readTrackCsvInTurns(Buffer.from(`${SHORT}${'x\n'.repeat(20_000)}`), () => Promise.resolve(turns++));
    } finally {
      clock.mockRestore();
    }
    expect(turns).toBe(1);
  }, 60_000);
});

test.each([
  ['a cell of digits that ends as no number', `${SHORT}671990004,2018-10-01T01:00:00,${'1'.repeat(60_000)}x,129.08\n`],
  ['a row without an end', `${SHORT}671990004,"${'1'.repeat(4_000_000)}`],
  ['a header of very many columns', ','.repeat(4_000_000)],
  ['rows of very many cells', `${SHORT}${`${','.repeat(50_000)}\n`.repeat(80)}`],
])(
  '%s costs no more than its length',
  (_what, text) => {
    const began = cpuMs();
    readTrackCsv(text);
    expect(cpuMs() - began).toBeLessThan(5_000);
  },
  300_000,
);

test('in pieces it is the same that it is whole, wherever they are divided', async () => {
  const cell = fc.constantFrom(
    '671990004',
    '2018-10-01T01:00:00',
    '35.1',
    '129.08',
    '',
    '"a ""name""\nof two lines"',
    'ÆØÅ',
    'x'.repeat(700),
    '"',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { maxLength: 9 }), { maxLength: 30 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\ufeff'),
      async (rows, end, mark) => {
        const text = [`${mark}${HEADER}`, ...rows.map((cells) => cells.join(','))].join(end);
        expect(await inTurns(text)).toEqual(readTrackCsv(text));
      },
    ),
  );
});

test('a row behind a line break within quotes is named by the line on which it stands', () => {
  const row = (name: string): string => `671990004,2018-10-01T01:00:00,35.1,129.08,7.6,109.7,511,${name},`;
  expect(read(row('"two\nlines"'), 'x').faults).toMatchObject([{ line: 4 }]);
});
