/** What is looked at together when handlings are settled. */
import { formatRef, type Approval, type Handling } from '#lib/domain';
import type { HandledEvent, Markings } from './handled-events.ts';

/** By `agency/id`. */
export interface Scene {
  readonly events: ReadonlyMap<string, HandledEvent>;
  /** Markings of them. */
  readonly markings: ReadonlyMap<string, Markings>;
  /** Markings that are not weighed: their authors' alone. */
  readonly unweighed: ReadonlySet<string>;
  /** What one of them speaks about and was not looked for: too far from what was touched to bear on it. */
  readonly unread: ReadonlySet<string>;
}

/** An event whose markings count, with those. */
export type Marked = readonly [HandledEvent, Markings];

/** What comes out of it. */
export interface Outcome {
  /** What is in effect of each event whose markings count, by those. */
  readonly effects: ReadonlyMap<HandledEvent, Handling>;
  /** By `agency/id`, of each of those markings that needs an approver. */
  readonly approvals: ReadonlyMap<string, Approval>;
}

/** A marking may be marked. One of that counts for nothing and is its author's alone: so what one word bears on has an end. */
export const DEEP = 3;

/** How many markings there are from this event up to what is none; no more are counted than DEEP. Null: that was not read. */
export function depthOf(event: HandledEvent, { events, unread }: Scene): number | null {
  let depth = 0;
  for (let at: HandledEvent | undefined = event; at?.said !== undefined && ++depth < DEEP;) {
    if (at.target === undefined) break;
    if (unread.has(formatRef(at.target))) return null;
    at = events.get(formatRef(at.target));
  }
  return depth;
}

/** For its author alone. */
export const closed = ({ agency, principal }: HandledEvent): Handling => ({ tlp: 'RED', principals: [`${agency}/${principal}`] });
