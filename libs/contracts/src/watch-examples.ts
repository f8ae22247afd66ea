/** Examples of what an agency watches, what it was told, and what is left for a person to decide. */
import type { Coordinates } from './coordinates-view.ts';
import type { QuestionsView } from './questions-view.ts';
import type { AlertsView, WatchesView } from './watch-views.ts';

export const watchExamples = (
  coordinates: Coordinates,
  hash: string,
): { WatchesView: WatchesView; AlertsView: AlertsView; QuestionsView: QuestionsView } => ({
  WatchesView: {
    coordinates,
    watches: [
      {
        id: '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d',
        title: 'The first car',
        condition: { items: ['vin:WDDSYNTH9JA000001'], gradeAtLeast: 'D4' },
        display: 'item VIN WDDSYNTH9JA000001; grade at least D4',
        handling: { tlp: 'AMBER+STRICT' },
        addedBy: 'operator',
        added: 70,
        changedBy: 'operator',
        changed: 70,
        removed: false,
      },
    ],
    flagged: [],
  },
  AlertsView: {
    coordinates,
    alerts: [
      {
        id: `alert:${hash}`,
        logIndex: 74,
        recorded: '2026-11-24T02:12:01.000000Z',
        watch: '019ab3f0-5a10-7cc3-8a55-0d6f1e2b3c4d',
        title: 'The first car',
        state: 'raised',
        n: 0,
        tlp: 'AMBER+STRICT',
        because: [{ member: 'items', certain: true, display: 'item VIN WDDSYNTH9JA000001' }],
        event: {
          agency: 'local',
          id: 'lux-0009',
          logIndex: 72,
          recorded: '2026-11-24T02:12:00.000000Z',
          kind: 'aggregation',
          modality: 'actual',
          items: ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014'],
          occurred: '2018-06-11T13:20Z',
          place: 'Rotterdam (NLRTM), Netherlands',
          grade: 'C3',
          tlp: 'GREEN',
        },
      },
    ],
    next: null,
  },
  QuestionsView: {
    coordinates,
    questions: [
      {
        kind: 'check-digit',
        code: 'check-digit',
        item: 'vin:WDDSYNTH0JA000001',
        refs: [{ agency: 'local', id: 'lux-0022' }],
        display:
          'VIN WDDSYNTH0JA000001: The identifier as written fails its check digit; it is kept as written and merged with nothing: local/lux-0022.',
      },
    ],
    next: null,
  },
});
