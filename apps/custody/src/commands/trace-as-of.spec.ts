import type { EventView, TimelineView } from '#lib/contracts';
import { asOfText } from './trace-as-of.ts';

type AsOf = TimelineView['coordinates']['asOf'];
const NOW = Date.parse('2026-11-26T01:05:00Z');
const said = (asOf: AsOf, recorded: readonly (string | null)[] = [], withoutReported?: number): string =>
  asOfText(
    {
      coordinates: { asOf, policy: 0 },
      entries: recorded.map((time) => ({ recorded: time }) as EventView),
      ...(withoutReported === undefined ? {} : { withoutReported }),
    },
    NOW,
  );

describe('the last line of a trace', () => {
  const log: AsOf = { basis: 'log', logSize: 1_234 };
  const [early, late] = ['2026-11-25T23:59:59.999999Z', '2026-11-26T01:02:59.500000Z'];

  it('says up to when what it shows was recorded, and how much of it is not sealed yet', () => {
    expect(said(log, [late, early])).toBe('As of log size 1 234; recorded up to 2026-11-26 01:02 UTC.');
    expect(said(log, [late, null, early, null])).toBe('As of log size 1 234; recorded up to 2026-11-26 01:02 UTC, 2 not sealed yet.');
    expect(said(log, [null, null])).toBe('As of log size 1 234; none of it is sealed yet, so none has a recorded time.');
  });

  it('names a recorded time as it was asked, its day to the end, and the seal that answers it', () => {
    expect(said({ basis: 'recorded', logSize: 64, recorded: '2026-11-25', sealed: early }, [early])).toBe(
      'As recorded up to the end of 2026-11-25 (UTC): by the seal of 2026-11-25 23:59:59 UTC, log size 64.',
    );
    expect(said({ basis: 'recorded', logSize: 64, recorded: '2026-11-26T01:05:00Z', sealed: late }, [late])).toBe(
      'As recorded up to 2026-11-26T01:05:00Z: by the seal of 2026-11-26 01:02:59 UTC, log size 64.',
    );
  });

  it('says of a time that is not over that more may come', () => {
    for (const recorded of ['2026-11-26', '2190-01-01', '2026-11-26T01:05:01Z'])
      expect(said({ basis: 'recorded', logSize: 64, recorded, sealed: late })).toMatch(/log size 64\. That time is not over: /);
  });

  it('tells what authors state apart, and how many state nothing', () => {
    expect(said({ basis: 'reported', logSize: 62, reported: '2019-05-09' }, [early], 3)).toBe(
      'As reported by their authors up to the end of 2019-05-09 (UTC) (stated), log size 62. 3 left out, since their authors state no time.',
    );
  });
});
