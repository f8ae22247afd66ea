/** What somebody says by hand, over the whole product: one sighting with its evidence, and a case of chosen ones. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseView, EventAnswer, EvidenceView } from '#lib/contracts';
import { temporaryFolder } from '../test-process.ts';
import type { Product } from './tested-product.contract.ts';

/** Each is a process of its own, on a machine that may be busy. */
const MANY_COMMANDS_MS = 240_000;

export function chosenContract(product: Product): void {
  describe('what is said by hand', () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const json = async <T>(...args: string[]): Promise<T> => {
      const { code, stdout, stderr } = await product.cli(...args, '--json');
      expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, expect.any(String)]);
      return JSON.parse(stdout) as T;
    };
    const errorOf = async (
      ...args: string[]
    ): Promise<{ code: number | null; error: { code: string; message: string; remedy: string } }> => {
      const { code, stdout } = await product.cli(...args, '--json');
      return { code, ...(JSON.parse(stdout) as { error: { code: string; message: string; remedy: string } }) };
    };

    it(
      'one sighting goes in with its evidence, is shown before, and has its receipt',
      async () => {
        const path = join(folder.path, 'gate.txt');
        writeFileSync(path, 'gate 7\nSYNU 000001 4\n');
        const said = [
          '--item',
          'container:SYNU 000001 4',
          '--at',
          '2018-06-12T10:00+02:00',
          '--place',
          'NLRTM',
          '--source',
          'terminal_record',
        ];
        const begun = performance.now();
        const added = await product.cli('add', ...said, '--evidence', path, '--locator', 'line:2', '--grade', 'b2', '--id', 'by-hand-1');
        expect([added.code, added.stderr]).toEqual([0, expect.stringContaining('handling  TLP:AMBER')]);
        expect(performance.now() - begun).toBeLessThan(60_000);
        expect(added.stdout).toMatch(/^local\/by-hand-1 {2}accepted, captured .*\ncustody-ledger\/receipt\//);
        await product.until('it is there', async () => (await product.get('/v1/events/by-hand-1')).status === 200);
        const { event } = await product.json<EventAnswer>('/v1/events/by-hand-1');
        expect(event.document).toMatchObject({
          kind: 'observation',
          items: [{ id: 'container:SYNU0000014', role: 'subject' }],
          occurred: { from: '2018-06-12T10:00+02:00', precision: 'minute' },
          place: { unlocode: 'NLRTM' },
          source: { kind: 'terminal_record', family: 'tracking' },
          grade: 'B2',
          evidence: [{ ref: 'gate.txt', locator: 'line:2', bytes: 21 }],
        });
        const [{ sha256, held } = { sha256: null, held: false }] = event.evidence;
        expect(held).toBe(true);
        expect((await product.json<EvidenceView>(`/v1/evidence/sha256/${sha256}/custody`)).acts).toMatchObject([
          { act: 'received', purpose: 'evidence of by-hand-1' },
        ]);
        // Sent again under its id it is the same event.
        expect(
          (
            await json<{ receipt: { status: string } }>(
              'add',
              ...said,
              '--evidence',
              path,
              '--locator',
              'line:2',
              '--grade',
              'b2',
              '--id',
              'by-hand-1',
            )
          ).receipt.status,
        ).toBe('duplicate');
      },
      MANY_COMMANDS_MS,
    );

    it(
      'what does not do is refused by its option, with what would, and nothing of it is sent',
      async () => {
        const path = join(folder.path, 'unsent.txt');
        const unsent = 'never sent\n';
        writeFileSync(path, unsent);
        const digit = await errorOf('add', '--item', 'container:SYNU0000015', '--source', 'photo', '--evidence', path);
        expect([digit.code, digit.error]).toMatchObject([
          2,
          { code: 'add.check-fails', remedy: expect.stringContaining('--as-written') as string },
        ]);
        expect(digit.error.message).toMatch(/^--item: .*It would have to be 4/);
        const taken = await errorOf('add', '--item', 'container:SYNU0000014', '--source', 'photo', '--id', 'lux-0001', '--evidence', path);
        expect([taken.code, taken.error.code]).toEqual([5, 'event.id-conflict']);
        const { stdout } = await product.cli('evidence', 'ls', '--json');
        expect(stdout).not.toContain(createHash('sha256').update(unsent).digest('hex'));
        // A terminal that is none is not asked.
        expect((await errorOf('add')).error.code).toBe('usage');
      },
      MANY_COMMANDS_MS,
    );

    it(
      'a case is opened, filled, ordered, noted on and closed, and says so in its words',
      async () => {
        const opened = await json<{ case: { id: string } }>('case', 'new', 'Two cars', '--about', 'Rotterdam', '--id', 'case-7');
        expect(opened.case).toEqual({ agency: 'local', id: 'case-7' });
        const { event: first } = await product.json<EventAnswer>('/v1/events/lux-0001');
        await json('case', 'add', 'case-7', 'lux-0009', '--why', 'stuffed');
        await json('case', 'add', 'case-7', `log:${first.logIndex}`, '--first');
        await json('case', 'add', 'case-7', 'local/lux-0010');
        await json('case', 'note', 'case-7', 'ask the line', '--on', '2');
        await json('case', 'note', 'case-7', 'to be printed');
        await json('case', 'move', 'case-7', '3', '--after', '1');
        const view = await json<CaseView>('case', 'show', 'case-7');
        expect(view.entries.map(({ event }) => event.id)).toEqual(['lux-0001', 'lux-0010', 'lux-0009']);
        expect(view.entries[2]).toMatchObject({ why: 'stuffed', notes: [{ text: 'ask the line' }] });
        for (const [line, code, error] of [
          [['case', 'add', 'case-7', 'lux-0009'], 5, 'case.already-in'],
          [['case', 'move', 'case-7', '9', '--first'], 3, 'case.entry-not-found'],
          [['case', 'add', 'case-7', 'never'], 3, 'event.not-found'],
          [['case', 'add', 'case-7', 'case-7'], 2, 'usage'],
          [['case', 'show', 'never'], 3, 'case.not-found'],
          [['case', 'move', 'case-7', '1'], 2, 'usage'],
        ] as const)
          expect([line, (await errorOf(...line)).code, (await errorOf(...line)).error.code]).toEqual([line, code, error]);
        await json('case', 'remove', 'case-7', '2', '--why', 'not of them');
        await json('case', 'close', 'case-7', '--why', 'done');
        expect((await errorOf('case', 'note', 'case-7', 'late')).error.code).toBe('case.closed');
        const shown = await product.cli('case', 'show', 'case-7');
        expect(shown.stdout).toMatch(
          /^local\/case-7 {2}Two cars {2}TLP:AMBER {2}opened by operator, .*\n {2}Rotterdam\n {2}closed by operator, .*: done\n {2}1 {2}/,
        );
        expect(shown.stdout).toContain('2 sightings that you may see. As of log size ');
        expect((await product.cli('case', 'ls', '--plain')).stdout).toMatch(/^local\tcase-7\tAMBER\toperator\t\S+\tTwo cars\t\d+$/m);
      },
      MANY_COMMANDS_MS,
    );
  });
}
