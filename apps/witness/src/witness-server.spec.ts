import { jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  formatSigningKey,
  formatVerifierKey,
  openCheckpoint,
  originHash,
  parseVerifierKey,
  signingKey,
  utf8,
  type VerifierKey,
  type WitnessAnswer,
  type WitnessHead,
} from '#lib/ledger';
import { createLog, createWitnessMetrics } from '#lib/runtime';
import { testLog } from '../test-log.ts';
import type { Auditor, Verdict } from './auditor.ts';
import { type CosignedCheckpoints, cosignedCheckpoints } from './cosigned-checkpoints.ts';
import { startWitness, type RunningWitness, type StartOptions } from './index.ts';
import { createWitness, type Witness } from './witness.ts';
import { BODY_BYTES_MAX } from './witness-server.ts';

const demo = testLog();
const fork = testLog(undefined, 'other ');
const other = testLog('other.example');
const unknown = testLog('unknown.example');
const log = createLog({ level: 'silent', secrets: [] });

let folder: string;
const running: RunningWitness[] = [];
const children: ChildProcess[] = [];

const options = (changes: Partial<StartOptions> = {}): StartOptions => ({
  folder,
  name: 'witness.example/w1',
  logKeys: [demo.key, other.key],
  host: '127.0.0.1',
  port: 0,
  log,
  ...changes,
});

async function start(changes: Partial<StartOptions> = {}): Promise<RunningWitness> {
  const witness = await startWitness(options(changes));
  running.push(witness);
  return witness;
}

async function stop(witness: RunningWitness): Promise<void> {
  running.splice(running.indexOf(witness), 1);
  await witness.close();
}

interface Got {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Got> {
  const response = await fetch(url, init);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const add = (witness: { readonly url: string }, body: Uint8Array | string): Promise<Got> =>
  ask(`${witness.url}/add-checkpoint`, { method: 'POST', body } as RequestInit);
const served = (witness: { readonly url: string }, origin: string): Promise<Got> => ask(`${witness.url}/${originHash(origin)}/checkpoint`);

function witnessKey(text: string): VerifierKey<'witness'> {
  const key = parseVerifierKey(text, 'witness');
  if (!key.ok) throw new Error(key.fault.detail);
  return key.value;
}

/** Size, and the times at which the witness cosigned it; null: it does not open. */
function opened(note: Uint8Array | string, verifierKey: string): { size: bigint; times: bigint[] } | null {
  const checkpoint = openCheckpoint(Buffer.from(note as string), { log: [demo.key], witness: [witnessKey(verifierKey)] });
  if (!checkpoint.ok) return null;
  return { size: checkpoint.value.checkpoint.size, times: checkpoint.value.cosignatures.map(({ timestamp }) => timestamp) };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custody-witness-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map((witness) => witness.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a witness answers', () => {
  test('200 with its cosignature, which the log puts behind its checkpoint, and serves the checkpoint from then on', async () => {
    const witness = await start();
    expect(await served(witness, demo.key.name)).toMatchObject({ status: 404 });
    const before = BigInt(Math.floor(Date.now() / 1000));
    const { status, type, text } = await add(witness, demo.request(0, 7));
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8']);
    const cosigned = opened(Buffer.concat([demo.note(7), Buffer.from(text)]), witness.verifierKey);
    expect(cosigned).toEqual({ size: 7n, times: [expect.any(BigInt)] });
    expect((cosigned?.times[0] ?? 0n) >= before).toBe(true);
    expect((await add(witness, demo.request(7, 20))).status).toBe(200);
    const latest = await served(witness, demo.key.name);
    expect([latest.status, opened(latest.text, witness.verifierKey)?.size]).toEqual([200, 20n]);
  });

  test('each log by itself', async () => {
    const witness = await start();
    expect((await add(witness, demo.request(0, 7))).status).toBe(200);
    expect((await add(witness, other.request(0, 3))).status).toBe(200);
    expect((await add(witness, other.request(3, 9))).status).toBe(200);
    expect((await add(witness, demo.request(7, 8))).status).toBe(200);
  });

  test('400 to what is no request, 404 for an unknown log, 403 without its signature', async () => {
    const witness = await start();
    expect(await add(witness, 'old 07\n\n')).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' });
    expect((await add(witness, '')).status).toBe(400);
    expect((await add(witness, demo.request(9, 7))).status).toBe(400);
    expect((await add(witness, unknown.request(0, 7))).status).toBe(404);
    const forged = Buffer.from(demo.request(0, 7)).toString().replace('\n7\n', '\n8\n');
    expect((await add(witness, forged)).status).toBe(403);
    expect((await served(witness, demo.key.name)).status).toBe(404);
    expect((await served(witness, unknown.key.name)).status).toBe(404);
  });

  test('409 with the size that it cosigned last, as a type of its own', async () => {
    const witness = await start();
    expect(await add(witness, demo.request(3, 7))).toEqual({ status: 409, type: 'text/x.tlog.size', text: '0\n' });
    await add(witness, demo.request(0, 7));
    expect(await add(witness, demo.request(0, 9))).toEqual({ status: 409, type: 'text/x.tlog.size', text: '7\n' });
    expect(await add(witness, demo.request(8, 9))).toEqual({ status: 409, type: 'text/x.tlog.size', text: '7\n' });
  });

  test('a fork is named within the one exchange: in the answer, the log and the metric', async () => {
    const lines: string[] = [];
    const witness = await start({
      log: createLog({ level: 'error', secrets: [], destination: { write: (line) => void lines.push(line) } }),
    });
    const size = async (): Promise<string | undefined> =>
      /^custody_witness_fork_entries (\d+)$/m.exec((await ask(`${witness.url}/metrics`)).text)?.[1];
    await add(witness, demo.request(0, 7));
    expect([await size(), lines]).toEqual(['0', []]);
    const { status, text } = await add(witness, fork.request(7, 20));
    expect([status, text]).toEqual([422, expect.stringContaining('the 20 entries offered do not extend the 7 cosigned')]);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { code: 'data.witness-fork', origin: demo.key.name, why: text.trimEnd(), count: 7 },
    ]);
    expect(await size()).toBe('7');
    expect((await ask(`${witness.url}/metrics`)).text).toContain('custody_witness_answers_total{status="422"} 1');
    // Control: what extends it alarms nobody.
    expect((await add(witness, demo.request(7, 20))).status).toBe(200);
    expect(lines).toHaveLength(1);
  });

  test("a stranger who sends the log's own head with hashes that he made up raises no alarm", async () => {
    const lines: string[] = [];
    const witness = await start({
      log: createLog({ level: 'warn', secrets: [], destination: { write: (line) => void lines.push(line) } }),
    });
    await add(witness, demo.request(0, 7));
    const given = Buffer.from(demo.request(7, 20)).toString('utf8');
    const madeUp = given.replace(/^(old 7\n)[\s\S]*?\n\n/, `$1${Buffer.alloc(32, 7).toString('base64')}\n\n`);
    for (let n = 0; n < 3; n++) expect((await add(witness, Buffer.from(madeUp))).status).toBe(422);
    expect(lines.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(['data.witness-proof']);
    // Nor does he fill its log: one line a minute says how many there were.
    const time = Date.now() + 60_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => time);
    await add(witness, Buffer.from(madeUp));
    clock.mockRestore();
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ code: 'data.witness-proof', count: 2 });
    expect((await ask(`${witness.url}/metrics`)).text).toMatch(/^custody_witness_fork_entries 0$/m);
    expect((await add(witness, demo.request(7, 20))).status).toBe(200);
  });

  test('422 to a fork, whatever it proves of itself, and to a second root of one size', async () => {
    const witness = await start();
    await add(witness, demo.request(0, 7));
    expect((await add(witness, fork.request(7, 20))).status).toBe(422);
    expect((await add(witness, fork.request(7, 7))).status).toBe(422);
    expect(opened((await served(witness, demo.key.name)).text, witness.verifierKey)?.size).toBe(7n);
    // Control: the fork is as good as the other to a witness that has seen nothing.
    const folderBefore = folder;
    folder = mkdtempSync(join(tmpdir(), 'custody-witness-'));
    const naive = await start();
    expect((await add(naive, fork.request(0, 7))).status).toBe(200);
    expect((await add(naive, fork.request(7, 20))).status).toBe(200);
    await stop(naive);
    rmSync(folder, { recursive: true });
    folder = folderBefore;
  });

  test('other paths and methods with 404 and 405', async () => {
    const witness = await start();
    expect((await ask(`${witness.url}/`)).status).toBe(404);
    expect((await ask(`${witness.url}/sign-subtree`, { method: 'POST' })).status).toBe(404);
    expect((await ask(`${witness.url}/${originHash(demo.key.name).toUpperCase()}/checkpoint`)).status).toBe(404);
    expect((await ask(`${witness.url}/add-checkpoint`)).status).toBe(405);
    expect((await ask(`${witness.url}/${originHash(demo.key.name)}/checkpoint`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  test('413 to a body above the bound, said in advance or not, and goes on', async () => {
    const witness = await start();
    expect((await add(witness, 'x'.repeat(BODY_BYTES_MAX + 1))).status).toBe(413);
    expect((await add(witness, 'x'.repeat(BODY_BYTES_MAX))).status).toBe(400);
    const stream = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 20; n++) controller.enqueue(new Uint8Array(10_000));
        controller.close();
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await ask(`${witness.url}/add-checkpoint`, init)).status).toBe(413);
    expect((await add(witness, demo.request(0, 7))).status).toBe(200);
  });

  test('a client that goes away within its body disturbs nobody', async () => {
    const witness = await start();
    const { port, hostname } = new URL(witness.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nold 0', () => socket.destroy());
      });
      socket.once('close', () => resolve());
    });
    expect((await add(witness, demo.request(0, 7))).status).toBe(200);
  });
});

describe('of requests that race', () => {
  test('those from one size to different sizes, one is cosigned and the others learn of it', async () => {
    const witness = await start();
    await add(witness, demo.request(0, 7));
    for (let from = 7; from < 100;) {
      const sizes = [from + 1, from + 2, from + 9, from + 3];
      const answers = await Promise.all(sizes.map((size) => add(witness, demo.request(from, size))));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      const won = sizes[answers.findIndex(({ status }) => status === 200)] ?? 0;
      expect(answers.filter(({ status }) => status === 409).map(({ text }) => text)).toEqual(Array(3).fill(`${won}\n`));
      from = won;
    }
  });

  test('a checkpoint and its fork, one alone is cosigned', async () => {
    const witness = await start();
    await add(witness, demo.request(0, 5));
    const answers = await Promise.all([demo, fork, demo, fork].map((which) => add(witness, which.request(5, 20))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('a witness by itself', () => {
  const key = signingKey('witness', 'witness.example/w1', utf8('w'.repeat(32)));
  const mapKey = signingKey('witness', 'witness.example/w1/map', utf8('m'.repeat(32)));
  const logs = new Map([[demo.key.name, [demo.key]]]);

  /** Whose clock goes on with each look. @param auditor of the map; none unless given */
  function witnessWith(cosigned: CosignedCheckpoints, auditor?: Auditor): Witness {
    const maps = new Map(auditor === undefined ? [] : [[demo.key.name, { key: mapKey, auditor }]]);
    let time = 0n;
    return createWitness({ key, logs, cosigned, now: () => ++time, maps, metrics: createWitnessMetrics(), log });
  }

  const inFolder = (): CosignedCheckpoints => cosignedCheckpoints(folder, key);
  /** More than can wait for their turn. */
  const MANY = 80;
  const unknownYet: Verdict = { kind: 'unknown', sentence: 'the log is still being read' };
  const namesIn = (answer: WitnessAnswer | null): string[] =>
    [...(answer?.body ?? '').matchAll(/^— (\S+) /gm)].map(([, name]) => name ?? '');

  test('answers at once to requests that no key of the log signed: however many there are, the log gets its turn', async () => {
    // What is kept cannot be read just now: whatever takes a turn waits in it.
    const witness = witnessWith({ latest: () => new Promise<never>(() => undefined) } as unknown as CosignedCheckpoints);
    const unsigned = Buffer.from(
      Buffer.from(demo.request(0, 7))
        .toString()
        .replace(/.{8}\n$/, 'AAAAAAA=\n'),
    );
    const answers = await Promise.all(Array.from({ length: 200 }, () => witness.add(unsigned)));
    expect(answers.map((answer) => answer?.status)).toEqual(Array(200).fill(403));
    expect(await Promise.race([witness.add(demo.request(0, 7)), sleep(50, 'waits')])).toBe('waits');
  });

  test('gives the cosignature of the last head to whoever repeats it, without an audit or a turn', async () => {
    const heads: bigint[] = [];
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const check = ({ size }: WitnessHead): Promise<Verdict> => {
      heads.push(size);
      if (size === 7n) return Promise.resolve({ kind: 'holds' });
      begin();
      return new Promise(() => undefined);
    };
    const witness = witnessWith(inFolder(), { check });
    const first = await witness.add(demo.request(0, 7));
    expect(namesIn(first)).toEqual([key.name, mapKey.name]);
    // The next head has its turn, and its audit does not end.
    void witness.add(demo.request(7, 12));
    await begun;
    const answers = await Promise.all(Array.from({ length: MANY }, () => witness.add(demo.request(7, 7))));
    expect(answers.map((answer) => answer?.body)).toEqual(Array(MANY).fill(first?.body));
    expect(heads).toEqual([7n, 12n]);
  });

  test('repeats no head but the one that is kept: with another root, a proof, an older size, or after a failure to keep', async () => {
    const kept = inFolder();
    let fails = false;
    const keep = async (origin: string, note: Uint8Array): Promise<void> => {
      await kept.keep(origin, note);
      if (fails) throw new Error('of the disk');
    };
    const witness = witnessWith({ ...kept, keep });
    await witness.add(demo.request(0, 7));
    expect((await witness.add(fork.request(7, 7)))?.status).toBe(422);
    const withProof = Buffer.from(demo.request(7, 7))
      .toString()
      .replace('old 7\n', `old 7\n${Buffer.alloc(32).toString('base64')}\n`);
    expect((await witness.add(Buffer.from(withProof)))?.status).toBe(422);
    expect((await witness.add(demo.request(7, 7)))?.status).toBe(200);
    await witness.add(demo.request(7, 12));
    expect(await witness.add(demo.request(7, 7))).toMatchObject({ status: 409, body: '12\n' });
    fails = true;
    await expect(witness.add(demo.request(12, 20))).rejects.toThrow('of the disk');
    expect(await witness.add(demo.request(12, 12))).toMatchObject({ status: 409, body: '20\n' });
  });

  test('lets who repeats a head wait for its map together, and nobody else wait for them', async () => {
    const heads: bigint[] = [];
    let end: (verdict: Verdict) => void = () => undefined;
    // Not known when a head is new, and later when it is said here.
    const check = ({ size }: WitnessHead): Promise<Verdict> => {
      const isNew = !heads.includes(size);
      heads.push(size);
      return isNew ? Promise.resolve(unknownYet) : new Promise((resolve) => (end = resolve));
    };
    const witness = witnessWith(inFolder(), { check });
    const repeats = (size: number): Promise<WitnessAnswer | null>[] =>
      Array.from({ length: MANY }, () => witness.add(demo.request(size, size)));
    const first = await witness.add(demo.request(0, 7));
    expect(namesIn(first)).toEqual([key.name]);
    let waiting = repeats(7);
    end(unknownYet);
    expect((await Promise.all(waiting)).map((answer) => answer?.body)).toEqual(Array(MANY).fill(first?.body));
    waiting = repeats(7);
    end({ kind: 'holds' });
    expect((await Promise.all(waiting)).map(namesIn)).toEqual(Array(MANY).fill([key.name, mapKey.name]));
    expect(heads).toEqual([7n, 7n, 7n]);
    await witness.add(demo.request(7, 12));
    waiting = repeats(12);
    expect((await witness.add(demo.request(12, 20)))?.status).toBe(200);
    end({ kind: 'holds' });
    // Another was cosigned meanwhile.
    expect((await Promise.all(waiting)).map((answer) => answer?.body)).toEqual(Array(MANY).fill('20\n'));
  });
});

describe('the folder of a witness', () => {
  test('holds its key, readable by its owner alone, which it keeps', async () => {
    const first = await start();
    expect(statSync(join(folder, 'witness.key')).mode & 0o777).toBe(0o600);
    await stop(first);
    const again = await start({ name: null });
    expect([again.verifierKey, again.name]).toEqual([first.verifierKey, 'witness.example/w1']);
  });

  test('without a key needs a name; with one it takes no other, and no key that is damaged or open to others', async () => {
    const code = 'data.witness-key';
    await expect(startWitness(options({ name: null }))).rejects.toMatchObject({ code });
    await expect(startWitness(options({ name: 'witness.example/w1/map' }))).rejects.toMatchObject({ code });
    await stop(await start());
    await expect(startWitness(options({ name: 'another.example' }))).rejects.toMatchObject({ code });
    const path = join(folder, 'witness.key');
    chmodSync(path, 0o644);
    await expect(startWitness(options())).rejects.toMatchObject({ code });
    chmodSync(path, 0o600);
    writeFileSync(path, '');
    await expect(startWitness(options())).rejects.toMatchObject({ code });
    // What is refused is left as it is.
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('with a key under a name of those that audit maps starts nothing, whoever names it', async () => {
    const path = join(folder, 'witness.key');
    for (const [name, starts] of [
      ['witness.example/w1/map', false],
      ['witness.example/w1', true],
    ] as const) {
      const line = `${formatSigningKey(signingKey('witness', name, utf8('w'.repeat(32))))}\n`;
      writeFileSync(path, line, { mode: 0o600 });
      const started = start({ name: null });
      if (starts) expect((await started).name).toBe(name);
      else await expect(started).rejects.toMatchObject({ code: 'data.witness-key' });
      expect(readFileSync(path, 'utf8')).toBe(line);
    }
  });

  test('belongs to one process', async () => {
    await start();
    await expect(startWitness(options())).rejects.toMatchObject({ code: 'data.locked' });
  });

  test('that was closed in order is taken up where it was', async () => {
    const first = await start();
    await add(first, demo.request(0, 7));
    await stop(first);
    const second = await start();
    expect(await add(second, demo.request(0, 9))).toMatchObject({ status: 409, text: '7\n' });
    expect((await add(second, fork.request(7, 20))).status).toBe(422);
    expect((await add(second, demo.request(7, 20))).status).toBe(200);
  });

  test('with a damaged state starts nothing, and a state that is damaged later cosigns nothing', async () => {
    const witness = await start();
    await add(witness, demo.request(0, 7));
    const path = join(folder, `${originHash(demo.key.name)}.checkpoint`);
    const good = readFileSync(path, 'utf8');
    for (const bad of ['', good.slice(0, -5), good.replace('\n7\n', '\n6\n'), Buffer.from(demo.note(7)).toString()]) {
      writeFileSync(path, bad);
      expect((await add(witness, demo.request(7, 20))).status).toBe(500);
    }
    writeFileSync(path, good);
    expect((await add(witness, demo.request(7, 20))).status).toBe(200);
    await stop(witness);
    writeFileSync(path, '');
    await expect(startWitness(options())).rejects.toMatchObject({ code: 'data.witness-state' });
  });

  test('that cannot be written cosigns nothing; once it can, the log goes on', async () => {
    const witness = await start();
    await add(witness, demo.request(0, 7));
    const draft = join(folder, `${originHash(demo.key.name)}.checkpoint.new`);
    // A folder in the draft's place stands for a disk that refuses: also where tests run as root.
    mkdirSync(draft);
    expect(await add(witness, demo.request(7, 20))).toMatchObject({ status: 500, text: expect.not.stringContaining('—') });
    expect(opened((await served(witness, demo.key.name)).text, witness.verifierKey)?.size).toBe(7n);
    rmSync(draft, { recursive: true });
    expect((await add(witness, demo.request(7, 20))).status).toBe(200);
  });
});

describe('a witness that is killed', () => {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const hooks = here('../../../libs/store/test-processes/typescript.mjs');

  async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
    const args = ['--conditions=source', '--import', hooks, here('../test-processes/witness.ts'), folder, formatVerifierKey(demo.key)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
    children.push(child);
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));
    if (!line.startsWith('ready ')) throw new Error(line);
    return { url: line.split(' ')[1] ?? '', child };
  }

  const ended = (child: ChildProcess): Promise<void> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once('exit', () => resolve()));

  test('at any moment has kept every checkpoint that it answered for, and no draft of one counts', async () => {
    let answered = 0;
    for (let round = 0; round < 4; round++) {
      const { url, child } = await startProcess();
      const gone = ended(child);
      // The log goes on from what the witness says it has.
      const { status, text } = await add({ url }, demo.request(0, 1));
      expect(status).toBe(round === 0 ? 200 : 409);
      const begin = status === 200 ? 1 : Number(text);
      expect(begin).toBeGreaterThanOrEqual(answered);
      try {
        for (let size = begin; size < 200; size++) {
          // The kill comes at another moment of a request each time, however fast the machine is.
          if (size === begin + 5) setTimeout(() => child.kill('SIGKILL'), 3 * round);
          expect((await add({ url }, demo.request(size, size + 1))).status).toBe(200);
          answered = size + 1;
        }
      } catch (error) {
        // The client's connection breaks.
        if ((error as Error).name !== 'TypeError') throw error;
      }
      await gone;
      expect(answered).toBeGreaterThanOrEqual(begin + 5);
    }
    const witness = await start({ logKeys: [demo.key] });
    const { status, text } = await add(witness, demo.request(0, 1));
    expect(status).toBe(409);
    expect(Number(text)).toBeGreaterThanOrEqual(answered);
    expect(existsSync(join(folder, 'witness.key'))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.checkpoint'))).toHaveLength(1);
  }, 120_000);
});
