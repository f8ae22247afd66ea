/** What changes who may do or see what, while the workload runs: keys that are granted and revoked, and markings, which are made alone. */
import { newApiKey } from '../../../custody/src/access/api-key.ts';
import type { Random } from '../random.ts';
import { until } from '../wait.ts';
import type { Caller } from './caller.ts';
import { isPlain, markingOf, stricter, wider } from './drawn-documents.ts';
import { readerGroups, type Handling, type Model, type ModelEvent } from './model.ts';
import type { Served } from './served.ts';
import { AGENCIES, nameOf, OPERATOR, PEOPLE, settingUp, submits, type Key, type Person } from './world.ts';
import type { Writes } from './writes.ts';

/** A kill may come in between, and the server comes back. */
const EFFECT_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 25;
const HOUR_MS = 3_600_000;

type HashedKey = Key & { readonly sha256: string };

function newKey(who: Person): HashedKey {
  const { id, text, sha256 } = newApiKey();
  return { id, text, sha256, who };
}

interface ChangeParts {
  readonly served: Served;
  readonly caller: Caller;
  readonly model: Model;
  readonly writes: Writes;
  readonly random: Random;
}

export class Changes {
  /** By which people ask now; the first of each person is never revoked. */
  readonly keys: Key[] = [];
  readonly revoked: Key[] = [];
  readonly counts = { granted: 0, revoked: 0, closed: 0, opened: 0, emergencies: 0 };
  readonly #first = new Map<string, Key>();
  readonly #parts: ChangeParts;
  readonly #ready: () => Promise<void>;

  /** @param ready resolves when the server is there */
  constructor(parts: ChangeParts, ready: () => Promise<void>) {
    this.#parts = parts;
    this.#ready = ready;
  }

  keyOf(who: string): Key {
    const key = this.#first.get(who);
    if (key === undefined) throw new Error(`${who} has no key`);
    return key;
  }

  /** All agencies, their people and keys are there. */
  async setUp(): Promise<void> {
    const { served, writes } = this.#parts;
    const own = newKey(OPERATOR);
    const { id: key, sha256 } = own;
    const act = { act: 'key.add', agency: OPERATOR.agency, principal: OPERATOR.principal, key, sha256, scopes: OPERATOR.roles };
    // By the key that commands on the machine of the server have.
    await writes.act(act, { id: '', text: served.operatorKey(), who: OPERATOR }, this.#ready);
    await this.#holds(own);
    const keys = PEOPLE.map(newKey);
    for (const acts of settingUp(keys)) {
      const events = await writes.acts(acts, own);
      for (const event of events) await this.#inLedger(event);
    }
    for (const each of keys) await this.#holds(each);
    for (const each of [own, ...keys]) this.#first.set(nameOf(each.who), each);
    this.keys.push(...keys);
  }

  async grant(): Promise<void> {
    const { random, writes } = this.#parts;
    const who = random.pick(PEOPLE);
    const { id, text, sha256 } = newKey(who);
    const act = { act: 'key.add', agency: who.agency, principal: who.principal, key: id, sha256, scopes: who.roles };
    await writes.act(act, this.keyOf(`${who.agency}/chief`), this.#ready);
    const key = { id, text, who };
    await this.#holds(key);
    this.keys.push(key);
    this.counts.granted += 1;
  }

  /** Who asks by it meanwhile is answered or refused: what was answered is recorded. */
  async revoke(): Promise<void> {
    const { random, writes } = this.#parts;
    const given = this.keys.filter((key) => this.#first.get(nameOf(key.who)) !== key);
    if (given.length === 0) return;
    const key = random.pick(given);
    this.keys.splice(this.keys.indexOf(key), 1);
    const act = { act: 'key.revoke', agency: key.who.agency, key: key.id };
    await writes.act(act, this.keyOf(`${key.who.agency}/chief`), this.#ready);
    this.revoked.push(key);
    this.counts.revoked += 1;
  }

  /** One event is marked, and that is in effect. To be called while nothing else is under way. */
  async mark(): Promise<void> {
    const { random, model, writes } = this.#parts;
    const agency = random.pick(AGENCIES);
    const markers = PEOPLE.filter((person) => person.agency === agency && submits(person) && person.principal !== 'chief');
    const marker = random.pick(markers);
    const own = writes.events.filter(
      (event) => event.agency === agency && isPlain(event) && !model.isMarked(event.ref) && model.isVisible(event, marker, model.epoch),
    );
    if (own.length === 0) return;
    const target = random.pick(own);
    const held = model.handling(target.ref, model.epoch);
    const open = random.below(2) === 0 ? wider(random, held) : null;
    const said = open ?? stricter(random, held, target);
    if (said === null) return;
    const key = this.keyOf(nameOf(marker));
    // Of what is opened the marking itself is for those alone who see the target until then.
    const marking = await writes.surely(markingOf(target, said, open === null ? said : held, writes.nextId(), marker), key, this.#ready);
    if (open !== null) await this.#approve(marking, agency);
    await this.#inEffect(target, said);
    model.mark(target.ref, said);
    if (open !== null) model.open(marking.ref, readerGroups(said, agency));
    this.counts[open === null ? 'closed' : 'opened'] += 1;
  }

  /** Somebody who investigates declares an emergency, or ends the one that lasts. To be called while nothing else is under way. */
  async emergency(): Promise<void> {
    const { random, model, writes } = this.#parts;
    const who = random.pick(PEOPLE.filter(({ roles }) => roles.includes('investigator')));
    const key = this.keyOf(nameOf(who));
    const lasts = !model.isEmergency(key.id, model.epoch);
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    const { agency, principal } = who;
    await writes.act(
      lasts
        ? { act: 'break-glass.open', reason: 'a shipment leaves', until, key: key.id }
        : { act: 'break-glass.close', agency, principal },
      key,
      this.#ready,
    );
    await this.#policy(`the emergency of ${nameOf(who)}`, key, (body) => {
      const { emergencies } = body as { emergencies: readonly { principal: string }[] };
      return emergencies.some((each) => each.principal === principal) === lasts;
    });
    model.setEmergency(key.id, lasts);
    if (lasts) this.counts.emergencies += 1;
  }

  async #approve(marking: ModelEvent, agency: string): Promise<void> {
    await this.#inLedger(marking);
    const act = { act: 'marking.approve', marking: marking.id, sha256: marking.contentHash };
    await this.#parts.writes.act(act, this.keyOf(`${agency}/chief`), this.#ready);
  }

  /** A key is known within moments of being in the ledger. */
  #holds(key: Key): Promise<void> {
    return this.#policy(`the key of ${nameOf(key.who)}`, key, () => true);
  }

  /** Of what the policy says nobody is told by an emergency: asking for it is the same before and after. */
  async #policy(what: string, key: Key, isSo: (body: unknown) => boolean): Promise<void> {
    const ask = async (): Promise<boolean> => {
      await this.#ready();
      const { status, body } = await this.#parts.caller.read({ operation: 'getPolicy', key, path: '/v1/policy' });
      return status === 200 && isSo(body);
    };
    await until(`${what} to hold`, EFFECT_WITHIN_MS, ask, 100);
  }

  /** Looked up in the database: whoever asked the API would be recorded, by what is true before or after. */
  #inLedger({ agency, id }: ModelEvent): Promise<void> {
    return this.#found('select from ledger.entries where agency = $1 and id = $2', [agency, id], `${agency}/${id}`);
  }

  #inEffect({ agency, id }: ModelEvent, handling: Handling): Promise<void> {
    const text =
      'select from ledger.entries e join ledger.handlings h using (log_index) where e.agency = $1 and e.id = $2 and h.handling::jsonb = $3::jsonb';
    return this.#found(text, [agency, id, JSON.stringify(handling)], `the marking of ${agency}/${id}`);
  }

  async #found(text: string, values: readonly unknown[], what: string): Promise<void> {
    const look = (): Promise<boolean> =>
      this.#parts.served.withOwner(async (pool) => ((await pool.query(text, [...values])).rowCount ?? 0) > 0);
    await until(`${what} to be in the ledger`, EFFECT_WITHIN_MS, look, LOOK_EVERY_MS);
  }
}
