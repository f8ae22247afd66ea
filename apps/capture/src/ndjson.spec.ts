import fc from 'fast-check';
import { ndjsonChunks, type NdjsonLine } from './ndjson.ts';

const LIMITS = { lineBytesMax: 64, chunkLines: 3, chunkBytes: 1_000, flushMs: 60_000 };

async function* pieces(parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(typeof part === 'string' ? Buffer.from(part) : part);
}
async function chunksOf(parts: readonly (string | Uint8Array)[], limits = LIMITS): Promise<NdjsonLine[][]> {
  const chunks: NdjsonLine[][] = [];
  for await (const chunk of ndjsonChunks(pieces(parts), limits)) chunks.push(chunk);
  return chunks;
}
const lines = async (...parts: (string | Uint8Array)[]): Promise<[number, string][]> =>
  (await chunksOf(parts)).flat().map(({ line, bytes, tooLong }) => [line, tooLong ? 'too long' : Buffer.from(bytes).toString('utf8')]);

describe('a stream of lines', () => {
  it('is cut at line feeds, with or without carriage returns and a last line feed', async () => {
    expect(await lines('{"a":1}\r\n{"b":2}\n{"c":3}')).toEqual([
      [1, '{"a":1}'],
      [2, '{"b":2}'],
      [3, '{"c":3}'],
    ]);
  });

  it('skips empty lines and still counts them', async () => {
    expect(await lines('\n\r\n{"a":1}\n\n{"b":2}\n')).toEqual([
      [3, '{"a":1}'],
      [5, '{"b":2}'],
    ]);
    expect(await lines('')).toEqual([]);
    expect(await lines('\n\n')).toEqual([]);
  });

  it('comes in chunks of at most as many lines as were asked for', async () => {
    expect((await chunksOf(['1\n2\n3\n4\n5\n6\n7\n'])).map((chunk) => chunk.length)).toEqual([3, 3, 1]);
  });

  it('gives a line that is too long as such, without its bytes, and goes on with the next', async () => {
    const long = 'x'.repeat(LIMITS.lineBytesMax + 1);
    expect(await lines(`${long}\n{"a":1}\n${long}`)).toEqual([
      [1, 'too long'],
      [2, '{"a":1}'],
      [3, 'too long'],
    ]);
    expect(await lines(`${'x'.repeat(LIMITS.lineBytesMax)}\n`)).toEqual([[1, 'x'.repeat(LIMITS.lineBytesMax)]]);
  });

  it('holds no endless line in memory', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.alloc(1 << 20, 0x78);
      for (let n = 0; n < 64; n++) yield await Promise.resolve(piece);
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const source = (async function* () {
      for await (const piece of endless()) {
        yield piece;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    })();
    for await (const chunk of ndjsonChunks(source, LIMITS)) expect(chunk).toMatchObject([{ tooLong: true }]);
    expect(most).toBeLessThan(16 * (1 << 20));
  });

  it('hands a chunk on when it holds enough bytes, however few its lines', async () => {
    const source = (async function* () {
      yield Buffer.from(`${'a'.repeat(40)}\n${'b'.repeat(40)}\nc\n`);
    })();
    const sizes: number[] = [];
    for await (const chunk of ndjsonChunks(source, { ...LIMITS, chunkLines: 100, chunkBytes: 60 })) sizes.push(chunk.length);
    expect(sizes).toEqual([2, 1]);
  });

  it('hands on what has come after a while, though its sender has not ended and the chunk is not full', async () => {
    let more: (piece: Uint8Array) => void = () => undefined;
    const source = (async function* () {
      yield Buffer.from('1\n2\n{"half');
      yield await new Promise<Uint8Array>((resolve) => (more = resolve));
    })();
    const chunks = ndjsonChunks(source, { ...LIMITS, flushMs: 20 });
    const textOf = async (): Promise<string[]> =>
      ((await chunks.next()).value as NdjsonLine[]).map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
    expect(await textOf()).toEqual(['1', '2']);
    more(Buffer.from('":1}\n3'));
    expect(await textOf()).toEqual(['{"half":1}', '3']);
    expect((await chunks.next()).done).toBe(true);
  });

  it('hands on after a while what comes slowly and steadily, too', async () => {
    const source = (async function* () {
      for (let n = 0; n < 6; n++) {
        yield Buffer.from(`${n}\n`);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const sizes: number[] = [];
    for await (const chunk of ndjsonChunks(source, { ...LIMITS, chunkLines: 100, flushMs: 40 })) sizes.push(chunk.length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6);
  });

  it('that breaks is an error for its reader, at the next chunk where one was handed on before', async () => {
    const source = (async function* () {
      yield Buffer.from('1\n');
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw new Error('the sender is gone');
    })();
    const chunks = ndjsonChunks(source, { ...LIMITS, flushMs: 10 });
    expect((await chunks.next()).value).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(chunks.next()).rejects.toThrow('the sender is gone');
  });

  it('is let go at once by a reader that has enough, though the next piece never comes', async () => {
    const source = (async function* () {
      yield Buffer.from('1\n');
      await new Promise(() => undefined);
    })();
    for await (const chunk of ndjsonChunks(source, { ...LIMITS, flushMs: 10 })) {
      expect(chunk).toHaveLength(1);
      break;
    }
  });

  it('is the same however the network cuts it, between the bytes of a character too', async () => {
    const text = Array.from({ length: 7 }, (_, n) => `{"n":${n},"ü":"漢字"}`).join('\n');
    const whole = await lines(text);
    expect(whole).toHaveLength(7);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: Buffer.byteLength(text) }), { maxLength: 12 }), async (cuts) => {
        const bytes = Buffer.from(text);
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        expect(await lines(...at.slice(1).map((end, index) => bytes.subarray(at[index], end)))).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });
});
