/** The words of the page: what each outcome, each state and each step of a check is called. */
import type { Statement, Step, Verdict } from '#lib/ledger';

/** What is drawn beside a word: never the colour alone says which it is. Lines in a square of 24. */
const TICK = 'M5 12.5l4.5 4.5L19 7.5';
const CROSS = 'M6 6l12 12M18 6L6 18';
const DASH = 'M5 12h14';
const KEY = 'M12.5 11.5L20 4M17 7l2.5 2.500M8.5 20a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9';
const CLOCK = 'M12 7v5l3.5 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18';
const QUESTION = 'M9 9.500a3 3 0 1 1 4.5 2.600c-1 .6-1.5 1.2-1.5 2.400M12 18v.1';

/** What an outcome is called, and what to do now. */
export const OUTCOMES: Readonly<Record<Verdict, { readonly word: string; readonly icon: string; readonly next: string }>> = {
  verified: {
    word: 'Verified',
    icon: TICK,
    next: 'Checked here, without the server. What that means, and what it does not, is said below.',
  },
  altered: {
    word: 'Altered',
    icon: CROSS,
    next: 'Do not rely on this file. Keep it as it is, and ask for it again where it came from, or from the log itself.',
  },
  'not-in-log': {
    word: 'Not in the log',
    icon: DASH,
    next: 'What this file is about is not in the log that you trust. Why that is, is said below.',
  },
  'untrusted-key': {
    word: 'Key not trusted',
    icon: KEY,
    next: 'Nothing is known to be wrong. Paste the key of whoever signed it above, taken from another place than this file.',
  },
  incomplete: { word: 'Incomplete', icon: CLOCK, next: 'What is here holds as far as it goes; what is missing is named below.' },
  'not-checked': { word: 'Could not be checked', icon: QUESTION, next: 'Get the file again and open it as it came.' },
};

/** What the state of one statement is called. */
export const STATES: Readonly<Record<Statement['state'], { readonly word: string; readonly icon: string }>> = {
  established: { word: 'Holds', icon: TICK },
  'not-established': { word: 'Not shown', icon: DASH },
  failed: { word: 'Fails', icon: CROSS },
};

/** Titles of steps; what each means in plain words says the report's own STEPS. */
export const TITLES: Readonly<Record<Step, string>> = {
  document: 'The document',
  signature: 'Signature of the log',
  witnesses: 'Witnesses',
  time: 'When it was sealed',
  age: 'Age',
  kept: 'Compared with earlier checks',
  seal: 'Seal',
  salt: 'Salt of the item map',
  map: 'Place in the item map',
  tree: 'List of entries',
  events: 'Events',
  inclusion: 'Places in the log',
  signatures: 'Signatures of agencies',
  evidence: 'Evidence',
  completeness: 'What stands behind completeness',
  read: 'Read',
  receipt: 'Receipt',
};
