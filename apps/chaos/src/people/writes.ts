/** What the workload writes: sightings in each form that capture takes, evidence, acts of policy; sent again, sent otherwise, sent by who may not. */
import { sha256Hex } from '#lib/ledger';
import type { Random } from '../random.ts';
import type { Caller } from './caller.ts';
import { actOf, drawDocument, isPlain, type Drawn } from './drawn-documents.ts';
import type { Model, ModelEvent } from './model.ts';
import { submits, type Act, type Key, type Person } from './world.ts';

const OWN_EVIDENCE = { tlp: 'AMBER+STRICT' } as const;
const FILE_BYTES_MAX = 40_000;
/** Of what was cut off so much is sent again until it is acknowledged; the rest nobody knows about. */
const SENT_AGAIN_OF_TEN = 7;

interface Sent {
  readonly drawn: Drawn;
  readonly key: Key;
}

interface File {
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly event: ModelEvent;
}

interface RowAnswer {
  readonly row: number;
  readonly status: 'accepted' | 'duplicate' | 'refused';
}

export class Writes {
  /** Acknowledged, in that order. */
  readonly events: ModelEvent[] = [];
  readonly problems: string[] = [];
  readonly counts = { documents: 0, acknowledged: 0, sentAgain: 0, refusedAsDue: 0, files: 0 };
  readonly #caller: Caller;
  readonly #model: Model;
  readonly #random: Random;
  readonly #documents = new Map<string, Sent>();
  /** Cut off, and to be sent again. */
  readonly #open = new Set<Sent>();
  readonly #openFiles = new Map<File, Key>();
  readonly #files = new Map<string, File[]>();
  /** Some attempt has no answer: it may have come through. */
  readonly #wasCut = new Set<string>();
  #ids = 0;

  constructor(caller: Caller, model: Model, random: Random) {
    this.#caller = caller;
    this.#model = model;
    this.#random = random;
  }

  nextId(): string {
    return `w-${(++this.#ids).toString().padStart(6, '0')}`;
  }

  filesOf(agency: string): readonly string[] {
    return (this.#files.get(agency) ?? []).map(({ sha256 }) => sha256);
  }

  /** One document, a list, or a stream of lines. */
  async submit(key: Key): Promise<void> {
    const form = this.#random.pick(['one', 'one', 'list', 'lines'] as const);
    const count = form === 'one' ? 1 : this.#random.between(2, form === 'list' ? 5 : 10);
    const rows = Array.from({ length: count }, () => ({
      drawn: drawDocument(this.#random, this.#model, key.who, this.nextId(), this.filesOf(key.who.agency), this.events),
      key,
    }));
    await this.#send(rows, form);
  }

  /** What was cut off once more, or else what was acknowledged: the same bytes are the same event. */
  async again(): Promise<void> {
    const [open] = this.#open;
    const [file] = this.#openFiles;
    if (open !== undefined) return this.#send([open], 'one');
    if (file !== undefined) return this.#putFile(...file);
    const sent = this.events.length === 0 ? undefined : this.#documents.get(this.#random.pick(this.events).ref);
    this.counts.sentAgain += 1;
    if (sent !== undefined) await this.#send([sent], 'one');
  }

  /** All that is to be sent again is acknowledged. Rejects where that does not come to be. */
  async settle(): Promise<void> {
    for (let tries = 0; this.#open.size + this.#openFiles.size > 0; tries++) {
      if (tries > this.#open.size + this.#openFiles.size + 100) throw new Error('what was cut off is not taken, however often it is sent');
      await this.again();
    }
  }

  /** Other bytes under an id that is taken, by its author; and a document by somebody who may not write: nothing of either is kept. */
  async unwelcome(keys: readonly Key[]): Promise<void> {
    const reader = keys.find(({ who }) => !submits(who));
    const seen = this.events.filter((event) => isPlain(event) && this.#model.seen.has(event.ref));
    if (this.#random.below(2) === 0 && seen.length > 0) {
      const target = this.#random.pick(seen);
      const sent = this.#documents.get(target.ref);
      if (sent === undefined) return;
      const other = { ...(JSON.parse(sent.drawn.text) as object), grade: 'F6', source: { kind: 'other' } };
      const answer = await this.#caller.write(sent.key, 'POST', '/v1/events', 'application/json', JSON.stringify(other));
      // One whose key was revoked meanwhile is refused for that.
      this.#expect(answer, [401, 409], `other bytes under ${target.ref}`);
      return;
    }
    if (reader === undefined) return;
    const drawn = drawDocument(this.#random, this.#model, reader.who, this.nextId(), [], this.events);
    this.#model.add(drawn.event, drawn.handling).outcome = 'refused';
    const answer = await this.#caller.write(reader, 'POST', '/v1/events', 'application/json', drawn.text);
    this.#expect(answer, [401, 403], `${drawn.event.ref} by a key that may not write`);
  }

  #expect({ status, isWhole }: { readonly status: number; readonly isWhole: boolean }, statuses: readonly number[], what: string): void {
    if (!isWhole || status >= 500) return;
    this.counts.refusedAsDue += 1;
    if (!statuses.includes(status)) this.problems.push(`${what} was answered ${status}`);
  }

  async evidence(key: Key): Promise<void> {
    const known = this.#files.get(key.who.agency) ?? [];
    const file = known.length > 0 && this.#random.below(4) === 0 ? this.#random.pick(known) : this.#newFile(key.who);
    await this.#putFile(file, key);
  }

  #newFile(who: Person): File {
    const head = Buffer.from(`evidence of ${who.agency}, ${this.#random.word()}\n`);
    const bytes = Buffer.concat([head, this.#random.bytes(this.#random.between(1, FILE_BYTES_MAX))]);
    const sha256 = sha256Hex(bytes);
    const id = `received:${sha256}`;
    const event: ModelEvent = {
      ...{ ref: `${who.agency}/${id}`, id, agency: who.agency, principal: who.principal, kind: 'evidence', items: [], evidence: [sha256] },
      ...{ contentHash: null, outcome: 'unknown', sent: Date.now(), logIndex: null },
    };
    this.#model.uploads.set(sha256, who.agency);
    return { sha256, bytes, event: this.#model.add(event, OWN_EVIDENCE) };
  }

  async #putFile(file: File, key: Key): Promise<void> {
    const { sha256, bytes, event } = file;
    this.#openFiles.delete(file);
    const { status, text, isWhole } = await this.#caller.write(
      key,
      'PUT',
      `/v1/evidence/sha256/${sha256}`,
      'application/octet-stream',
      bytes,
    );
    if (isWhole && (status === 201 || status === 200)) {
      const { receipt } = JSON.parse(text) as { receipt: { contentHash: string } | null };
      event.contentHash ??= receipt?.contentHash ?? null;
      if (event.outcome === 'acknowledged') return;
      event.outcome = 'acknowledged';
      this.counts.files += 1;
      this.#files.set(event.agency, [...(this.#files.get(event.agency) ?? []), file]);
    } else if (event.outcome !== 'acknowledged' && isWhole && status < 500) {
      if (!this.#wasCut.has(event.ref)) event.outcome = 'refused';
    } else if (event.outcome !== 'acknowledged') {
      this.#wasCut.add(event.ref);
      // Whose it is stands in the event: the same person sends it again.
      this.#openFiles.set(file, key);
    }
  }

  /** Acknowledged when it resolves, however often it has to be sent. @param ready resolves when the server is there */
  async surely(drawn: Drawn, key: Key, ready: () => Promise<void>): Promise<ModelEvent> {
    const sent = { drawn, key };
    for (let tries = 0; drawn.event.outcome !== 'acknowledged'; tries++) {
      if (tries > 50) throw new Error(`${drawn.event.ref} is not taken, however often it is sent`);
      await ready();
      await this.#send([sent], 'one');
      if (drawn.event.outcome === 'refused') throw new Error(`${drawn.event.ref} was refused: ${drawn.text}`);
    }
    this.#open.delete(sent);
    return drawn.event;
  }

  act(act: Act, key: Key, ready: () => Promise<void>): Promise<ModelEvent> {
    return this.surely(actOf(act, this.nextId(), key.who), key, ready);
  }

  /** Several acts that do not rest on each other. */
  async acts(acts: readonly Act[], key: Key): Promise<readonly ModelEvent[]> {
    const rows = acts.map((act) => ({ drawn: actOf(act, this.nextId(), key.who, { tlp: 'GREEN' }), key }));
    await this.#send(rows, 'list');
    const events = rows.map(({ drawn }) => drawn.event);
    const missing = events.filter(({ outcome }) => outcome !== 'acknowledged');
    if (missing.length > 0) throw new Error(`acts of policy were not taken: ${missing.map(({ ref }) => ref).join(' ')}`);
    return events;
  }

  /** Never rejects. */
  async #send(rows: readonly Sent[], form: 'one' | 'list' | 'lines'): Promise<void> {
    for (const sent of rows) {
      const { event, handling } = sent.drawn;
      if (!this.#documents.has(event.ref)) {
        this.counts.documents += 1;
        this.#model.add(event, handling);
        this.#documents.set(event.ref, sent);
      }
      this.#open.delete(sent);
    }
    const texts = rows.map(({ drawn }) => drawn.text);
    const body = form === 'one' ? (texts[0] ?? '') : form === 'list' ? `[${texts.join()}]` : texts.map((text) => `${text}\n`).join('');
    const type = form === 'lines' ? 'application/x-ndjson' : 'application/json';
    const key = (rows[0] as Sent).key;
    const path = form === 'lines' ? '/v1/events?onError=proceed' : '/v1/events';
    const came = await this.#caller.write(key, 'POST', path, type, body);
    const answers = answersOf(form, came);
    for (const [row, sent] of rows.entries()) this.#take(sent, answers(row), came.isWhole && came.status >= 400 && came.status < 500);
  }

  #take(sent: Sent, answer: RowAnswer['status'] | null, isRefused: boolean): void {
    const { event } = sent.drawn;
    if (event.outcome === 'acknowledged') return;
    if (answer === 'accepted' || answer === 'duplicate') {
      event.outcome = 'acknowledged';
      this.counts.acknowledged += 1;
      this.events.push(event);
    } else if (answer === 'refused' || isRefused) {
      // Of one that was cut off before, a refusal of now says nothing: the first may have come through.
      if (event.outcome === 'unknown' && !this.#wasCut.has(event.ref)) event.outcome = 'refused';
    } else {
      this.#wasCut.add(event.ref);
      if (this.#random.below(10) < SENT_AGAIN_OF_TEN) this.#open.add(sent);
    }
  }
}

/** By row. A stream that breaks off has answered the rows before the break. */
function answersOf(
  form: 'one' | 'list' | 'lines',
  { status, text, isWhole }: { readonly status: number; readonly text: string; readonly isWhole: boolean },
): (row: number) => RowAnswer['status'] | null {
  const isGood = status >= 200 && status < 300;
  if (!isGood || (form !== 'lines' && !isWhole)) return () => null;
  if (form === 'one') return () => (JSON.parse(text) as RowAnswer).status;
  const rows =
    form === 'list'
      ? (JSON.parse(text) as { readonly results: readonly RowAnswer[] }).results
      : text.slice(0, text.lastIndexOf('\n') + 1).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RowAnswer])); // prettier-ignore
  const byRow = new Map(rows.map((each) => [each.row, each.status]));
  return (row) => byRow.get(row) ?? null;
}
