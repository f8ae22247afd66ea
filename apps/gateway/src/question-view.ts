/** An open question of the fold in words. */
import type { TimelineView } from '#lib/contracts';
import { formatRef, type OpenQuestion } from '#lib/domain';

const QUESTION_WORDS: Readonly<Record<OpenQuestion['code'], string>> = {
  'check-digit': 'The identifier as written fails its check digit; it is kept as written and merged with nothing',
  disputed: 'Disputed, and nothing settles it',
  contradiction: 'Two records contradict each other, and both stand',
  'future-dated': 'Said to have happened, and begins after it was written down or taken in; it places nothing',
  'incomplete-correction': 'A correction leaves out an item of what it corrects',
  'relation-cycle': 'Records that withdraw each other in a circle: none of them counts',
};

export function questionView(question: OpenQuestion): TimelineView['openQuestions'][number] {
  const refs = question.refs.map((ref) => ({ ...ref }));
  return { code: question.code, refs, display: `${QUESTION_WORDS[question.code]}: ${refs.map(formatRef).join(', ')}.` };
}
