/** What is known of evidence, in lines for a terminal. */
import type { EvidenceListView, EvidenceView } from '#lib/contracts';
import { group } from '../progress.ts';

const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
const refText = ({ agency, id }: { readonly agency: string; readonly id: string }): string => `${agency}/${id}`;

export const evidenceLine = ({ sha256, bytes, mediaType, receivedBy, received }: EvidenceListView['evidence'][number]): string =>
  `${sha256}  ${group(bytes).padStart(13)}  ${mediaType}  from ${receivedBy.agency}/${receivedBy.principal} ${minute(received)}`;

export function evidenceText(view: EvidenceView): string[] {
  const { sha256, held, bytes, mediaType, custodian, holders, holds, transfers, mismatches, acts, citedBy, moreCitedBy } = view;
  return [
    sha256,
    held ? `held here: ${group(bytes ?? 0)} bytes, ${mediaType ?? 'of no known type'} by its own bytes` : 'not held here, or not for you',
    custodian === null
      ? 'nobody that you see says to have it'
      : `in the custody of ${custodian.agency} since ${minute(custodian.since)} (stated)`,
    ...holders.map(({ agency, since, by }) => `  ${agency} has it since ${minute(since)}, by ${refText(by)}`),
    ...transfers.map(({ from, to, state, by }) => `  ${from} to ${to}: ${transferText(state)}, by ${refText(by)}`),
    ...holds.map(({ agency, authority, since }) => `LEGAL HOLD of ${agency} since ${minute(since)}: ${authority}`),
    ...(mismatches === 0 ? [] : [`${group(mismatches)} ${mismatches === 1 ? 'ACT HAS' : 'ACTS HAVE'} OTHER HASHES THAN THEY SHOULD`]),
    '',
    'Chain of custody, in the order of the log:',
    ...(acts.length === 0 ? ['  none that you see'] : acts.map(actText)),
    '',
    'Cited by:',
    ...(citedBy.length === 0 ? ['  none that you see'] : citedBy.map(citedText)),
    ...(moreCitedBy ? ['  and more'] : []),
    `As of log size ${group(view.coordinates.asOf.logSize)}.`,
  ];
}

const transferText = (state: EvidenceView['transfers'][number]['state']): string =>
  state === 'accepted' ? 'accepted' : state === 'rejected' ? 'rejected' : `${state}, NOT ACCEPTED: nothing has changed hands`;

function actText({
  event,
  principal,
  captured,
  act,
  step,
  to,
  purpose,
  authority,
  after,
  sha256,
  counts,
  flags,
}: EvidenceView['acts'][number]): string {
  const what = [act, step, to === undefined ? undefined : `to ${to}`].filter((word) => word !== undefined).join(' ');
  const right = authority === undefined ? '' : `, by ${authority}`;
  const other = after === sha256 ? '' : `, hashed to ${after}`;
  return `  ${minute(captured)}  ${what} by ${event.agency}/${principal} for ${purpose}${right}${other} · ${event.id}${counts ? '' : ` [DOES NOT COUNT: ${flags.join(', ')}]`}`;
}

const citedText = ({ event, kind, locators, refs, withdrawn }: EvidenceView['citedBy'][number]): string =>
  `  ${refText(event)}  ${kind}${refs.length === 0 ? '' : ` as ${refs.join(', ')}`}${locators.length === 0 ? '' : ` at ${locators.join(', ')}`}${withdrawn ? ' [WITHDRAWN]' : ''}`;
