/** What is to be said next of one watch and one sighting: pure, from what was said and what holds now. */
import type { Handling } from '../handling.ts';
import type { AlertState } from './acts.ts';
import { personsOf } from './watches.ts';

/** The last alert that was said of them. */
export interface SaidAlert {
  readonly n: number;
  readonly state: AlertState;
  readonly handling: Handling;
}

/** What holds now: the handling of an alert; undefined: nobody of the agency may see both, or the sighting is not there for it. */
export type AlertNow = Handling | undefined;

/**
 * The alerts to append, in order; none where what was said is what holds. Who was told and may not see it any more is told that it is recalled, under
 * the handling by which he was told; who may now and was not told is told. Never more than two.
 */
export function nextAlerts(said: SaidAlert | undefined, now: AlertNow): readonly SaidAlert[] {
  const n = said === undefined ? 0 : said.n + 1;
  if (said === undefined || said.state === 'recalled') return now === undefined ? [] : [{ n, state: 'raised', handling: now }];
  const recalled: SaidAlert = { n, state: 'recalled', handling: said.handling };
  if (now === undefined) return [recalled];
  const [told, may] = [personsOf(said.handling), personsOf(now)];
  const isNarrower = may !== undefined && (told === undefined || told.some((person) => !may.includes(person)));
  if (isNarrower) return [recalled, { n: n + 1, state: 'raised', handling: now }];
  const isWider = told !== undefined && (may === undefined || may.some((person) => !told.includes(person)));
  return isWider ? [{ n, state: 'raised', handling: now }] : [];
}
