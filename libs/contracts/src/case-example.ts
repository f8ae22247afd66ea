/** Examples of cases. */
import type { CasesView, CaseView } from './case-views.ts';
import type { Coordinates } from './coordinates-view.ts';
import type { EventView } from './views.ts';

const by = { agency: 'local', principal: 'operator', proved: true } as const;
const opened = {
  agency: 'local',
  id: 'case-7',
  logIndex: 60,
  title: 'Two cars by way of Dalian',
  about: 'Where they went after Rotterdam.',
  handling: { tlp: 'AMBER', agencies: ['acme'] },
  by,
  captured: '2026-11-24T02:20:00.000000Z',
  recorded: '2026-11-24T02:20:01.000000Z',
} satisfies CasesView['cases'][number];

export const caseExample = (coordinates: Coordinates, event: EventView): CaseView => ({
  coordinates,
  case: { ...opened, closed: null },
  notes: [{ id: 'note-2', by, captured: '2026-11-24T02:23:00.000000Z', text: 'Ask the line for the manifest.' }],
  entries: [
    {
      id: 'entry-1',
      by,
      captured: '2026-11-24T02:21:00.000000Z',
      why: 'The last record on land.',
      notes: [{ id: 'note-1', by, captured: '2026-11-24T02:22:00.000000Z', text: 'The seal number is that of the invoice.' }],
      event,
    },
  ],
  next: null,
});

export const casesExample = (coordinates: Coordinates): CasesView => ({ coordinates, cases: [opened], next: null });
