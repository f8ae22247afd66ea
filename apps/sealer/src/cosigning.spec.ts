import { formatSignatureLine, openCheckpoint, parseNote, signingKey, cosign, utf8, type WitnessPolicy } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { TestLog, TestWitness, type Lie } from '../test-processes/test-witness.ts';
import { Cosigning, witnessClient, type CosigningOptions } from './index.ts';

const TIMES = { retryMs: 20, retryMsMax: 60, refusedMs: 200, alarmMs: 120_000 };
const ALARM_MS = 200;

const log = new TestLog();
let witnesses: TestWitness[];
let cosigning: Cosigning;
let ending: AbortController;
let lines: { level: string; code: string | undefined; message: string; count?: number | undefined }[];
/** Notes in the order in which they were published. */
let published: { size: number; names: string[] }[];

beforeEach(async () => {
  witnesses = await Promise.all(['w1', 'w2', 'w3'].map((name) => new TestWitness(`${name}.example`, log).start()));
  lines = [];
  published = [];
  ending = new AbortController();
});
afterEach(async () => {
  cosigning.withdraw();
  ending.abort();
  await Promise.all(witnesses.map((witness) => witness.stop()));
});

const say =
  (level: string) =>
  (
    message: string,
    { code, witness = '', why = '', count }: { code?: string; witness?: string; why?: string; count?: number } = {},
  ): void =>
    void lines.push({ level, code, message: `${message}: ${witness}: ${why}`, count });
const testLog = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') } as unknown as Log;
const codes = (): string[] => lines.flatMap(({ code }) => code ?? []);

function begin(threshold: number, changes: Partial<CosigningOptions> = {}, requestMs = 30_000): void {
  const policy: WitnessPolicy = { witnesses: witnesses.map((witness) => witness.policy()), threshold };
  cosigning = new Cosigning({
    policy,
    client: witnessClient(ending.signal, requestMs),
    proof: (first, second) => log.proof(first, second),
    log: testLog,
    times: TIMES,
    ...changes,
  });
}

function offer(size: number, of = log, publish?: (note: string) => Promise<void>): void {
  cosigning.offer(of.head(size), publish ?? ((note) => Promise.resolve(keep(note))));
}

function keep(note: string): void {
  const keys = witnesses.flatMap(({ key, furtherKeys }) => [key, ...furtherKeys]);
  const opened = openCheckpoint(utf8(note), { log: [log.key], witness: keys });
  if (!opened.ok) throw new Error(opened.fault.detail);
  published.push({ size: Number(opened.value.checkpoint.size), names: opened.value.cosignatures.map(({ key }) => key.name) });
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 5)))
    if (Date.now() > end) throw new Error(`not in time: ${JSON.stringify({ published, lines })}`);
}
const isPublished = (size: number, count: number) => (): boolean =>
  published.some((note) => note.size === size && note.names.length >= count);
const quietFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for its turn. */
const hold = (): { lie: Lie; release: () => void } => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  return {
    lie: (response, { status, body }) => void gate.then(() => response.writeHead(status).end(body)),
    release: () => release(),
  };
};

describe('heads that witnesses cosign', () => {
  it('are published once as many cosigned as the policy asks for, with all that came', async () => {
    begin(2);
    offer(7);
    await until(isPublished(7, 3));
    expect(published[0]?.names.length).toBeGreaterThanOrEqual(2);
    offer(20);
    await until(isPublished(20, 3));
    expect(witnesses.map(({ asked }) => asked)).toEqual(Array(3).fill([[0, 7], [7, 20]])); // prettier-ignore
    expect(codes()).toEqual([]);
  });

  it('are published with two of three where one is down, which cosigns what is newest when it is back', async () => {
    await witnesses[2]?.stop();
    begin(2);
    offer(7);
    await until(isPublished(7, 2));
    offer(20);
    await until(isPublished(20, 2));
    await witnesses[2]?.start();
    await until(isPublished(20, 3));
    expect(witnesses[2]?.asked).toEqual([[0, 20]]);
    // Said once, and when it is over.
    expect(lines.filter(({ level }) => level !== 'debug').map(({ level, code }) => [level, code])).toEqual([
      ['warn', 'seal.witness-failed'],
      ['info', undefined],
    ]);
  });

  it('are not published below the policy: the newest is, once it is met, and nobody need ask about those before', async () => {
    await Promise.all(witnesses.slice(1).map((witness) => witness.stop()));
    begin(2, { times: { ...TIMES, alarmMs: ALARM_MS } });
    offer(7);
    await until(() => cosigning.state().unwitnessedMs > ALARM_MS && codes().includes('seal.unwitnessed'));
    offer(20);
    offer(30);
    expect(published).toEqual([]);
    expect(cosigning.state()).toMatchObject({ newest: 30, published: null });
    // A question about 7 that was under way ends first: the witness could be back before it arrives.
    await until(() => lines.some(({ code, count }) => code === 'seal.witness-failed' && count === 30));
    await witnesses[1]?.start();
    await until(isPublished(30, 2));
    expect(published.map(({ size }) => size)).not.toContain(7);
    expect(witnesses[1]?.asked.map(([, size]) => size)).not.toContain(7);
    expect(cosigning.state()).toMatchObject({ newest: 30, published: 30, unwitnessedMs: 0, missing: ['w3.example'] });
    expect(lines.some(({ level, message }) => level === 'info' && message.includes('witnessed again'))).toBe(true);
  });

  it('of a policy of none are published at once, and again with what comes', async () => {
    begin(0);
    offer(7);
    await until(isPublished(7, 3));
    expect(published[0]).toEqual({ size: 7, names: [] });
  });

  it('wait for no slow witness, and get its cosignature later under the same size', async () => {
    const held = hold();
    (witnesses[0] as TestWitness).lie = held.lie;
    begin(2);
    offer(7);
    await until(isPublished(7, 2));
    expect(published.at(-1)?.names).toEqual(['w2.example', 'w3.example']);
    held.release();
    await until(isPublished(7, 3));
    expect(published.map(({ size }) => size)).toEqual(published.map(() => 7));
  });

  it('go on from what a witness says that it has (409), by another process for instance', async () => {
    begin(3);
    offer(7);
    await until(isPublished(7, 3));
    cosigning.withdraw();
    begin(3);
    offer(20);
    await until(isPublished(20, 3));
    expect(witnesses[0]?.asked).toEqual([[0, 7], [0, 20], [7, 20]]); // prettier-ignore
    expect(codes()).toEqual([]);
  });

  it('are offered again at the same size after an answer that was lost', async () => {
    const [first] = witnesses as [TestWitness];
    let isLost = false;
    first.lie = (response) => {
      if (isLost) return null;
      isLost = true;
      response.destroy();
    };
    begin(3);
    offer(7);
    await until(isPublished(7, 3));
    expect(first.asked).toEqual([[0, 7], [0, 7], [7, 7]]); // prettier-ignore
  });

  it('are written again where the database was away, and not by a process that may not', async () => {
    begin(2);
    let fails = 2;
    offer(7, log, (note) => (fails-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(keep(note))));
    await until(isPublished(7, 2));
    cosigning.withdraw();
    const before = published.length;
    begin(2);
    offer(20, log, () => Promise.reject(Object.assign(new Error('fenced'), { code: 'seal.fenced' })));
    await until(() => codes().includes('seal.fenced'));
    cosigning.withdraw();
    await quietFor(60);
    expect(published).toHaveLength(before);
  });

  it('get both lines of a witness with two keys, and the second alone when it comes later', async () => {
    const [first] = witnesses as [TestWitness];
    const further = signingKey('witness', 'w1.example/map', new Uint8Array(32).fill(9));
    begin(1, { policy: { witnesses: [first.policy(), first.policy(further)], threshold: 1 } });
    offer(7);
    await until(isPublished(7, 1));
    first.furtherKeys.push(further);
    await until(isPublished(7, 2));
    expect(published.at(-1)?.names).toEqual(['w1.example', 'w1.example/map']);
    // One question for both.
    offer(20);
    await until(isPublished(20, 2));
    expect(first.asked.filter(([, size]) => size === 20)).toEqual([[7, 20]]);
  });
});

describe('a witness that refuses', () => {
  it.each([403, 404, 422])('with %d is not asked about the same head again, and the log says why', async (status) => {
    const [first] = witnesses as [TestWitness];
    first.lie = (response) => void response.writeHead(status, { 'content-type': 'text/plain' }).end('not this one\n\u001b[31m');
    begin(2);
    offer(7);
    await until(() => isPublished(7, 2)() && codes().includes('seal.witness-refused'));
    await quietFor(2 * TIMES.refusedMs);
    expect(first.asked).toHaveLength(1);
    expect(lines.find(({ code }) => code === 'seal.witness-refused')?.message).toContain(`it answered ${status}: not this one`);
    first.lie = null;
    first.latest = null;
    offer(20);
    await until(isPublished(20, 3));
  });

  it('since it holds another history is named, and the others go on', async () => {
    const [first] = witnesses as [TestWitness];
    const fork = new TestLog('other ');
    begin(1, { policy: { witnesses: [first.policy()], threshold: 1 }, proof: (a, b) => fork.proof(a, b) });
    offer(20, fork);
    await until(isPublished(20, 1));
    cosigning.withdraw();
    begin(2);
    offer(30);
    await until(isPublished(30, 2));
    await until(() => codes().includes('seal.witness-refused'));
    const alarm = lines.find(({ code }) => code === 'seal.witness-refused')?.message;
    expect(alarm).toContain('422: the 30 entries offered do not extend the 20 cosigned: two histories, which differ within the first 20');
    expect(alarm).toContain('(30 entries were offered on the 20 that it cosigned)');
  });

  it('since it says that it has more than is there is named', async () => {
    const [first] = witnesses as [TestWitness];
    begin(3);
    offer(30);
    await until(isPublished(30, 3));
    cosigning.withdraw();
    begin(2);
    offer(20);
    await until(() => codes().includes('seal.witness-refused'));
    expect(lines.at(-1)?.message).toContain('it cosigned 30 entries, which is more than are offered: 20');
    expect(first.latest?.size).toBe(30n);
  });
});

const stranger = signingKey('witness', 'w1.example', new Uint8Array(32).fill(3));
const otherText = new TestLog('other ').head(7).text;

describe('an answer that is none', () => {
  const text = { 'content-type': 'text/plain; charset=utf-8' };
  it.each<[string, Lie]>([
    ['a cosignature over another text', (response, _due) => void response.end(formatSignatureLine(cosign(witnessKey(), otherText, 1n)))],
    ['a cosignature by another key', (response) => void response.end(formatSignatureLine(cosign(stranger, log.head(7).text, 1n)))],
    [
      'a broken signature',
      (response, { body }) => void response.end(body.replace(/.(?=.{8}\n$)/, (letter) => (letter === 'A' ? 'B' : 'A'))),
    ],
    ['the whole note instead of lines', (response, { body }) => void response.end(`${log.head(7).text}\n${body}`)],
    [
      'an endless answer',
      (response, { body }) => {
        response.writeHead(200, text);
        const more = (): void => {
          if (!response.destroyed) response.write(body.repeat(1_000), more);
        };
        more();
      },
    ],
    ['silence', () => undefined],
    ['an answer that does not end', (response, { body }) => void response.writeHead(200, text).write(body)],
    ['a redirect', (response) => void response.writeHead(307, { location: `${witnesses[1]?.url}/add-checkpoint` }).end()],
    ['a page', (response) => void response.end('<html>')],
    ['nothing', (response) => void response.end()],
    ['a connection that breaks', (response) => void response.destroy()],
    ['409 without a size', (response) => void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('many\n')],
    ['409 of another type', (response) => void response.writeHead(409, text).end('0\n')],
    ['409 with the size that was given', (response) => void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('0\n')],
    ['500', (response) => void response.writeHead(500).end('no')],
  ])('%s counts for nothing and holds nothing up', async (_what, lie) => {
    const [first] = witnesses as [TestWitness];
    first.lie = lie;
    begin(2, {}, 300);
    offer(7);
    await until(() => isPublished(7, 2)() && codes().includes('seal.witness-failed'));
    expect(published.every(({ names }) => !names.includes('w1.example'))).toBe(true);
    // Not asked in a rush, and believed again when it answers as it should.
    await quietFor(200);
    expect(first.asked.length).toBeLessThan(15);
    first.lie = null;
    await until(isPublished(7, 3));
  });

  const witnessKey = () => (witnesses[0] as TestWitness).key;

  it('alone never meets a policy, though by its form it is a cosignature in the name of each', async () => {
    const lineOf = ({ key }: TestWitness): string => formatSignatureLine(cosign(key, otherText, 1n));
    for (const witness of witnesses) witness.lie = (response) => void response.end(lineOf(witness));
    begin(1);
    offer(7);
    await until(() => codes().filter((code) => code === 'seal.witness-failed').length >= 3);
    expect(published).toEqual([]);
    // Control: whoever only reads the lines would count three.
    const read = parseNote(utf8(`${log.head(7).text}\n${witnesses.map(lineOf).join('')}`));
    expect(read.ok && read.value.signatures.map(({ name }) => name)).toEqual(witnesses.map(({ key }) => key.name));
  });
});
