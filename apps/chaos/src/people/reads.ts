/** What the workload reads, on every channel: as people of all agencies, as nobody, and by keys that were revoked. */
import type { Random } from '../random.ts';
import type { Answer, Asked, Caller } from './caller.ts';
import { anyItem } from './drawn-documents.ts';
import type { Model } from './model.ts';
import { audits, type Key } from './world.ts';
import type { Writes } from './writes.ts';

/** Entries that one stream may have to tell: so many are one page of it. */
const STREAM_ENTRIES = 60;
const PAGES_MAX = 3;
const BEHALVES = ['case 12', 'the prosecutor', 'kim'] as const;

interface Ask {
  readonly random: Random;
  readonly key: Key | null;
  /** As asked, on whose behalf, for a page of some length. */
  read(operation: string, path: string, more?: Partial<Asked>): Promise<Answer>;
  /** Follows `next` for some pages. */
  pages(operation: string, path: string): Promise<void>;
}

type Read = (ask: Ask, reads: Reads) => Promise<unknown>;

/** Each as often as it stands here. */
const READS: readonly (readonly [weight: number, read: Read])[] = [
  [3, ({ random, pages }) => pages('listEvents', `/v1/events?limit=${random.between(1, 60)}${explain(random)}`)],
  [5, ({ read, random }, reads) => read('getEvent', `/v1/events/${reads.event(random)}${explain(random)}`)],
  [3, ({ read, random }) => read('getItem', `/v1/items/${anyItem(random)}${random.below(4) === 0 ? '?explain=1' : ''}`)],
  [4, ({ random, pages }) => pages('getTimeline', `/v1/items/${anyItem(random)}/timeline?limit=${random.between(1, 30)}${explain(random)}`)],
  [2, ({ read, random }, reads) => read('diffItem', `/v1/items/${anyItem(random)}/diff?from=log:${random.below(reads.model.seenSize + 1)}`)],
  [3, ({ read, random }) => read('search', `/v1/search?q=${encodeURIComponent(anyItem(random).split(':')[1]?.slice(-6) ?? '')}&limit=${random.between(1, 20)}`)],
  [2, ({ random, pages }) => pages('searchSightings', `/v1/search/sightings?${random.pick(['text=seen', 'unidentified=1', 'since=2000', 'source=tip'])}&limit=${random.between(1, 20)}`)],
  [3, audit],
  [1, ({ read }) => read('getPolicy', '/v1/policy')],
  [1, ({ read }) => read('listConflicts', '/v1/conflicts')],
  [2, ({ random, pages }) => pages('listQuestions', `/v1/questions?limit=${random.between(1, 20)}`)],
  [1, ({ read, random }) => (random.below(2) === 0 ? read('listSessions', '/v1/sessions') : read('listDeadLetters', '/v1/dead-letters'))],
  [1, ({ read, random }, reads) => read('proveRead', `/v1/audit/reads/${random.below(reads.model.seenReads + 1)}/proof`)],
  [2, receipt],
  [2, ({ read, random }, reads) => read('proveEvent', `${reads.event(random).replace(/^([^?]+)/, '/v1/events/$1/proof')}${random.pick(['', '', '&open=place,items', '&open=occurred'])}`)],
  [2, ({ read, random }) => read('proveItem', `/v1/items/${anyItem(random)}/proof?events=${random.below(3) > 0}${random.below(4) === 0 ? '&group=clear' : ''}`)],
  [1, ({ random, pages }) => pages('listEvidence', `/v1/evidence?limit=${random.between(1, 20)}`)],
  [4, evidence],
  [3, stream],
  [2, twice],
]; // prettier-ignore

const explain = (random: Random): string => (random.below(5) === 0 ? '&explain=1' : '');

export class Reads {
  readonly model: Model;
  readonly writes: Writes;
  readonly #caller: Caller;
  readonly #random: Random;

  constructor(caller: Caller, model: Model, writes: Writes, random: Random) {
    this.#caller = caller;
    this.model = model;
    this.writes = writes;
    this.#random = random;
  }

  /** One read of some kind, of one or some pages. @param keys of whom one asks */
  async some(keys: readonly Key[]): Promise<void> {
    const random = this.#random;
    const key = random.below(20) === 0 ? null : random.pick(keys);
    let drawn = random.below(READS.reduce((sum, [weight]) => sum + weight, 0));
    const found = READS.find(([weight]) => (drawn -= weight) < 0);
    const read: Ask['read'] = (operation, path, more = {}) => {
      const behalf = random.below(5) === 0 ? random.pick(BEHALVES) : null;
      return this.#caller.read({ operation, key, path, behalf, ...more });
    };
    const pages: Ask['pages'] = async (operation, path) => {
      let cursor = '';
      for (let page = 0; page < PAGES_MAX; page++) {
        const { body } = await read(operation, `${path}${cursor}`);
        const { next = null } = (body ?? {}) as { next?: string | null };
        if (next === null) return;
        cursor = `&cursor=${encodeURIComponent(next)}`;
      }
    };
    await found?.[1]({ random, key, read, pages }, this);
  }

  /** `id?agency=` of one that was acknowledged, or of none. */
  event(random: Random): string {
    const { events } = this.writes;
    if (events.length === 0 || random.below(20) === 0) return 'none?agency=acme';
    const { agency, id } = random.pick(events);
    return `${encodeURIComponent(id)}?agency=${agency}`;
  }

  file(random: Random, key: Key | null): string | null {
    const agencies = key === null || random.below(3) === 0 ? [...new Set(this.model.uploads.values())] : [key.who.agency];
    const files = agencies.flatMap((agency) => this.writes.filesOf(agency));
    return files.length === 0 ? null : random.pick(files);
  }
}

async function audit({ random, key, pages }: Ask): Promise<void> {
  // Of who may not list it one is refused now and then.
  if (key !== null && !audits(key.who) && random.below(5) > 0) return;
  const q = random.pick(['', 'action:read', 'action:read', 'actor:eva', 'actor:acme/max', `item:${anyItem(random)}`, 'action:observation']);
  await pages('listAudit', `/v1/audit?q=${encodeURIComponent(q)}&limit=${random.between(1, 40)}`);
}

async function receipt({ random, key, read }: Ask, { writes }: Reads): Promise<void> {
  const own = writes.events.filter(({ agency }) => agency === key?.who.agency);
  if (own.length === 0) return;
  const { agency, id } = random.pick(own);
  await read('getReceipt', `/v1/receipts/${agency}/${encodeURIComponent(id)}`);
}

async function evidence({ random, key, read }: Ask, reads: Reads): Promise<void> {
  const sha256 = reads.file(random, key);
  if (sha256 === null) return;
  const path = `/v1/evidence/sha256/${sha256}`;
  const kind = random.below(6);
  if (kind === 0) await read('headEvidence', path, { method: 'HEAD', sha256 });
  else if (kind === 1) await read('viewEvidence', `${path}/view`, { sha256 });
  else if (kind < 4) await read('getCustody', `${path}/custody`, { sha256 });
  else await read('getEvidence', path, { sha256, ...(kind === 4 ? { headers: { range: 'bytes=0-9' } } : {}) });
}

/** The end of the log; now and then its reader leaves in the middle. */
async function stream({ random, read }: Ask, { model }: Reads): Promise<void> {
  const since = Math.max(0, model.seenSize - random.below(STREAM_ENTRIES));
  const leaves = random.below(3) === 0 ? { leaveAfter: random.between(1, 10) } : {};
  await read('streamEvents', `/v1/stream?since=log:${since}&until=now`, leaves);
}

/** By somebody who has the answer already. */
async function twice({ random, key, read }: Ask, reads: Reads): Promise<void> {
  if (key === null) return;
  const path = `/v1/events/${reads.event(random)}&asOf=log:${reads.model.seenSize}`;
  const { etag, status } = await read('getEvent', path);
  if (etag !== null && status === 200) await read('getEvent', path, { headers: { 'if-none-match': etag } });
}
