/**
 * Who watches the log of a drill from outside: a witness and an auditing witness (apps/witness), each over HTTP with a key and a state of its own.
 * Before a tampering they cosigned a head of the log as it was. Then the log goes on as its operator's sealer would: it asks at its start what
 * they know, and offers them its newest head. The auditing witness is started then, so that it reads the log and its links from the beginning.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkWitnesses,
  Cosigning,
  type SignedCheckpoint,
  storedConsistency,
  storedRoot,
  type WitnessClient,
  witnessClient,
} from '#app/sealer';
import { type RunningWitness, startWitness } from '#app/witness';
import { formatCheckpoint, openNote, originHash, parseVerifierKey, type SigningKey, signText, utf8, type VerifierKey } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { checkpointOf, lastSeal, type StoreClient, type StorePool } from '#lib/store';
import type { DrillCopy } from './drill-copy.ts';
import { serveScene, type ServedScene } from './served-scene.ts';

/** By what each noticed it; `null`: it did not, and cosigned. */
export interface Observed {
  readonly witness: string | null;
  readonly auditing: string | null;
}

export interface Observers {
  /**
   * What they make of the log as this connection sees it.
   * @param size of the head that they cosigned before, one of the copy's; 0: they know nothing of this log
   */
  observe(client: StoreClient, size: number): Promise<Observed>;
  close(): Promise<void>;
}

const NAMES = { witness: 'witness.drill', auditing: 'auditor.drill' } as const;
type Who = keyof typeof NAMES;
const BOTH = ['witness', 'auditing'] as const;
/** What is offered is answered in milliseconds; a machine that does something else needs longer. */
const ANSWER_MS = 60_000;
const TIMES = { retryMs: 20, retryMsMax: 200, refusedMs: 60_000, alarmMs: 60_000 };
const STILL_READING = 'the log is still being read';
/** A witness that did not answer has noticed nothing; it is asked again, and one that never does ends the drill. */
const SILENT: ReadonlySet<string> = new Set(['seal.witness-failed', 'seal.witnesses-silent', 'seal.unwitnessed']);
const NO_ANSWER = 'a witness did not answer';

/**
 * @param client a connection of the copy, before anything is tampered with: they are shown its heads one after another
 * @param answerMs how long one question may take; silence is nothing that was noticed, and ends the drill
 */
export async function startObservers(copy: DrillCopy, client: StoreClient, answerMs = ANSWER_MS): Promise<Observers> {
  const watching = new Watching(copy, await serveScene(copy.pool, client), answerMs);
  try {
    for (const { size } of copy.heads) await upTo(client, size, () => watching.cosign(client, size));
    return watching;
  } catch (error) {
    await watching.close();
    throw error;
  }
}

class Watching implements Observers {
  private readonly copy: DrillCopy;
  private readonly scene: ServedScene;
  private readonly folder = mkdtempSync(join(tmpdir(), 'custody-observers-'));
  private readonly ending = new AbortController();
  private readonly asking: WitnessClient;
  /** What they had cosigned, by size. */
  private readonly kept = new Map<number, Readonly<Record<Who, Buffer>>>();

  constructor(copy: DrillCopy, scene: ServedScene, answerMs: number) {
    this.copy = copy;
    this.scene = scene;
    this.asking = witnessClient(this.ending.signal, answerMs);
  }

  /** Throws where one of them does not: nobody has tampered yet. */
  async cosign(client: StoreClient, size: number): Promise<void> {
    for (const who of BOTH) {
      const refused = await this.offered(who, client);
      if (refused !== null) throw new Error(`${NAMES[who]} does not cosign the untouched log: ${refused}`);
    }
    this.kept.set(size, { witness: readFileSync(this.fileOf('witness')), auditing: readFileSync(this.fileOf('auditing')) });
  }

  async observe(client: StoreClient, size: number): Promise<Observed> {
    this.scene.show(client);
    const found = { witness: null as string | null, auditing: null as string | null };
    for (const who of BOTH) {
      this.putBack(who, size);
      found[who] = await this.offered(who, client);
    }
    // An auditing witness is a witness as well.
    return { witness: found.witness, auditing: found.auditing ?? found.witness };
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.scene.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** As the sealer of apps/custody does it at its start: it asks what the witness knows, then offers its newest head. `null`: it is cosigned. */
  private async offered(who: Who, shown: StoreClient): Promise<string | null> {
    const { pool } = this.scene;
    const { key } = this.copy;
    const said = new Said();
    const running = await this.start(who, said);
    const witness = keyOf((who === 'auditing' ? running.mapVerifierKey : running.verifierKey) ?? '');
    const policy = { witnesses: [{ key: witness, url: running.url }], threshold: 1 };
    const proof = (first: bigint, second: bigint): Promise<Uint8Array[]> => storedConsistency(pool, first, second);
    const cosigning = new Cosigning({ policy, client: this.asking, proof, log: said.log, times: TIMES });
    try {
      // Of an auditing witness it asks the key of its own, which is that of any witness.
      if (who === 'witness') await checkWitnesses({ policy, client: this.asking, pool, key, log: said.log });
      const head = await newestHead(shown, pool, key);
      return head === null ? null : await said.until((settle) => cosigning.offer(head, () => Promise.resolve(settle(null))));
    } catch (error) {
      return sealCode(error);
    } finally {
      cosigning.withdraw();
      await running.close();
    }
  }

  private start(who: Who, said: Said): Promise<RunningWitness> {
    const { origin, key } = this.copy;
    return startWitness({
      folder: join(this.folder, who),
      name: NAMES[who],
      logKeys: [key],
      host: '127.0.0.1',
      port: 0,
      log: said.log,
      map: who === 'auditing' ? { origin, prefix: this.scene.prefix } : null,
    });
  }

  private putBack(who: Who, size: number): void {
    const state = this.kept.get(size);
    if (state === undefined) rmSync(this.fileOf(who), { force: true });
    else writeFileSync(this.fileOf(who), state[who], { mode: 0o600 });
    rmSync(this.fileOf(who, 'refused'), { force: true });
  }

  /** Of a witness's state: see cosignedCheckpoints and refusalFile of apps/witness. */
  private fileOf(who: Who, what: 'checkpoint' | 'refused' = 'checkpoint'): string {
    return join(this.folder, who, `${originHash(this.copy.origin)}.${what}`);
  }
}

/** The work within a transaction in which the log ends with this seal; then it is as it was. */
async function upTo(client: StoreClient, size: number, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    await client.query('delete from proof.seals where log_index >= $1::bigint', [size]);
    await work();
  } finally {
    await client.query('rollback');
  }
}

/** By which a sealer stops. Throws whatever is none. */
function sealCode(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('seal.')) throw error;
  if (SILENT.has(code)) throw new Error(NO_ANSWER, { cause: error });
  return code;
}

/** What a sealer that starts again offers: the head of the newest seal as it is stored, or signed anew where it is not. `null`: nothing is sealed. */
async function newestHead(shown: StoreClient, pool: StorePool, key: SigningKey<'log'>): Promise<SignedCheckpoint | null> {
  const seal = await lastSeal(shown);
  if (seal === null) return null;
  const size = seal.logIndex + 1;
  const opened = openNote(utf8((await checkpointOf(shown, size))?.note ?? ''), [key]);
  const text = opened.ok
    ? opened.value.text
    : formatCheckpoint({ origin: key.name, size: BigInt(size), root: await storedRoot(pool, BigInt(size)), extension: [] });
  return { size, text, signatures: [signText(key, text)] };
}

function keyOf(text: string): VerifierKey<'witness'> {
  const key = parseVerifierKey(text, 'witness');
  if (!key.ok) throw new Error(key.fault.detail);
  return key.value;
}

/** What sealer and witness say, as far as it settles an offer. */
class Said {
  private settle: (code: string | null) => void = () => undefined;

  readonly log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_, fields = {}) => this.take(fields),
    error: (_, fields = {}) => this.take(fields),
    with: () => this.log,
  };

  /** Rejects where nothing is said in time. */
  async until(offer: (settle: (code: string | null) => void) => void): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<string | null>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(NO_ANSWER)), ANSWER_MS);
      this.settle = resolve;
      offer(resolve);
    }).finally(() => clearTimeout(timer));
  }

  private take({ code, why }: NonNullable<Parameters<Log['warn']>[1]>): void {
    if (why === STILL_READING || SILENT.has(String(code))) return;
    // Without a code: the auditing witness cosigned, and not by the key of maps.
    this.settle(code ?? 'the map is not cosigned');
  }
}
