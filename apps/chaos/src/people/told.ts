/** What one auditor is told of the trail: of what stands there that which is for him. Pure. */
import type { Model } from './model.ts';
import type { ReadRecord } from './oracle.ts';
import { nameOf, type Person } from './world.ts';

/** Rows of `GET /v1/audit`, as far as they are compared. */
export interface ToldWrite {
  readonly logIndex: number;
  readonly agency: string;
  readonly principal: string;
  readonly action: string;
  readonly id: string;
  readonly items: readonly string[];
  readonly evidence: readonly { readonly sha256: string }[];
  readonly contentHash: string;
}

export type ToldRead = Omit<ReadRecord, 'tenant'> & { readonly n: number };

/** Sentences; none: he is told just what is for him. */
export function problemsOfWrites(model: Model, auditor: Person, told: readonly ToldWrite[]): string[] {
  const due = [...model.events].filter(({ logIndex }) => logIndex !== null).filter((event) => model.isVisible(event, auditor, model.epoch));
  const expected = due.map(({ logIndex, agency, principal, kind, id, items, evidence, contentHash }) =>
    JSON.stringify({
      logIndex,
      agency,
      principal,
      action: kind,
      id,
      items: [...items].sort(),
      evidence: [...evidence].sort(),
      contentHash,
    }),
  );
  const found = told.map(({ logIndex, agency, principal, action, id, items, evidence, contentHash }) =>
    JSON.stringify({ logIndex, agency, principal, action, id, items: [...items].sort(), evidence: evidence.map(({ sha256 }) => sha256).sort(), contentHash }),
  ); // prettier-ignore
  return compared(`entries for ${nameOf(auditor)}`, expected, found);
}

/** @param records all that stood when he began to ask */
export function problemsOfReads(model: Model, auditor: Person, records: readonly ReadRecord[], told: readonly ToldRead[]): string[] {
  const expected = records.flatMap((record) => {
    const shown = record.tenant === auditor.agency ? shownTo(model, auditor, record) : null;
    return shown === null ? [] : [textOf(shown)];
  });
  return compared(`reads for ${nameOf(auditor)}`, expected, told.map(textOf));
}

const textOf = ({ request, operation, agency, principal, items, events, evidence, deadLetters, tlp, emergency, reader }: Omit<ReadRecord, 'tenant'>): string =>
  JSON.stringify({ request, operation, agency, principal, items, events, evidence, deadLetters, tlp, emergency, reader: reader && { address: reader.address, key: reader.key, via: reader.via, behalf: reader.behalf } }); // prettier-ignore

/** What it names and is hidden from him is as if it had not been read; a record of nothing else is none, but of his own reads, and of an emergency: that it was used is for all of his agency. */
function shownTo(model: Model, auditor: Person, record: ReadRecord): ReadRecord | null {
  const events = record.events.filter((ref) => {
    const event = model.event(ref);
    return event === undefined || model.isVisible(event, auditor, model.epoch);
  });
  const items = record.items.filter((item) => model.isThere(item, auditor));
  const evidence = record.evidence.filter((sha256) => model.isOpen(sha256, auditor));
  const hidden = record.events.length + record.items.length + record.evidence.length - events.length - items.length - evidence.length;
  if (hidden === 0) return record;
  const isOwn = record.agency === auditor.agency && record.principal === auditor.principal;
  if (events.length + items.length + evidence.length + record.deadLetters.length === 0 && !isOwn && !record.emergency) return null;
  return { ...record, events, items, evidence, tlp: events.length === record.events.length ? record.tlp : null };
}

/** As lists in which each stands as often as it does. */
function compared(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const each of expected) left.set(each, (left.get(each) ?? 0) + 1);
  const extra = found.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count < 1;
  });
  const missing = [...left].filter(([, count]) => count > 0).map(([each]) => each);
  return [...missing.map((each) => `${what}: missing ${each}`), ...extra.map((each) => `${what}: extra ${each}`)];
}
