/** What a verdict is about: the item, its reader groups, how many events. Said in its first line, so that less than was meant is seen there. */

/** What was looked at. */
export interface ReportSubject {
  /** `null`: events by themselves, or the log alone. */
  readonly item: string | null;
  /** Reader groups that are shown; none where there is no item. */
  readonly groups: readonly string[];
  /** Entries that are shown: events, and entries of the operator. */
  readonly shown: number;
  /** Of the events so many of which parts are withheld. */
  readonly partly: number;
  /** The lists reach up to this index, and the head further; `null`: no further. */
  readonly covers: bigint | null;
  /** Entries that the lists of the item name; `null`: no list was looked at. */
  readonly listed: number | null;
  /** Of those so many are not shown, and their own agencies withhold them by markings that are. */
  readonly withheld: number;
  /** From which index of the log on the first of them is; `null`: there is none. */
  readonly since: bigint | null;
  /** The asker named each reader group himself. */
  readonly groupsAsked: boolean;
  /** The asker wanted a part of a list, or one event. */
  readonly isPart: boolean;
}

/** A phrase behind "Unaltered since ...: ". */
export function subjectText(subject: ReportSubject): string {
  const { item, groups, shown, partly, covers, listed, groupsAsked, isPart } = subject;
  const parts = partly === 0 ? '' : `, of ${partly === shown ? 'which' : partly} parts are withheld,`;
  if (item === null) {
    if (shown === 0) return 'the head of the log; of no item and no event anything is said';
    return `${events(shown)}${parts}${isPart ? '' : `, ${shown === 1 ? 'by itself' : 'each by itself'}; whether there are others nothing is said`}`;
  }
  const where = `as sealed for the reader group${groups.length === 1 ? '' : 's'} ${namesOf(groups)}`;
  // A list is what came in for its group: whoever is shown more now, by a marking, would take it for all of that.
  const open = groupsAsked
    ? '; of what a marking opened later nothing'
    : ' alone; of any other group, and of what a marking opened later, nothing';
  const reach = covers === null ? '' : `, below index ${covers} of the log`;
  return `${countOf(shown, listed ?? 0, isPart)}${parts}${withheldText(subject, parts === '' ? ',' : '')} about ${nameOf(item)}${reach}, ${where}${open} is said`;
}

function countOf(shown: number, listed: number, isPart: boolean): string {
  if (isPart) return `${events(shown)} of a part of the list`;
  if (listed === 0) return 'no event';
  return shown === listed ? `all ${events(listed)}` : `${shown} of the ${events(listed)}`;
}

/** Plainly, where a list is not shown whole: somebody took away what was there, and who. */
function withheldText({ withheld, since }: ReportSubject, comma: string): string {
  if (withheld === 0) return '';
  if (withheld === 1) return `${comma} the other withheld since index ${since} by a marking in the name of its own agency,`;
  return `${comma} the other ${withheld} withheld since index ${since} or later by markings in the names of their own agencies,`;
}

const events = (n: number): string => `${n} ${n === 1 ? 'event' : 'events'}`;

/** Names in a sentence: one that could be read as two, or as the end of the sentence, stands in quotes. */
export const namesOf = (names: readonly string[]): string => names.map(nameOf).join(', ');
const PLAIN = /^[!-~]+$/;
const AMBIGUOUS = /[,;"]|[.:]$/;
const nameOf = (name: string): string => (PLAIN.test(name) && !AMBIGUOUS.test(name) ? name : JSON.stringify(name));
