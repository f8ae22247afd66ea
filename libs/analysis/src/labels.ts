/** For whom a conclusion is: the strictest of all that it follows from, the record or the position that ends it too. */
import type { TlpLabel } from '#lib/domain';
import type { Containment } from './containments.ts';
import { strictest } from './grades.ts';
import type { Gap } from './silences.ts';

/** Of both positions: when the one was, and where, follows from the track of each. */
export const gapHandling = ({ since, until }: Gap): TlpLabel =>
  strictest([since, ...(until === null ? [] : [until])].map(({ track }) => track.handling.tlp));

/** Of the loading, and of what ended its proof. */
export function endingHandling({ loading, ending }: Containment): TlpLabel {
  const labels: TlpLabel[] = [loading.handling.tlp];
  if (ending !== undefined && 'by' in ending && ending.by !== undefined) labels.push(ending.by.handling.tlp);
  if (ending?.kind === 'dark') labels.push(gapHandling(ending.gap));
  if (ending?.kind === 'called' && ending.position !== undefined) labels.push(ending.position.track.handling.tlp);
  return strictest(labels);
}
