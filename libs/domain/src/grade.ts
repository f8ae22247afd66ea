/** The Admiralty code (NATO AJP-2.1, source reliability A-F and information credibility 1-6). */
import { accept, refuse, type Result } from './result.ts';

const RELIABILITY = {
  A: 'completely reliable',
  B: 'usually reliable',
  C: 'fairly reliable',
  D: 'not usually reliable',
  E: 'unreliable',
  F: 'reliability cannot be judged',
} as const;
const CREDIBILITY = {
  1: 'confirmed by other sources',
  2: 'probably true',
  3: 'possibly true',
  4: 'doubtful',
  5: 'improbable',
  6: 'truth cannot be judged',
} as const;

/** A grade taken apart. */
export interface Grade {
  /** As in a sighting: `B2`. */
  readonly code: string;
  readonly reliability: (typeof RELIABILITY)[keyof typeof RELIABILITY];
  readonly credibility: (typeof CREDIBILITY)[keyof typeof CREDIBILITY];
}

/** Faults: grade.malformed. Lower case is refused: the code stands in hashed bytes and has one spelling. */
export function parseGrade(text: string): Result<Grade> {
  const match = /^([A-F])([1-6])$/.exec(text);
  if (match === null) return refuse('grade.malformed', `"${text.slice(0, 40)}" is not an Admiralty code, A1 to F6.`);
  const reliability = RELIABILITY[match[1] as keyof typeof RELIABILITY];
  const credibility = CREDIBILITY[Number(match[2]) as keyof typeof CREDIBILITY];
  return accept({ code: text, reliability, credibility });
}

/** `B2: usually reliable, probably true`; a text that is no grade comes back as it is; `not graded` for none. */
export function displayGrade(text: string | undefined): string {
  if (text === undefined) return 'not graded';
  const grade = parseGrade(text);
  return grade.ok ? `${grade.value.code}: ${grade.value.reliability}, ${grade.value.credibility}` : text;
}
