/**
 * Acts on a watch, and alerts: what documents of the kinds `watch` and `alert` say in their slot extension. A watch is its agency's: whatever its
 * handling says, no other agency is named by it.
 */
import { EVENT_ID_PATTERN } from '../event-ref.ts';
import { accept, refuse, type Result } from '../result.ts';
import { parseCondition, type Condition, type ConditionText } from './condition.ts';

/** What can be done with a watch. */
export const WATCH_ACTS = ['added', 'changed', 'removed'] as const;
/** One of `WATCH_ACTS`. */
export type WatchActName = (typeof WATCH_ACTS)[number];

/** One act, read. A watch is called by the id of the event that added it. */
export type WatchAct =
  | { readonly act: 'added'; readonly title?: string; readonly condition: Condition }
  /** Title and condition are the new ones, whole. */
  | { readonly act: 'changed'; readonly watch: string; readonly title?: string; readonly condition: Condition }
  | { readonly act: 'removed'; readonly watch: string; readonly reason?: string };

/** As a document has it, after its schema. */
export interface WatchActText {
  readonly act: WatchActName;
  readonly watch?: string | undefined;
  readonly title?: string | undefined;
  readonly condition?: ConditionText | undefined;
  readonly reason?: string | undefined;
}

/** Faults, with a pointer into it: watch.name (not an event id), and those of `parseCondition` under `/condition`. */
export function parseWatchAct(text: WatchActText): Result<WatchAct> {
  const { act, watch, title, reason } = text;
  if (act !== 'added' && !EVENT_ID_PATTERN.test(watch ?? ''))
    return refuse('watch.name', 'A watch is called by the id of the event that added it.', '/watch');
  if (act === 'removed') return accept({ act, watch: watch as string, ...(reason === undefined ? {} : { reason }) });
  const condition = parseCondition(text.condition ?? {});
  if (!condition.ok) return { ...condition, pointer: `/condition${condition.pointer ?? ''}` };
  const said = { ...(title === undefined ? {} : { title }), condition: condition.value };
  return accept(act === 'added' ? { act, ...said } : { act, watch: watch as string, ...said });
}

/** What has become of one sighting for one watch. */
export const ALERT_STATES = ['raised', 'recalled'] as const;
/** One of `ALERT_STATES`. */
export type AlertState = (typeof ALERT_STATES)[number];

/**
 * What an alert says: which watch was met by which entry of the log, and by which of its own words. It says nothing else of the sighting, which is
 * shown beside it to who may see it then.
 */
export interface AlertText {
  /** Of the same agency. */
  readonly watch: string;
  /** Log index of the sighting. */
  readonly index: number;
  /** Which of this watch and this sighting, from 0: each recall and each new alert is the next. */
  readonly n: number;
  readonly state: AlertState;
  /** Of an alert that was raised: log index of the act by which the watch waits for it. */
  readonly act?: number | undefined;
  /** Of an alert that was raised: which of that act's words; `certain` absent: it is. */
  readonly because?: readonly { readonly member: string; readonly at: number; readonly certain?: boolean | undefined }[] | undefined;
}
