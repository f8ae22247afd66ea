/** Reports of an import against a server whose answers are given: complete, cut off, wrong, busy. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, SightingDocument } from '#lib/contracts';
import type { ImportOptions } from './import.ts';
import { accept, caseFolder, importFrom, line, type Reply } from './import-server.contract.ts';

const { folder, file } = caseFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('receipts of an import', () => {
  const signed: Reply = ({ url, rows }, response) => {
    const isAsked = url.includes('receipts=true');
    const answers = rows.map(({ id }, row) =>
      id === 'c'
        ? { row, status: 'refused', id, errors: [{ code: 'schema.type', pointer: '', detail: 'bad' }] }
        : { row, status: id === 'b' ? 'duplicate' : 'accepted', id, receipt: { id, signature: isAsked ? `note of ${id}\n` : null } },
    );
    response.end(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  };
  const kept = (path: string): unknown[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as unknown);

  it('are asked for and kept, one a line, for each line that is in; those of an import before stay', async () => {
    const receipts = join(folder, 'receipts.jsonl');
    const { asked } = await importFrom(signed, file(line('a'), line('b'), line('c')), { receipts });
    expect(asked[0]?.url).toContain('receipts=true');
    const first = [{ id: 'a', signature: 'note of a\n' }, { id: 'b', signature: 'note of b\n' }]; // prettier-ignore
    expect(kept(receipts)).toEqual(first);
    await importFrom(signed, file(line('d')), { receipts });
    expect(kept(receipts)).toEqual([...first, { id: 'd', signature: 'note of d\n' }]);
  });

  it('are not asked for without a file, nor by a dry run', async () => {
    const receipts = join(folder, 'no-receipts.jsonl');
    const plain = await importFrom(signed, file(line('a')));
    const dry = await importFrom(signed, file(line('a')), { receipts, dryRun: true });
    expect([...plain.asked, ...dry.asked].filter(({ url }) => url.includes('receipts'))).toEqual([]);
    expect(kept(receipts)).toEqual([]);
  });

  it('never go into the file that is imported', async () => {
    const path = file(line('a'));
    await expect(importFrom(signed, path, { receipts: path })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    expect(readFileSync(path, 'utf8')).toBe(`${line('a')}\n`);
  });
});

describe('an import', () => {
  it('accounts for every line: accepted, already there, rejected here, refused there', async () => {
    const mixed: Reply = ({ url, rows }, response) => {
      if (url.startsWith('/v1/events/')) return response.writeHead(404).end('{}');
      const answers = rows.map(({ id }, row) => {
        if (id === 'b') return { row, status: 'duplicate', id };
        if (id === 'c') return { row, status: 'refused', id, errors: [{ code: 'event.id-conflict', pointer: '/id', detail: 'taken' }] };
        return { row, status: 'accepted', id };
      });
      return response.end(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
    };
    const { exit, report } = await importFrom(mixed, file(line('a'), '{', line('b'), line('c')));
    expect([exit, report.lines, report.accepted, report.duplicates]).toEqual([6, 4, 1, 1]);
    expect(report.rejected.map(({ line: number, faults }) => `${number} ${faults[0]?.code ?? ''}`)).toEqual([
      '2 json.syntax',
      '4 event.id-conflict',
    ]);
  });

  it('sends a long file in parts, each line once and in order', async () => {
    const ids = Array.from({ length: 1_203 }, (_, n) => `n-${n}`);
    const { exit, report, asked } = await importFrom(accept, file(...ids.map(line)));
    expect([exit, report.accepted]).toEqual([0, 1_203]);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual(ids);
  });

  it('judges a whole file before it keeps the first line under rollback, and stops there if one is bad', async () => {
    const good = await importFrom(accept, file(line('a'), line('b')), { onError: 'rollback' });
    expect(good.asked.map(({ url }) => url.includes('dryRun=true'))).toEqual([true, false]);
    const bad = await importFrom(accept, file(line('a'), '{'), { onError: 'rollback' });
    expect([bad.exit, bad.asked.map(({ url }) => url.includes('dryRun=true'))]).toEqual([6, [true]]);
  });

  it('waits for a server that is busy and sends the same again', async () => {
    let turns = 0;
    const busyOnce: Reply = (asked, response, request) => {
      if (turns++ > 0) return accept(asked, response, request);
      response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' });
      response.end(JSON.stringify({ code: 'log.unavailable', title: 'Event log not available', status: 503 }));
    };
    const { exit, report, asked } = await importFrom(busyOnce, file(line('a')));
    expect([exit, report.accepted, asked.length]).toEqual([0, 1, 2]);
    expect(asked[1]?.rows).toEqual(asked[0]?.rows);
  });

  it('whose answer breaks off sends the same again: `server.interrupted` is no reason to give up', async () => {
    let turns = 0;
    const breaksOff: Reply = (asked, response, request) => {
      if (turns++ > 0) return accept(asked, response, request);
      response.write(`${JSON.stringify({ row: 0, status: 'accepted', id: 'a' })}\n`, () => response.destroy());
    };
    const { exit, asked } = await importFrom(breaksOff, file(line('a'), line('b')));
    expect([exit, asked.length]).toEqual([0, 2]);
  });

  it('does not take an answer for fewer or other rows than it sent', async () => {
    const fewer: Reply = (_, response) => response.end(`${JSON.stringify({ row: 0, status: 'accepted', id: 'a' })}\n`);
    await expect(importFrom(fewer, file(line('a'), line('b')))).rejects.toMatchObject({ code: 'import.answer', exitCode: 75 });
    const other: Reply = (_, response) => response.end(`${JSON.stringify({ row: 7, status: 'accepted', id: 'a' })}\n`);
    await expect(importFrom(other, file(line('a')))).rejects.toMatchObject({ code: 'import.answer' });
  });

  it('of a refusal that waiting does not mend ends at once with its code', async () => {
    const refuses: Reply = (_, response) => {
      response.writeHead(415, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'media-type', title: 'Media type not taken', status: 415, remedy: 'Set content-type.' }));
    };
    await expect(importFrom(refuses, file(line('a')))).rejects.toMatchObject({
      code: 'media-type',
      exitCode: 2,
      remedy: 'Set content-type.',
    });
  });

  it('of a file that is not there says so and asks nobody', async () => {
    await expect(importFrom(accept, join(folder, 'nowhere.jsonl'))).rejects.toMatchObject({ code: 'import.no-file', exitCode: 2 });
  });

  it('refuses bytes that are not UTF-8 at their offset, never alters them, and writes them out as they were', async () => {
    const bad = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xe9]), Buffer.from('"}\r')]);
    const path = join(folder, 'latin.jsonl');
    writeFileSync(path, Buffer.concat([Buffer.from(`${line('a')}\r\n\r\n`), bad, Buffer.from(`\n${line('b')}`)]));
    const rejects = join(folder, 'latin-rejects.jsonl');
    const { exit, report, asked } = await importFrom(accept, path, { rejects });
    expect([exit, report.lines, asked.flatMap(({ rows }) => rows.map(({ id }) => id))]).toEqual([6, 3, ['a', 'b']]);
    expect(report.rejected).toMatchObject([{ line: 3, faults: [{ code: 'json.encoding', offset: 7 }] }]);
    expect(readFileSync(rejects)).toEqual(Buffer.concat([bad, Buffer.from('\n')]));
  });

  it('reads lines that end in other pieces of the file than they begin in, and one longer than a piece', async () => {
    const ids = Array.from({ length: 600 }, (_, n) => `${'p'.repeat(100)}-${n}`);
    const padded = `${' '.repeat(200_000)}${line('long')}`;
    const { report, asked } = await importFrom(accept, file(...ids.map(line), padded));
    expect([report.accepted, asked.flatMap(({ rows }) => rows.map(({ id }) => id))]).toEqual([601, [...ids, 'long']]);
  });

  it('asks nobody where its rejected lines could not be written, or would be written over the file itself', async () => {
    const path = file(line('a'), '{');
    const link = join(folder, 'link.jsonl');
    symlinkSync(path, link);
    const before = readFileSync(path, 'utf8');
    let asked = 0;
    const counts: Reply = (...all) => {
      asked++;
      accept(...all);
    };
    await expect(importFrom(counts, path, { rejects: join(folder, 'nowhere/rejects.jsonl') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(importFrom(counts, path, { rejects: folder })).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(importFrom(counts, path, { rejects: link })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    expect([asked, readFileSync(path, 'utf8')]).toEqual([0, before]);
  });

  it.each([
    ['a folder', () => folder],
    ['standard input', () => '-'],
    ['what is no plain file', () => '/dev/null'],
  ])('of %s says that it is no file that can be imported', async (_, path) => {
    await expect(importFrom(accept, path())).rejects.toMatchObject({ code: 'import.not-a-file', exitCode: 2 });
  });

  it('that loses its server says once that it waits, then how many lines are in and to run it again', async () => {
    let turns = 0;
    const away: Reply = (asked, response, request) => {
      if (turns++ === 0) return accept(asked, response, request);
      response.writeHead(503, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'log.unavailable', title: 'Event log not available', status: 503 }));
    };
    const said: string[] = [];
    const ids = Array.from({ length: 600 }, (_, n) => `n-${n}`);
    const run = importFrom(away, file(...ids.map(line)), { retryForMs: 700, onWait: (sentence) => said.push(sentence) });
    await expect(run).rejects.toMatchObject({
      exitCode: 75,
      code: 'log.unavailable',
      message: expect.stringMatching(/ (?:500|100) of 600 lines are known to be in\.$/) as string,
      remedy: expect.stringMatching(/^Run the same import again/) as string,
    });
    expect(turns).toBeGreaterThan(3);
    expect(said).toEqual([expect.stringMatching(/^Waiting for the server, up to 1 s: Event log not available/)]);
  });
});

describe('a case imported again from another folder', () => {
  const TRACK = 'MMSI\n671990004\n';
  const SHA = createHash('sha256').update(TRACK).digest('hex');
  const cited = (members: JsonObject = {}): string =>
    JSON.stringify({ ...(JSON.parse(line('x-1')) as JsonObject), track: 'leg.csv', ...members });
  let folders = 0;
  const caseIn = (lines: readonly string[], files: Readonly<Record<string, string>>): string => {
    const where = join(folder, `case-${folders++}`);
    mkdirSync(where);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(where, name), text);
    writeFileSync(join(where, 'case.jsonl'), lines.map((text) => `${text}\n`).join(''));
    return join(where, 'case.jsonl');
  };

  /** A ledger: the first bytes of an id stand, others are refused, and what stands is shown. */
  const ledger = (held = new Map<string, SightingDocument>()): { reply: Reply; held: Map<string, SightingDocument> } => ({
    held,
    reply({ url, rows }, response) {
      const shown = /^\/v1\/events\/([^?]+)\?agency=local$/.exec(url)?.[1];
      if (shown !== undefined) {
        const document = held.get(shown);
        if (document === undefined) response.writeHead(404, { 'content-type': 'application/problem+json' });
        return response.end(
          JSON.stringify(document === undefined ? { code: 'event.not-found', title: 'No', status: 404 } : { event: { document } }),
        );
      }
      const answers = rows.map((document, row) => {
        const { id } = document;
        const there = held.get(id);
        if (there === undefined) held.set(id, document as unknown as SightingDocument);
        const same = JSON.stringify(there) === JSON.stringify(document);
        if (there === undefined || same) return { row, id, status: same ? 'duplicate' : 'accepted' };
        return { row, id, status: 'refused', errors: [{ code: 'event.id-conflict', pointer: '/id', detail: 'taken' }] };
      });
      return response.end(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
    },
  });
  /** Counts of an import, and what it says of lines that differ. */
  const outcome = async (reply: Reply, path: string): Promise<unknown[]> => {
    const { exit, report } = await importFrom(reply, path);
    const { accepted, duplicates, differing, rejected } = report;
    return [exit, accepted, duplicates, differing.flatMap(({ differences }) => differences), rejected.map(({ faults }) => faults[0]?.code)];
  };

  it('changes nothing, whether the file it cites was there before or is there now, and says what differs', async () => {
    const [beside, alone, other] = [caseIn([cited()], { 'leg.csv': TRACK }), caseIn([cited()], {}), caseIn([cited()], { 'leg.csv': 'x' })];
    const first = ledger();
    expect(await outcome(first.reply, beside)).toEqual([0, 1, 0, [], []]);
    const stands = structuredClone(first.held);
    expect(await outcome(first.reply, beside)).toEqual([0, 0, 1, [], []]);
    const gone = `leg.csv: no such file here; the ledger has its SHA-256 ${SHA}`;
    expect(await outcome(first.reply, alone)).toEqual([0, 0, 1, [gone], []]);
    const changed = expect.stringMatching(`^leg\\.csv: the file here has SHA-256 .{64}; the ledger has ${SHA}$`) as string;
    expect(await outcome(first.reply, other)).toEqual([0, 0, 1, [changed], []]);
    expect(first.held).toEqual(stands);

    const second = ledger();
    expect(await outcome(second.reply, alone)).toEqual([0, 1, 0, [], []]);
    const found = `leg.csv: the ledger has it without a hash; the file here has SHA-256 ${SHA}`;
    expect(await outcome(second.reply, beside)).toEqual([0, 0, 1, [found], []]);
    expect(await outcome(second.reply, alone)).toEqual([0, 0, 1, [], []]);
  });

  it('sends the files beside it that its lines cite, once each and after the lines, if it writes at all', async () => {
    const files = new Map<string, string>();
    const twice = [cited(), cited().replace('"a"', '"b"')];
    const path = caseIn(twice, { 'leg.csv': TRACK });
    const { reply } = ledger();
    const evidence = async (options: Partial<ImportOptions> = {}) => (await importFrom(reply, path, options, files)).report.evidence;
    expect(await evidence({ dryRun: true })).toMatchObject({ received: 0, known: 0 });
    expect(await evidence({ evidence: false })).toMatchObject({ received: 0, known: 0 });
    expect(files.size).toBe(0);
    expect(await evidence()).toEqual({ received: 1, known: 0, differing: [], open: [], unsupported: false });
    expect([...files]).toEqual([[`/v1/evidence/sha256/${SHA}`, TRACK]]);
    expect(await evidence()).toEqual({ received: 0, known: 1, differing: [], open: [], unsupported: false });
    // A server without the role is no reason to fail.
    const { exit, report } = await importFrom(reply, path);
    expect([exit, report.evidence]).toEqual([0, { received: 0, known: 0, differing: [], open: [], unsupported: true }]);
  });

  it('does not send another file than the one that a line cites by its hash, and names it', async () => {
    const stated = JSON.stringify({ ...(JSON.parse(cited()) as JsonObject), trackSha256: SHA });
    const files = new Map<string, string>();
    const { report } = await importFrom(ledger().reply, caseIn([stated], { 'leg.csv': 'x' }), {}, files);
    expect([files.size, report.evidence.differing]).toEqual([0, ['leg.csv']]);
  });

  it('names a correction that was made beside another account of its target', async () => {
    const target = JSON.stringify({ ...(JSON.parse(line('a')) as JsonObject), item: 'imo:0000048' });
    const correction = JSON.stringify({ ...(JSON.parse(line('b')) as JsonObject), kind: 'correction', corrects: 'a' });
    const { reply } = ledger();
    expect(await outcome(reply, caseIn([correction], {}))).toEqual([0, 1, 0, [], []]);
    expect(await outcome(reply, caseIn([target, correction], {}))).toEqual([
      0,
      1,
      1,
      [expect.stringMatching(/^(items, as|as, items): made beside another account of a$/)],
      [],
    ]);
  });

  it('is a conflict where another line has the id, or a record that only carries this one', async () => {
    const { reply, held } = ledger();
    await outcome(reply, caseIn([cited()], {}));
    expect(await outcome(reply, caseIn([cited({ grade: 'B2' })], {}))).toEqual([6, 0, 0, [], ['event.id-conflict']]);
    const stands = held.get('x-1') as SightingDocument;
    held.set('x-1', { ...stands, kind: 'registration' });
    expect(await outcome(reply, caseIn([cited()], {}))).toEqual([6, 0, 0, [], ['event.id-conflict']]);
    const unseen: Reply = (asked, response, request) => {
      if (asked.url.startsWith('/v1/events/')) return ledger().reply(asked, response, request);
      return reply(asked, response, request);
    };
    expect(await outcome(unseen, caseIn([cited()], {}))).toEqual([6, 0, 0, [], ['event.id-conflict']]);
  });
});

describe('an import', () => {
  it('points into the line for what the server refuses', async () => {
    const refuses: Reply = ({ rows }, response) => {
      const errors = [{ code: 'identifier.length', pointer: '/items/0/id', detail: 'short' }];
      response.end(rows.map(({ id }, row) => `${JSON.stringify({ row, status: 'refused', id, errors })}\n`).join(''));
    };
    const single = JSON.stringify({ ...(JSON.parse(line('a')) as JsonObject), item: { scheme: 'imo', value: '0000048' } });
    const { report } = await importFrom(refuses, file(single));
    expect(report.rejected[0]?.faults[0]).toMatchObject({ code: 'identifier.length', pointer: '/item/value' });
  });

  it('sends long lines a few at a time', async () => {
    const long = (id: string): string => JSON.stringify({ ...(JSON.parse(line(id)) as JsonObject), note: 'x'.repeat(400_000) });
    const ids = Array.from({ length: 30 }, (_, n) => `n-${n}`);
    const { report, asked } = await importFrom(accept, file(...ids.map(long)));
    // Chunks are under way together: which one the server takes up first is left to the machine.
    const sent = asked.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect([report.accepted, sent.sort()]).toEqual([30, ids.sort()]);
    expect(Math.max(...asked.map(({ rows }) => JSON.stringify(rows).length))).toBeLessThan(6 * 1024 * 1024);
  });

  it('that is interrupted says how many lines are in, whatever the server is doing', async () => {
    for (const signalAt of ['before the first answer', 'while it waits'] as const) {
      const controller = new AbortController();
      const hangs: Reply = (_, response) => {
        if (signalAt === 'while it waits') response.writeHead(503).end('{}');
        setTimeout(() => controller.abort(), 50);
      };
      await expect(importFrom(hangs, file(line('a'), line('b')), { signal: controller.signal })).rejects.toMatchObject({
        exitCode: 130,
        code: 'interrupted',
        message: 'Interrupted. 0 of 2 lines are known to be in.',
        remedy: expect.stringMatching(/^Run the same import again:/) as string,
      });
    }
  });

  it('that is interrupted while it reads says that nothing was sent', async () => {
    const run = importFrom(accept, file(line('a')), { signal: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ exitCode: 130, code: 'interrupted', message: 'Interrupted before anything was sent.' });
  });

  it('of a pipe does not wait for somebody to write into it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(importFrom(accept, pipe)).rejects.toMatchObject({ code: 'import.not-a-file', exitCode: 2 });
  });

  it('rejects a line whose sighting would be too large, as that line of the file', async () => {
    const large = JSON.stringify({ ...(JSON.parse(line('b')) as JsonObject), note: 'x'.repeat(700_000) });
    const { exit, report, asked } = await importFrom(accept, file(line('a'), large));
    expect([exit, report.rejected.map(({ line: number, faults }) => [number, faults[0]?.code])]).toEqual([6, [[2, 'json.too-large']]]);
    expect(asked.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual(['a']);
  });

  it('of a line that is none stops in front of it, before anything is sent', async () => {
    let asked = 0;
    const counts: Reply = (...all) => {
      asked++;
      accept(...all);
    };
    const path = file(line('a'), 'x'.repeat(17 * 1024 * 1024));
    await expect(importFrom(counts, path)).rejects.toMatchObject({ code: 'import.line-too-long', exitCode: 2 });
    expect(asked).toBe(0);
  });

  it('of an answer that is none of this server says that another one answered', async () => {
    const proxy: Reply = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no</h1>');
    await expect(importFrom(proxy, file(line('a')))).rejects.toMatchObject({ code: 'server.answer', exitCode: 3 });
  });
});
