/** Sightings of which is known who may be told, and cases made of them. */
import type { SightingDocument } from '#lib/contracts';
import { actHandling } from '../commands/case.ts';
import { canary, type Canaries, type Thing } from './canaries.contract.ts';
import type { Saying } from './scene.contract.ts';
import { maySee, type Asker, type Said } from './who-may-see.contract.ts';

export const AUTHOR = 'contributor';

/** A sighting that is told to some. */
export interface Told {
  readonly thing: Thing;
  readonly owner: string;
  readonly author: string;
  readonly id: string;
  readonly item: string;
  readonly alias: string;
  readonly document: SightingDocument;
  readonly contentHash: string;
  /** As it is now. */
  readonly now: Said;
  /** It was opened by a marking: it is a leaf of no list of those whom it was opened to. */
  readonly isOpened: boolean;
  /** Its bytes are here. */
  readonly evidence: { readonly thing: Thing; readonly sha256: string; readonly bytes: Buffer };
  /** SHA-256 of what never came. */
  readonly cited: string;
}

/** Whether it is in a list that is proved to him: to whom a marking opened it it is proved by itself alone. */
/** A case, of the handling that a sighting of its agency came in with, and who may be told what of it. */
export interface ToldCase {
  /** Whose case it is. */
  readonly of: Told;
  readonly thing: Thing;
  readonly owner: string;
  readonly id: string;
  readonly entries: readonly { readonly told: Told; readonly thing: Thing }[];
}

/** Some of the same agency, whatever handling they have. */
export const chosenBeside = (all: readonly Told[], n: number): Told[] => {
  const theirs = all.filter(({ owner }) => owner === all[n]?.owner);
  const at = theirs.indexOf(all[n] as Told);
  return [0, 5, 9, 13].flatMap((step) => theirs[(at + step) % theirs.length] ?? []);
};

/** Each with what was said of it, which only those are told who may see the case and what it is about; or who may see what was said as an event. */
export function caseOf(canaries: Canaries, of: Told, chosen: readonly Told[]): ToldCase & { readonly said: readonly Saying[] } {
  const { owner } = of;
  const handling = of.document.handling as Said;
  const thing: Thing = { name: `the case of ${of.thing.name}`, mayBeSeenBy: (asker) => maySee(asker, { owner, author: AUTHOR }, handling) };
  const word = (about: Thing, place: string): string => {
    const text = canary(`${place} of ${about.name}`);
    canaries.plant(about, place, text);
    return text;
  };
  const id = word(thing, 'id');
  const title = word(thing, 'title');
  const opening: SightingDocument = {
    ...{ id, kind: 'case', handling: of.document.handling },
    ...SAID_OF_A_CASE,
    statement: word(thing, 'about'),
    extension: { title },
  };
  const entries = [...new Set(chosen)].map((told) => {
    const own = actHandling(AUTHOR, [handling, told.now] as never) as Said;
    const entry: Thing = {
      name: `the entry of ${told.thing.name} in ${thing.name}`,
      // As an event, or by the case: then he sees case and sighting, and is of those whom it names where it names any.
      mayBeSeenBy: (asker) =>
        maySee(asker, { owner, author: AUTHOR }, own) ||
        (thing.mayBeSeenBy(asker) && told.thing.mayBeSeenBy(asker) && (own.tlp !== 'RED' || isNamed(asker, own))),
    };
    const [act, why, note] = [word(entry, 'id'), word(entry, 'why'), word(entry, 'note')];
    const say = (extension: object, statement: string, named?: string): SightingDocument => ({
      ...(named === undefined ? {} : { id: named }),
      ...{ kind: 'case-act', handling: own, ...SAID_OF_A_CASE, statement, extension: { act: { of: id, ...extension } } },
    });
    const said = [say({ act: 'added', sighting: told.id }, why, act), say({ act: 'noted', entry: act }, note)];
    return { told, thing: entry, said };
  });
  const said = [opening, ...entries.flatMap((entry) => entry.said)].map((document) => ({ by: `${owner}/${AUTHOR}`, document }));
  return { of, thing, owner, id, entries, said };
}

const isNamed = ({ agency, person }: Asker, { principals = [] }: Said): boolean =>
  principals.includes(person) || principals.includes(`${agency ?? ''}/${person}`);
const SAID_OF_A_CASE = { source: { kind: 'case' } } as const;
