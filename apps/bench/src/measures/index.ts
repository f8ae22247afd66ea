/** Which measures a run makes, and in which order: what is compared stands next to each other. */
import type { Bench } from '../bench.ts';
import type { Measure } from '../rounds.ts';
import { accessMeasure } from './access.ts';
import { auditMeasure } from './audit.ts';
import { captureAcceptMeasure, captureHttpMeasure } from './capture.ts';
import { copyLimitMeasure } from './copy-limit.ts';
import { eventLogMeasure } from './event-log.ts';
import { evidenceMeasure } from './evidence.ts';
import { journeyMeasures } from './journey.ts';
import { naiveMeasure } from './naive.ts';
import { backlogMeasure, bareProjectorMeasure, projectorMeasure } from './projector.ts';
import { proofsMeasure } from './proofs.ts';
import { provedMeasure } from './proved.ts';
import { readRecordsMeasure } from './read-records.ts';
import { sealingMeasure } from './sealing.ts';
import { sinkMeasure } from './sink.ts';
import { sizeMeasure } from './size.ts';
import { besideTesseraMeasure, tesseraMeasure } from './tessera.ts';
import { timelineMeasure } from './timeline.ts';
import { travelMeasure } from './travel.ts';

/** (b) and (h) read what (a) wrote, so they bring its run with one projector along; (j) is compared with (b), (s) with (a), (n) asks the largest ledger of (k). */
export function chooseMeasures(bench: Bench): Measure[] {
  const { only, sizes } = bench.options;
  const [smaller, largest] = [sizes.sealedItems.slice(0, -1), sizes.sealedItems.at(-1) ?? 0];
  const asked = (...letters: string[]) => letters.some((letter) => only.includes(letter as never));
  const when = (wanted: boolean, ...measures: Measure[]) => (wanted ? measures : []);
  return [
    ...when(asked('a', 'b', 'h', 'j', 's'), projectorMeasure(bench, 1, 1)),
    ...when(asked('s'), travelMeasure(bench)),
    ...when(asked('b', 'j'), copyLimitMeasure(bench, 1)),
    ...when(asked('j'), provedMeasure(bench, 1), provedMeasure(bench, 2)),
    ...when(asked('a'), projectorMeasure(bench, 1, 2), bareProjectorMeasure(bench)),
    ...when(asked('h'), sizeMeasure(bench, 1)),
    ...when(asked('c'), naiveMeasure(bench, 'plain'), naiveMeasure(bench, 'bare')),
    ...when(asked('d'), sinkMeasure(bench)),
    ...when(asked('a', 'b', 'h'), projectorMeasure(bench, 3, 1)),
    ...when(asked('b'), copyLimitMeasure(bench, 3)),
    ...when(asked('a'), projectorMeasure(bench, 3, 2)),
    ...when(asked('h'), sizeMeasure(bench, 3)),
    ...when(asked('e'), captureAcceptMeasure(bench), captureHttpMeasure(bench)),
    ...when(asked('g'), eventLogMeasure(bench, 'kafka'), eventLogMeasure(bench, 'embedded')),
    ...when(asked('l'), tesseraMeasure(bench, 'shipped'), tesseraMeasure(bench, 'large'), besideTesseraMeasure(bench)),
    ...when(asked('k'), ...smaller.map((items) => sealingMeasure(bench, items))),
    ...when(asked('k', 'n'), sealingMeasure(bench, largest)),
    ...when(asked('n'), proofsMeasure(bench, largest)),
    ...when(asked('m'), auditMeasure(bench)),
    ...when(asked('o'), evidenceMeasure(bench)),
    ...when(asked('p'), accessMeasure(bench)),
    ...when(asked('q'), readRecordsMeasure(bench)),
    ...when(asked('i'), backlogMeasure(bench)),
    ...when(asked('r'), ...sizes.timelineRows.flatMap((rows) => journeyMeasures(bench, rows))),
    ...when(asked('f'), ...sizes.timelineRows.map((rows) => timelineMeasure(bench, rows))),
  ];
}
