import { JSON_BYTES_MAX } from '#lib/ledger';
import { inlineAcceptPool } from './accept-pool.ts';
import type { AcceptContext } from './accept.ts';
import { documentsOf } from './submission-request.ts';

const texts = (documents: readonly Uint8Array[]): string[] => documents.map((bytes) => Buffer.from(bytes).toString());

const CONTEXT: AcceptContext = {
  agency: 'local',
  principal: 'operator',
  roles: ['contributor'],
  captured: '2030-01-01T00:00:00.000000Z',
  publisherKey: new Uint8Array(32),
  requestId: 'r-1',
};

describe('the documents of a JSON body', () => {
  it('are cut from an array by the pool, whatever the array is: nobody else waits for the parsing', async () => {
    const asked: number[] = [];
    const pool = {
      cut: (array: Uint8Array) => {
        asked.push(array.length);
        return Promise.resolve({ ok: true as const, documents: [Buffer.from('from the pool')] });
      },
    };
    // No JSON at all: whoever parsed it on this thread would refuse it.
    const body = Buffer.from(' [ nothing that could be parsed');
    const { documents, single } = await documentsOf(body, 1, pool);
    expect([texts(documents), single, asked]).toEqual([['from the pool'], false, [body.length]]);
    // The control: the real pool parses, and refuses.
    await expect(documentsOf(body, 1, inlineAcceptPool())).rejects.toMatchObject({ code: 'json.syntax' });
  });

  it('are what was sent where it is one, to be parsed by the pool with the rest of the work', async () => {
    const body = Buffer.from('{"not": "cut"');
    const pool = { cut: () => Promise.reject(new Error('nothing to cut')) };
    expect(await documentsOf(body, 1, pool)).toEqual({ documents: [body], single: true });
  });

  it('are canonical, in the order of the array, and neither none nor too many', async () => {
    const pool = inlineAcceptPool();
    const { documents } = await documentsOf(Buffer.from('[{"b":1, "a":2}, "x"]'), 2, pool);
    expect(texts(documents)).toEqual(['{"a":2,"b":1}', '"x"']);
    await expect(documentsOf(Buffer.from('[1,2,3]'), 2, pool)).rejects.toMatchObject({
      code: 'batch.too-large',
      errors: [{ pointer: '/2' }],
    });
    await expect(documentsOf(Buffer.from('[]'), 2, pool)).rejects.toMatchObject({ code: 'batch.empty', errors: [{ pointer: '' }] });
    await expect(documentsOf(Buffer.alloc(0), 2, pool)).rejects.toMatchObject({ code: 'batch.empty', errors: [{ offset: 0 }] });
  });

  it('are too long by the bytes that were sent, in an array as alone; what stands between them is none of theirs', async () => {
    const pool = inlineAcceptPool();
    // A report of megabytes would take minutes to make.
    const short = (text: string): string => (text.length > 99 ? `${text.length} ${text.slice(0, 9)}...${text.slice(-9)}` : text);
    const told = (each: readonly Uint8Array[]): string[] => texts(each).map(short);
    const blanks = ' '.repeat(JSON_BYTES_MAX);
    const some = ['{"b":"],[\\"{","a":"\\\\"}', '[1,[2,{}]]', '"\\\\"', '7', '{}'];
    const long = `{"c":1,${blanks}"b":[2]}`;
    const { documents } = await documentsOf(Buffer.from(`[${[...some, long, ...some].join(`${blanks},\n`)}${blanks}]`), 99, pool);
    const canonical = ['{"a":"\\\\","b":"],[\\"{"}', ...some.slice(1)];
    expect(told(documents)).toEqual([...canonical, long, ...canonical].map(short));
    const answers = await pool.accept(documents, CONTEXT, 0);
    expect(answers.flatMap((answer, row) => (!answer.ok && answer.faults[0]?.code === 'json.too-large' ? [row] : []))).toEqual([5]);
    // To the byte.
    const exact = (length: number): string => `{${' '.repeat(length - 2)}}`;
    const two = await documentsOf(Buffer.from(`[${exact(JSON_BYTES_MAX)},${exact(JSON_BYTES_MAX + 1)}]`), 2, pool);
    expect(told(two.documents)).toEqual(['{}', exact(JSON_BYTES_MAX + 1)].map(short));
  });

  it('are refused at their row and at the place in it, by what is wrong with the JSON too', async () => {
    const faultsOf = (body: string) =>
      documentsOf(Buffer.from(body), 9, inlineAcceptPool()).catch((error: unknown) => (error as { errors: unknown }).errors);
    const deep = `${'['.repeat(33)}${']'.repeat(33)}`;
    expect(await faultsOf('[{},{"a":{"b":"\\ud800"}}]')).toMatchObject([{ code: 'json.lone-surrogate', row: 1, pointer: '/a/b' }]);
    expect(await faultsOf('[{},{},1e400]')).toMatchObject([{ code: 'json.number', row: 2, pointer: '' }]);
    expect(await faultsOf('[{"a/b":1,"a/b":1}]')).toMatchObject([{ code: 'json.duplicate-key', row: 0, pointer: '/a~1b' }]);
    expect(await faultsOf(`[{},${deep}]`)).toMatchObject([
      { code: 'json.depth', row: 1, pointer: '/0'.repeat(32), detail: 'The document is nested more than 32 levels deep.' },
    ]);
    // What is no JSON has bytes, and no documents.
    expect(await faultsOf('[{},{"a":}]')).toEqual([{ code: 'json.syntax', offset: 9, detail: expect.any(String) as unknown }]);
  });
});
