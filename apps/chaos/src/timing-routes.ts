/** Routes on which what is hidden and what never was might take different work. */
import type { Hiding, Thing } from './timing-scene.ts';

export interface TimedRoute {
  readonly name: string;
  /** In which ways a thing is hidden from whoever asks here. */
  readonly hidings: readonly Hiding[];
  /** Answered the same for both. */
  readonly status: number;
  readonly path: (thing: Thing) => string;
  /** Whether the planted leak is on its way. */
  readonly isPlanted?: true;
}

/** To somebody else's agency, and to a person who is not named. */
const ALL = ['agency', 'person'] as const;

export const TIMED_ROUTES: readonly TimedRoute[] = [
  { name: 'event', hidings: ALL, status: 404, path: ({ id, agency }) => `/v1/events/${id}?agency=${agency}`, isPlanted: true },
  { name: 'event of any agency', hidings: ALL, status: 404, path: ({ id }) => `/v1/events/${id}` },
  { name: 'item', hidings: ALL, status: 404, path: ({ item }) => `/v1/items/${item}` },
  { name: 'timeline', hidings: ALL, status: 404, path: ({ item }) => `/v1/items/${item}/timeline` },
  { name: 'search', hidings: ALL, status: 200, path: ({ text }) => `/v1/search?q=${text}` },
  { name: 'evidence', hidings: ALL, status: 404, path: ({ sha256 }) => `/v1/evidence/sha256/${sha256}`, isPlanted: true },
  { name: 'evidence shown', hidings: ALL, status: 404, path: ({ sha256 }) => `/v1/evidence/sha256/${sha256}/view`, isPlanted: true },
  // To another agency's submission nothing is looked for; a colleague's may be one that names others.
  { name: 'receipt', hidings: ['agency', 'colleague'], status: 404, path: ({ agency, id }) => `/v1/receipts/${agency}/${id}` },
  {
    name: 'proof of an event',
    hidings: ALL,
    status: 404,
    path: ({ id, agency }) => `/v1/events/${id}/proof?agency=${agency}`,
    isPlanted: true,
  },
  // That something stands in the list of an agency is for all of it to know: what names others is a leaf of it that is not opened.
  { name: 'proof of an item', hidings: ['agency'], status: 200, path: ({ item }) => `/v1/items/${item}/proof?events=true` },
];
