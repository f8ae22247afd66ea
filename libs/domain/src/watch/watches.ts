/** What acts on watches come to, in the order of the log: which watches an agency has, and what each waited for at any place of it. */
import type { Handling } from '../handling.ts';
import type { WatchAct } from './acts.ts';
import type { Condition } from './condition.ts';

/** An act at its place in the log. */
export interface PlacedWatchAct {
  readonly logIndex: number;
  /** The event's. */
  readonly id: string;
  readonly principal: string;
  /** In effect: what its agency marked it with, or its own. */
  readonly handling: Handling;
  readonly act: WatchAct;
}

/** From an act on, to the next one. */
export interface WatchVersion {
  /** Log index of the act: it holds for what comes behind it. */
  readonly from: number;
  readonly principal: string;
  readonly handling: Handling;
  readonly title?: string;
  /** null: removed. */
  readonly condition: Condition | null;
}

/** Of one agency. */
export interface Watch {
  /** Id of the event that added it. */
  readonly id: string;
  /** Principal that added it. */
  readonly principal: string;
  /** In order; at least one. The last is never followed by another where it removed the watch. */
  readonly versions: readonly WatchVersion[];
}

/** Watches that one agency may have at a time: what a sighting is held against. One more is kept, flagged, without effect. */
export const WATCHES_MAX = 1_000;

/** Why an act has no effect. */
export type WatchFlag = 'absent' | 'removed' | 'not-shown' | 'too-many';

/** Watches by id, and acts without effect, by their log index. */
export interface Watches {
  readonly watches: ReadonlyMap<string, Watch>;
  readonly flagged: ReadonlyMap<number, WatchFlag>;
}

/**
 * Of the acts of one agency, in the order of the log. An act on a watch that is not there, was removed, or names persons (TLP:RED) whom its author is
 * none of, has no effect. Cost: microseconds an act.
 */
export function foldWatches(agency: string, acts: readonly PlacedWatchAct[]): Watches {
  const watches = new Map<string, Watch & { readonly versions: WatchVersion[] }>();
  const flagged = new Map<number, WatchFlag>();
  let standing = 0;
  for (const { logIndex, id, principal, handling, act } of acts) {
    const version = {
      ...{ from: logIndex, principal, handling, condition: act.act === 'removed' ? null : act.condition },
      ...(act.act === 'removed' || act.title === undefined ? {} : { title: act.title }),
    };
    if (act.act === 'added') {
      if (standing >= WATCHES_MAX) flagged.set(logIndex, 'too-many');
      else {
        watches.set(id, { id, principal, versions: [version] });
        standing += 1;
      }
      continue;
    }
    const watch = watches.get(act.watch);
    const last = watch?.versions.at(-1);
    if (watch === undefined || last === undefined) flagged.set(logIndex, 'absent');
    else if (last.condition === null) flagged.set(logIndex, 'removed');
    else if (!isShownTo(agency, principal, last)) flagged.set(logIndex, 'not-shown');
    else {
      // Who removes it says nothing of who may see it.
      watch.versions.push(act.act === 'removed' ? { ...version, handling: last.handling } : version);
      if (act.act === 'removed') standing -= 1;
    }
  }
  return { watches, flagged };
}

function isShownTo(agency: string, principal: string, { handling, principal: author }: WatchVersion): boolean {
  const named = personsOf(handling);
  return named === undefined || principal === author || named.includes(principal) || named.includes(`${agency}/${principal}`);
}

/** Persons whom a handling is for; undefined: it names none. */
export const personsOf = ({ tlp, principals }: Handling): readonly string[] | undefined =>
  tlp === 'RED' && principals !== undefined && principals.length > 0 ? principals : undefined;

/** What the watch is for the entry at this log index; undefined: not there yet. */
export const watchAt = ({ versions }: Watch, logIndex: number): WatchVersion | undefined =>
  versions.findLast(({ from }) => from < logIndex);
