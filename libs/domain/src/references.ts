/** What a sighting says about other sightings. */
import type { EventRef } from './event-ref.ts';
import type { Kind, RelatingKind, Sighting } from './sighting.ts';
import { RELATING_KINDS } from './sighting.ts';

const relating: ReadonlySet<Kind> = new Set(RELATING_KINDS);

/** Whether a kind speaks about other sightings. */
export const isRelating = (kind: Kind | undefined): kind is RelatingKind => kind !== undefined && relating.has(kind);

const NONE: readonly EventRef[] = [];

/**
 * The sightings whose standing this one speaks to: the target of a correction, retraction, dispute or marking; what a resolution settles.
 * Empty for every other kind, whatever members it has.
 */
export function targetsOf({ kind, relations }: Sighting): readonly EventRef[] {
  if (!isRelating(kind)) return NONE;
  if (kind === 'resolution') return relations.target === undefined ? relations.resolves : [relations.target, ...relations.resolves];
  return relations.target === undefined ? NONE : [relations.target];
}

/**
 * Every sighting that a fold needs beside this one: its targets and what its author says it contradicts. A reader of one item loads the
 * sightings that name it, those that refer to these (until there are no more), and the references of all of them.
 */
export function referencesOf(sighting: Sighting): readonly EventRef[] {
  const targets = targetsOf(sighting);
  return sighting.relations.contradicts.length === 0 ? targets : [...targets, ...sighting.relations.contradicts];
}
