/** What goes into the running product and comes out of it again: imports, exports, conflicts, dead letters. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRow, ConflictsView, DeadLettersView, EventAnswer, JsonObject, TimelineView } from '#lib/contracts';
import { canonicalize, sha256Hex } from '#lib/ledger';
import { CAR, impliedPlaces, placedThere, timelinePath } from './product-tracing.contract.ts';
import { CUSTOMS_KEY, DEMO, FOREIGN_KEY, type Product, PUBLISHER_KEY, recordOf, sighting } from './tested-product.contract.ts';

const parseLines = (text: string): JsonObject[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
const demoLines = parseLines(readFileSync(DEMO, 'utf8'));

/** Where two lists of lines differ, line by line. */
const differences = (exported: readonly JsonObject[], lines: readonly JsonObject[]): number[] =>
  Array.from({ length: Math.max(exported.length, lines.length) }, (_, index) => index).filter(
    (index) => !equalJson(exported[index], lines[index]),
  );

function equalJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.length &&
    left.every(([name, value]) => Object.hasOwn(b, name) && equalJson(value, (b as JsonObject)[name]))
  );
}

/** The value with one member or element less, for each one at any depth. */
function* withOneLess(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  const rebuilt = (entries: [string, unknown][]): unknown =>
    Array.isArray(value) ? entries.map(([, element]) => element) : Object.fromEntries(entries);
  const entries = Object.entries(value);
  for (const [index, [name, member]] of entries.entries()) {
    yield rebuilt(entries.filter((_, other) => other !== index));
    for (const less of withOneLess(member)) yield rebuilt(entries.map((entry, other) => (other === index ? [name, less] : entry)));
  }
}

export function exchangeContract(product: Product): void {
  const folder = mkdtempSync(join(tmpdir(), 'custody-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, lines: readonly unknown[]): string => {
    writeFileSync(join(folder, name), lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
    return join(folder, name);
  };

  describe('the demo case', () => {
    it('comes back as it went in: 62 lines, equal as JSON, in order', async () => {
      const { code, stdout } = await product.cli('export', '--as', 'case');
      expect(code).toBe(0);
      const exported = parseLines(stdout);
      expect(exported).toHaveLength(62);
      expect(differences(exported, demoLines)).toEqual([]);
      let dropped = 0;
      for (const [index, line] of exported.entries()) {
        for (const less of withOneLess(line)) {
          if (equalJson(less, demoLines[index])) throw new Error(`line ${index + 1} is equal with a member less`);
          dropped++;
        }
      }
      expect(dropped).toBeGreaterThan(1_500);
      expect(differences(exported.slice(1), demoLines)).not.toEqual([]);
    });

    it('imported again changes nothing', async () => {
      const [size, ends] = [await product.sightings(), await product.eventLogEnds()];
      const { code, stdout } = await product.cli('import', DEMO);
      expect([code, stdout]).toEqual([
        0,
        '62 lines: 0 accepted, 62 already there, 0 rejected.\n19 files of evidence: 0 received, 19 there already.\n',
      ]);
      expect([await product.sightings(), await product.eventLogEnds()]).toEqual([size, ends]);
    });

    it('as a copy whose statement is an observation puts the car where nobody saw it, and the check says so', async () => {
      const copy = demoLines
        .filter((line) => JSON.stringify(line).includes('WDDSYNTH9JA000001'))
        .map(
          (line) =>
            JSON.parse(JSON.stringify(line).replaceAll('lux-', 'copy-').replaceAll('WDDSYNTH9JA000001', 'WDDSYNTH2JA000003')) as JsonObject,
        );
      const trace = async (): Promise<[string[], string[]]> => {
        const { entries } = await product.json<TimelineView>(timelinePath('vin:WDDSYNTH2JA000003'));
        return [impliedPlaces((await product.cli('trace', 'vin:WDDSYNTH2JA000003')).stdout), placedThere(entries)];
      };
      const before = await product.sightings();
      const faithful = copy.filter(({ id }) => id !== 'copy-0049');
      expect((await product.cli('import', '--no-batch', file('copy.jsonl', faithful))).code).toBe(0);
      await product.untilProjected(before + faithful.length);
      expect(await trace()).toEqual([[], []]);
      expect(
        (
          await product.cli(
            'import',
            '--no-batch',
            file(
              'changed.jsonl',
              copy.map((line) => (line['id'] === 'copy-0049' ? { ...line, kind: 'observation' } : line)),
            ),
          )
        ).code,
      ).toBe(0);
      await product.untilProjected(before + copy.length);
      const [lines, placed] = await trace();
      expect(lines).not.toEqual([]);
      expect(placed).toEqual(['copy-0049']);
    });
  });

  it('what an import did is one event, which names file and counts, and is no line of a case', async () => {
    const line = (id: string): JsonObject => ({
      id,
      kind: 'observation',
      item: 'serial:demo:BATCH1',
      source: { kind: 'ais' },
      tlp: 'GREEN',
    });
    const path = file('batch.jsonl', [line('batch-1'), line('batch-2'), { id: 'batch-3' }]);
    const size = await product.sightings();
    expect((await product.cli('import', path)).code).toBe(6);
    await product.untilProjected(size + 3);
    expect((await product.cli('import', path)).stdout).toBe('3 lines: 0 accepted, 2 already there, 1 rejected.\n');
    expect(await product.sightings()).toBe(size + 3);

    const rows = async (...filters: string[]): Promise<AuditRow[]> => {
      const { stdout } = await product.cli('audit', 'ls', ...filters, '--as', 'ndjson');
      return stdout.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text) as AuditRow]));
    };
    const [batch, ...others] = await rows('action:batch');
    const sha256 = sha256Hex(readFileSync(path));
    expect([batch, others]).toMatchObject([
      {
        principal: 'operator',
        evidence: [{ sha256, ref: 'batch.jsonl' }],
        import: { members: 2, counts: { lines: 3, accepted: 2, duplicates: 0, rejected: 1 } },
      },
      [],
    ]);
    expect((await rows(`batch:${batch?.id ?? ''}`)).map(({ id }) => id).sort()).toEqual(['batch-1', 'batch-2']);
    expect((await product.cli('export')).stdout).not.toContain('"kind":"batch"');
  });

  it('a case imported from another folder changes nothing, and what it cites is shown with or without its hash', async () => {
    const cited = { id: 'cited-1', kind: 'observation', item: 'serial:demo:CITED1', source: { kind: 'ais' }, tlp: 'GREEN' };
    const lines = [{ ...cited, track: 'leg.csv', recordedBy: 'analyst' }];
    const size = await product.sightings();
    expect((await product.cli('import', '--no-batch', file('cited.jsonl', lines))).code).toBe(0);
    await product.untilProjected(size + 1);
    const { stdout } = await product.cli('trace', 'serial:demo:CITED1');
    expect(stdout).toContain('leg.csv (hash not given, not held here) · reported by analyst (stated)');
    mkdirSync(join(folder, 'beside'));
    writeFileSync(join(folder, 'beside/leg.csv'), 'MMSI\n');
    const again = await product.cli('import', file('beside/cited.jsonl', lines));
    expect([again.code, again.stdout]).toEqual([
      0,
      '1 lines: 0 accepted, 1 already there, 0 rejected.\n1 file of evidence: 1 received, 0 there already.\n',
    ]);
    expect(again.stderr).toMatch(/^line 1 \(cited-1\) {2}leg\.csv: the ledger has it without a hash; the file here has SHA-256 /m);
    // That the file was received is an entry of its own.
    await product.untilProjected(size + 2);
    expect(await product.sightings()).toBe(size + 2);
  });

  it('a line that is planted beside another record does not come out, and the export says so', async () => {
    const size = await product.sightings();
    const line = { id: 'planted-1', kind: 'claim', statement: 'nothing to see', source: { kind: 'photo' }, tlp: 'GREEN' };
    expect((await product.post(sighting('planted-1', { extension: { case: line } }))).status).toBe(202);
    await product.untilProjected(size + 1);
    const { code, stdout, stderr } = await product.cli('export');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^1 record carries a case line that does not say what the record says.*: planted-1$/m);
    const out = parseLines(stdout).find(({ id }) => id === 'planted-1');
    expect(out).toMatchObject({ kind: 'observation', items: [{ scheme: 'serial', value: 'demo:X1' }] });
  });

  describe('an import', () => {
    const good = (id: string): JsonObject => ({
      id,
      recordedAt: '2019-02-04T10:12:00Z',
      kind: 'observation',
      item: { scheme: 'vin', value: 'WDDSYNTH0JA000002' },
      source: { kind: 'ais' },
      tlp: 'GREEN',
    });

    it('with rejected lines ends in 6, names line, code and place, and writes the lines as they were', async () => {
      const bad = [
        '{"id":"bad-1",',
        JSON.stringify({ ...good('bad-2'), kind: 'rumour' }),
        '[1]',
        JSON.stringify({ ...good('bad-4'), item: { scheme: 'vin', value: 'WDDSYNTH9JA00000O' } }),
      ];
      const rejects = join(folder, 'rejects.jsonl');
      const size = await product.sightings();
      const { code, stdout, stderr } = await product.cli(
        'import',
        '--no-batch',
        file('mixed.jsonl', [good('mixed-1'), ...bad, good('mixed-2')]),
        '--rejects',
        rejects,
      );
      expect([code, stdout]).toEqual([6, '6 lines: 2 accepted, 0 already there, 4 rejected.\n']);
      expect(stderr).toMatch(/^line 2 {2}json\.syntax {2}byte 14 /m);
      expect(stderr).toMatch(/^line 3 \(bad-2\) {2}import\.kind-unknown {2}\/kind /m);
      expect(stderr).toMatch(/^line 4 {2}import\.not-an-object /m);
      expect(stderr).toMatch(/^line 5 \(bad-4\) {2}\S+ {2}\/item\S* /m);
      expect(readFileSync(rejects, 'utf8')).toBe(bad.map((line) => `${line}\n`).join(''));
      await product.untilProjected(size + 2);
    });

    it('takes no correction of a plan that it rejects for what was seen, neither before the plan is mended nor after', async () => {
      const item = { scheme: 'vin', value: 'WDDSYNTH4JA000004' };
      const there = { place: { name: 'Nakhodka', country: 'RU', unlocode: 'RUNJK' }, occurred: '2018-10-05', item };
      const plan = { ...good('plan-1'), ...there, claimType: 'scheduled' };
      const correction = { ...good('plan-2'), ...there, kind: 'correction', corrects: 'plan-1', occurred: '2018-10-06' };
      const refused = await product.cli('import', file('refused.jsonl', [{ ...plan, item: { ...item, mmsi: 671990004 } }, correction]));
      expect([refused.code, refused.stdout]).toEqual([6, '2 lines: 0 accepted, 0 already there, 2 rejected.\n']);
      expect(refused.stderr).toMatch(/^line 2 \(plan-2\) {2}import\.target-refused {2}\/corrects /m);
      const before = await product.sightings();
      const mended = await product.cli('import', '--no-batch', file('mended.jsonl', [plan, correction]));
      expect([mended.code, mended.stdout]).toEqual([0, '2 lines: 2 accepted, 0 already there, 0 rejected.\n']);
      await product.untilProjected(before + 2);
      const { entries } = await product.json<TimelineView>(timelinePath('vin:WDDSYNTH4JA000004'));
      expect([entries.length, placedThere(entries)]).toEqual([2, []]);
    });

    it('with --on-error rollback keeps none of a file with a bad line; --dry-run keeps none of any', async () => {
      const size = await product.sightings();
      const path = file('rolled.jsonl', [good('rolled-1'), '{', good('rolled-2')]);
      expect(await product.cli('import', path, '--on-error', 'rollback')).toMatchObject({
        code: 6,
        stdout: '3 lines: 2 would have been accepted, 0 already there, 1 rejected. Nothing written (--on-error rollback).\n',
      });
      const dry = await product.cli('import', path, '--dry-run', '--json');
      expect(dry.code).toBe(6);
      expect(JSON.parse(dry.stdout)).toMatchObject({
        lines: 3,
        accepted: 0,
        acceptable: 2,
        duplicates: 0,
        written: false,
        dryRun: true,
        rejected: [{ line: 2, errors: [{ code: 'json.syntax' }] }],
      });
      expect(await product.sightings()).toBe(size);
      expect(await product.problem('/v1/events/rolled-1')).toMatchObject({ code: 'event.not-found' });
    });

    it('of a file that is not there ends in 2, and of a server that is not there in 75', async () => {
      const missing = await product.cli('import', join(folder, 'nowhere.jsonl'), '--json');
      expect([missing.code, JSON.parse(missing.stdout)]).toMatchObject([2, { error: { code: 'import.no-file' } }]);
      const nowhere = await product.cli('export', '-o', join(folder, 'nowhere/case.jsonl'));
      expect(nowhere).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^custody: There is no such file or folder: .* \[ENOENT\]$/m) as string,
      });
      const alone = await product.cliAt('http://127.0.0.1:9', 'trace', CAR, '--json');
      expect([alone.code, JSON.parse(alone.stdout)]).toMatchObject([75, { error: { code: 'server.unreachable' } }]);
    });
  });

  describe('other bytes under an id that is taken', () => {
    it('are refused by capture where it can see it, and the first stand', async () => {
      const size = await product.sightings();
      expect((await product.post(sighting('taken-1'))).status).toBe(202);
      await product.untilProjected(size + 1);
      const refused = await product.post(sighting('taken-1', { statement: 'other' }));
      expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'event.id-conflict', errors: [{ pointer: '/id' }] }]);
      const again = await product.post(sighting('taken-1'));
      expect([again.status, await again.json()]).toMatchObject([202, { status: 'duplicate' }]);
    });

    it('that reached the log all the same are kept and shown to their submitter', async () => {
      await product.append(recordOf(sighting('taken-1', { statement: 'raced' }), PUBLISHER_KEY));
      await product.until('the conflict is shown', async () => (await product.json<ConflictsView>('/v1/conflicts')).conflicts.length > 0);
      const { conflicts } = await product.json<ConflictsView>('/v1/conflicts');
      const { event } = await product.json<EventAnswer>('/v1/events/taken-1');
      expect(conflicts).toMatchObject([
        { agency: 'local', id: 'taken-1', standing: { logIndex: event.logIndex, contentHash: event.contentHash } },
      ]);
      expect(event.document.statement).toBeUndefined();
      expect(conflicts[0]?.contentHash).not.toBe(event.contentHash);
    });

    it('are named on the event to its submitter, without what they say, and in no answer of a point of view or of a timeline', async () => {
      const [conflict] = (await product.json<ConflictsView>('/v1/conflicts')).conflicts;
      const raced = JSON.stringify(sighting('taken-1', { statement: 'raced' }));
      const now = await product.json<EventAnswer>('/v1/events/taken-1');
      expect(now.conflicts).toEqual([{ contentHash: conflict?.contentHash, captured: conflict?.captured }]);
      expect(now.conflicts?.[0]?.contentHash).toBe(sha256Hex(Buffer.from(canonicalize(JSON.parse(raced) as never))));
      expect(JSON.stringify(now)).not.toContain('raced');
      const { conflicts: _, ...rest } = now;
      expect(await product.json<EventAnswer>(`/v1/events/taken-1?asOf=log:${now.coordinates.asOf.logSize}`)).toEqual(rest);
      expect(await product.json<EventAnswer>('/v1/events/lux-0009')).not.toHaveProperty('conflicts');
      const item = now.event.document.items?.[0]?.id ?? '';
      const timeline = await (await product.get(timelinePath(item))).text();
      expect([timeline.includes('taken-1'), timeline.includes(conflict?.contentHash ?? 'none')]).toEqual([true, false]);
    });

    it('are listed by custody conflicts ls', async () => {
      const view = await product.json<ConflictsView>('/v1/conflicts');
      const json = await product.cli('conflicts', 'ls', '--json');
      expect([json.code, JSON.parse(json.stdout)]).toEqual([0, view]);
      const { code, stdout, stderr } = await product.cli('conflicts', 'ls');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.split('\n')).toEqual([
        `local/taken-1  by operator, captured ${view.conflicts[0]?.captured}`,
        `       not stored as an event  sha256 ${view.conflicts[0]?.contentHash}`,
        expect.stringMatching(new RegExp(`^ {7}stands, log index \\d+ +sha256 ${view.conflicts[0]?.standing.contentHash}$`)),
        '',
      ]);
      const wrong = await product.cli('conflicts', 'ls', '--limit', 'x', '--json');
      expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([2, { error: { code: expect.any(String) as string } }]);
    });
  });

  describe('a record by nobody known', () => {
    it('is a dead letter with its reason and its bytes, and costs only itself', async () => {
      const size = await product.sightings();
      await product.append(recordOf(sighting('forged-1'), FOREIGN_KEY));
      await product.append(recordOf(sighting('after-the-forged'), PUBLISHER_KEY));
      await product.untilProjected(size + 1);
      await product.until(
        'the dead letter is listed',
        async () => (await product.json<DeadLettersView>('/v1/dead-letters')).deadLetters.length > 0,
      );
      const { code, stdout } = await product.cli('dlq', 'ls', '--json');
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        { deadLetters: [{ seq: 1, code: 'record.forged', retried: false }], next: null },
      ]);
      expect((await product.cli('dlq', 'ls')).stdout).toContain('record.forged');
      expect((await product.cli('dlq', 'show', '1')).stdout).toContain('"id":"forged-1"');
      expect(await product.problem('/v1/events/forged-1')).toMatchObject({ status: 404, code: 'event.not-found' });
    });

    it('appended again is one again, and once is enough', async () => {
      expect((await product.cli('dlq', 'retry', '1')).code).toBe(0);
      await product.until(
        'it is a dead letter again',
        async () => (await product.json<DeadLettersView>('/v1/dead-letters')).deadLetters.length === 2,
      );
      const twice = await product.cli('dlq', 'retry', '1', '--json');
      expect([twice.code, JSON.parse(twice.stdout)]).toMatchObject([5, { error: { code: 'dlq.retried' } }]);
      const none = await product.cli('dlq', 'show', '99', '--json');
      expect([none.code, JSON.parse(none.stdout)]).toMatchObject([3, { error: { code: 'dlq.not-found' } }]);
    });
  });

  it('the largest document that is allowed passes through the log, and one byte more is refused', async () => {
    const largest = (bytes: number): string => {
      const document = sighting('largest-1', { extension: { x: '' } });
      return JSON.stringify({ ...document, extension: { x: 'x'.repeat(bytes - JSON.stringify(document).length) } });
    };
    const size = await product.sightings();
    const refused = await product.post(largest(1024 * 1024 + 1));
    expect([refused.status, await refused.json()]).toMatchObject([413, { code: 'json.too-large' }]);
    expect((await product.post(largest(1024 * 1024))).status).toBe(202);
    await product.untilProjected(size + 1);
    expect((await product.get('/v1/events/largest-1')).status).toBe(200);
  });

  it('one id of two agencies is two events, of which one has to be named', async () => {
    const size = await product.sightings();
    expect((await product.post(sighting('shared-id'))).status).toBe(202);
    await product.append(recordOf(sighting('shared-id', { statement: 'from elsewhere' }), CUSTOMS_KEY, 'customs'));
    await product.untilProjected(size + 2);
    expect(await product.problem('/v1/events/shared-id')).toMatchObject({ status: 409, code: 'event.ambiguous' });
    const { event } = await product.json<EventAnswer>('/v1/events/shared-id?agency=customs');
    expect(event).toMatchObject({
      agency: 'customs',
      submittedBy: { agency: 'customs', proved: true },
      document: { statement: 'from elsewhere' },
    });
    expect((await product.json<ConflictsView>('/v1/conflicts')).conflicts.filter(({ id }) => id === 'shared-id')).toEqual([]);
  });

  it('what another agency keeps to itself is as if it were not there', async () => {
    const size = await product.sightings();
    const own = {
      handling: { tlp: 'RED' as const, principals: ['operator'] },
      items: [{ id: 'serial:demo:HIDDEN1', role: 'subject' as const }],
    };
    await product.append(recordOf(sighting('hidden-1', own), CUSTOMS_KEY, 'customs'));
    await product.append(
      recordOf(
        sighting('shown-1', {
          ...own,
          handling: { tlp: 'AMBER', agencies: ['local'] },
          items: [{ id: 'serial:demo:SHOWN1', role: 'subject' }],
        }),
        CUSTOMS_KEY,
        'customs',
      ),
    );
    await product.untilProjected(size + 2);
    expect(await product.problem('/v1/events/hidden-1')).toMatchObject({ code: 'event.not-found' });
    expect(await product.problem('/v1/items/serial:demo:HIDDEN1')).toMatchObject({ code: 'item.not-found' });
    expect((await product.json<EventAnswer>('/v1/events/shown-1')).event.agency).toBe('customs');
  });

  it('a request id is in the answer, in the log line and on the event', async () => {
    const size = await product.sightings();
    const answer = await product.post(sighting('named-request'), { 'request-id': 'request.of-mine:1' });
    expect([answer.status, answer.headers.get('request-id')]).toEqual([202, 'request.of-mine:1']);
    await product.untilProjected(size + 1);
    await product.until('the log has a line', () => Promise.resolve(product.stderr().includes('"requestId":"request.of-mine:1"')));
    const record = (await product.records()).find(({ headers }) => headers['ce_id'] === 'named-request');
    expect(record?.headers['custody-request']).toBe('request.of-mine:1');
    const made = (await product.get('/livez')).headers.get('request-id');
    expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
}
