/** What else an item is, in words: by which claims, how well graded, since and until when; and the claims that join nothing, with why. */
import type { IdentityView } from '#lib/contracts';
import { gradeText, idsOf } from './journey-text.ts';

type Name = IdentityView['names'][number];
type Unjoined = IdentityView['unjoined'][number];

/** Nobody claims anything: none. */
export function identityLines(identity: IdentityView | undefined): string[] {
  if (identity === undefined) return [];
  const { names, moreNames, unjoined, moreUnjoined, isPartial } = identity;
  return [
    ...names.map(nameText),
    ...(moreNames === 0 ? [] : [`  ${moreNames} names more.`]),
    ...unjoined.map(unjoinedText),
    ...(moreUnjoined === 0 ? [] : [`  ${moreUnjoined} more claims that join nothing.`]),
    ...(isPartial
      ? ['More says what else it is than is followed: nothing is joined here, and records under other names are not shown.']
      : []),
  ];
}

const nameText = (name: Name): string => `Also known as ${name.display}${spanText(name)}, by ${idsOf(name.claims)}   ${gradeText(name)}`;

function unjoinedText(of: Unjoined): string {
  const { claim, items, why, against } = of;
  const which = items.map(({ display }) => display).join(why === 'one-of' ? ' or ' : ' and ');
  const said = why === 'one-of' ? 'One of several' : why === 'denies' ? 'Not one' : 'Claimed to be one';
  const by = against.length === 0 ? '' : ` ${idsOf(against)}`;
  return `${said}: ${which}${spanText(of)}, by ${claim.id}: ${REASONS[why]}${by}; it joins nothing   ${gradeText(of)}`;
}

const REASONS: Readonly<Record<Unjoined['why'], string>> = {
  'one-of': 'which of them, nobody says',
  denies: 'it says so against who says that they are',
  planned: 'it is planned',
  'some-time': 'at some time within, not throughout',
  disputed: 'it is disputed',
  contradicted: 'a record contradicts it',
  rejected: 'a resolution does not uphold it',
  unclear: 'it does not say whether they are one, or one of them is meant',
  denied: 'denied by',
  'two-things': 'two things would bear one identifier by it and',
};

/** Whole days without their time. */
function spanText({ since, until }: Pick<Name, 'since' | 'until'>): string {
  if (since === null && until === null) return '';
  return ` ${since === null ? '' : `since ${timeText(since)}`}${since === null || until === null ? '' : ' '}${until === null ? '' : `until ${timeText(until)}`}`;
}

const timeText = (time: string): string => (time.endsWith('T00:00:00.000000Z') ? time.slice(0, 10) : `${time.slice(0, 16)}Z`);
