/** The words of the page: what each outcome is called, and each step of the check in plain words. */
import type { Statement, Verdict } from './report.ts';

/** What an outcome is called, and the shape that stands beside it: never the colour alone says which it is. */
export const OUTCOMES: Readonly<Record<Verdict, { readonly word: string; readonly icon: string; readonly next: string }>> = {
  verified: {
    word: 'Verified',
    icon: 'M5 12.5l4.5 4.5L19 7.5',
    next: 'Everything in this bundle belongs to the log, as the log’s own key says.',
  },
  altered: {
    word: 'Altered',
    icon: 'M6 6l12 12M18 6L6 18',
    next: 'Do not rely on this bundle. Keep it as it is, and ask where it came from for the original.',
  },
  'not-in-log': {
    word: 'Not in the log',
    icon: 'M5 12h14',
    next: 'The log that is trusted here has no such entry. Ask for the bundle again, from the log that it is said to come from.',
  },
  'untrusted-key': {
    word: 'Key not trusted',
    icon: 'M14 10a4 4 0 1 0-3.5 4L12 15.5h2V18h2.500v-2.500L14 12.500',
    next: 'Nothing is known to be wrong. Paste the key of the log that you mean to trust, from a source other than this bundle.',
  },
  incomplete: {
    word: 'Incomplete',
    icon: 'M12 6v6l4 2',
    next: 'What is here holds. What is missing is named below.',
  },
  'not-checked': {
    word: 'Could not be checked',
    icon: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.1',
    next: 'Nothing is known to be wrong, and nothing is known to be right.',
  },
};

/** What the state of one step is called, and its shape. */
export const STATES: Readonly<Record<Statement['state'], { readonly word: string; readonly icon: string }>> = {
  established: { word: 'Holds', icon: 'M5 12.5l4.5 4.5L19 7.5' },
  'not-established': { word: 'Not shown', icon: 'M5 12h14' },
  failed: { word: 'Fails', icon: 'M6 6l12 12M18 6L6 18' },
};

/** A step by its name in the report: its title, and what it means to somebody who has never heard of hashes. */
export const STEPS: Readonly<Record<string, { readonly title: string; readonly plain: string }>> = {
  file: {
    title: 'The file',
    plain: 'A bundle is one zip file. Before anything in it can be checked it has to be read, whole.',
  },
};
