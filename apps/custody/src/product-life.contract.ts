/** Ends and starts of the product over one data directory, and what it leaves behind in its logs. Runs last: it stops the product. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord } from '#lib/ledger';
import type { DeadLettersView, ItemView, TimelineView } from '#lib/contracts';
import { changedProgram, runCustody, temporaryFolder } from '../test-process.ts';
import type { RebuildReport } from './commands/rebuild-report.ts';
import { CAR, timelinePath } from './product-tracing.contract.ts';
import { CUSTOMS_KEY, embeddedPool, FOREIGN_KEY, passwordsOf, type Product, PUBLISHER_KEY, sighting } from './tested-product.contract.ts';

/** Words that stand nowhere else: in every place where a document or a request can carry one. */
const CANARY = 'qwxzcanary';
const canaryDocument = {
  id: `${CANARY}-id`,
  kind: 'assessment',
  subtype: `${CANARY}-subtype`,
  modality: 'planned',
  handling: { tlp: 'RED', agencies: [`${CANARY}-agency`], principals: [`${CANARY}-principal`] },
  occurred: { from: '2018-06-11', to: '2018-06-11', precision: 'day' },
  place: { name: `${CANARY}-place`, text: `${CANARY}-text` },
  items: [
    {
      id: `serial:demo:${CANARY.toUpperCase()}`,
      role: 'subject',
      written: `${CANARY}-written`,
      aliases: { name: `${CANARY}-alias`, mmsi: `${CANARY}-mmsi` },
    },
  ],
  conveyance: { voyage: `${CANARY}-voyage` },
  parties: [{ role: `${CANARY}-role`, name: `${CANARY}-party`, address: `${CANARY}-address` }],
  source: { kind: `${CANARY}-kind`, title: `${CANARY}-title`, url: `https://${CANARY}.example/` },
  grade: 'B2',
  evidence: [{ sha256: 'ab'.repeat(32), ref: `${CANARY}-ref`, locator: `${CANARY}-locator`, type: `${CANARY}-type` }],
  statement: { text: `${CANARY}-statement`, lang: `${CANARY}-lang` },
  relations: { links: [`${CANARY}-link`], reason: `${CANARY}-reason` },
  reported: { at: '2019-01-01T00:00:00Z', by: `${CANARY}-by`, agency: `${CANARY}-reporter` },
  extension: { x: { [`${CANARY}-name`]: `${CANARY}-value` } },
};

async function provoke(product: Product): Promise<void> {
  const text = JSON.stringify(canaryDocument);
  const path = encodeURIComponent(`vin:${CANARY}`);
  expect((await product.post(text)).status).toBe(202);
  const changed = (members: object): string => JSON.stringify({ ...canaryDocument, ...members });
  const refused = [
    text.slice(0, -1),
    `${text}x`,
    text.replace('"kind"', `"${CANARY}":1,"${CANARY}":2,"kind"`),
    changed({ id: `${CANARY} id` }),
    changed({ kind: CANARY }),
    changed({ [CANARY]: CANARY }),
    changed({ items: [{ id: `vin:${CANARY}`, role: 'subject' }] }),
    changed({ occurred: { from: CANARY, precision: 'day' } }),
    changed({ place: { unlocode: CANARY } }),
    changed({ statement: 'other' }),
  ];
  for (const body of refused) {
    await product.until('it is known', async () => (await product.get(`/v1/events/${CANARY}-id`)).status === 200);
    const answer = await product.post(body);
    expect([body.slice(0, 40), answer.status >= 400 && answer.status < 500]).toEqual([body.slice(0, 40), true]);
  }
  for (const address of [
    `/v1/items/${path}`,
    `/v1/items/${path}/timeline?asOf=${CANARY}`,
    `/v1/search?q=${CANARY}`,
    `/v1/events/${CANARY}?agency=${CANARY}`,
    `/v1/events?cursor=${CANARY}`,
    `/${CANARY}`,
    `/v1/events?${CANARY}=1`,
    `/problems/${CANARY}`,
  ]) {
    await product.get(address, {
      'user-agent': CANARY,
      'x-forwarded-for': CANARY,
      cookie: CANARY,
      traceparent: CANARY,
      'if-none-match': `"${CANARY}"`,
      'request-id': `bad id ${CANARY}`,
    });
  }
  await product.append({ key: Buffer.from(CANARY), value: Buffer.from(`${CANARY} is no record`), headers: { [`ce_${CANARY}`]: CANARY } });
}

/** @param letGo closes the suite's own hold of the event log */
export function lifeContract(product: Product, letGo: () => Promise<void>): void {
  describe('the product ended and started again', () => {
    let whole = '';
    let secrets: string[] = [];

    it('writes log lines that hold no content, no identifier and no secret', async () => {
      await provoke(product);
      await product.until('the garbage is a dead letter', async () =>
        (await product.json<DeadLettersView>('/v1/dead-letters')).deadLetters.some(({ code }) => code === 'record.malformed'),
      );
      secrets = [
        PUBLISHER_KEY,
        ...Object.values(passwordsOf(product.dataDir)),
        readFileSync(join(product.dataDir, 'checkpoint.key'), 'utf8').trim(),
        ...(await product.records()).flatMap(({ value }) => {
          const record = decodeRecord(value);
          return record.ok ? [record.header.secret] : [];
        }),
      ];
      expect(secrets.length).toBeGreaterThan(60);
      const stderr = product.stderr();
      const lines = stderr
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { route?: string; status?: number });
      // The requests are there, by the template of their route: the search has something to look at.
      for (const route of ['/v1/items/:id', '/v1/items/:id/timeline', '/v1/search', '/v1/events/:id', 'unmatched'])
        expect(lines.map((line) => line.route)).toContain(route);
      const said = (text: string): string[] =>
        [...new RegExp(`${CANARY}|WDDSYNTH|SYNU0|lux-00|Rotterdam`, 'gi')[Symbol.matchAll](text)].map(([found]) => found);
      expect(said(stderr)).toEqual([]);
      expect(secrets.filter((secret) => stderr.includes(secret))).toEqual([]);
      expect(said(`${stderr}{"route":"/v1/items/vin:${CANARY}"}`)).toHaveLength(1);
      expect(said(readFileSync(join(product.dataDir, 'postgres.log'), 'utf8'))).toEqual([]);
    });

    it('takes in what is dated ahead of its own clock, marks it, asks about it, and lets it place nothing', async () => {
      const item = 'serial:demo:AHEAD';
      const day = (from: string) => ({ from, to: from, precision: 'day' as const });
      const members = { items: [{ id: item, role: 'subject' as const }], place: { name: 'Busan' } };
      for (const [id, from] of [
        ['ahead-1', '2190-06-14'],
        ['before-1', '2018-06-14'],
      ] as const)
        expect((await product.post(sighting(id, { ...members, occurred: day(from) }))).status).toBe(202);
      await product.until('both are there', async () => (await product.get('/v1/events/before-1')).status === 200);
      await product.until('both are there', async () => (await product.get('/v1/events/ahead-1')).status === 200);
      const { entries, openQuestions } = await product.json<TimelineView>(timelinePath(item));
      expect(entries.map(({ id, places, why, flags }) => [id, places, why, flags])).toEqual([
        ['before-1', true, undefined, []],
        ['ahead-1', false, 'future-dated', ['future-dated']],
      ]);
      expect(openQuestions).toMatchObject([{ code: 'future-dated', refs: [{ id: 'ahead-1' }] }]);
      expect((await product.json<ItemView>(`/v1/items/${item}`)).lastPlacedBy).toMatchObject({ id: 'before-1' });
      const { stdout } = await product.cli('trace', item);
      expect(stdout).toContain('  ~  2190-06-14   [OBSERVATION, FUTURE-DATED; places nothing]');
      expect(stdout).toContain('Last placed 2018-06-14, Busan (entry 1)');
    });

    it('refuses a second process over the same data, which says so and harms nothing', async () => {
      const second = await runCustody(['serve', '--port', '0', '--json'], product.env);
      expect([second.code, `${second.stdout}${second.stderr}`]).toEqual([5, expect.stringContaining('data.locked')]);
      expect((await product.get('/livez')).status).toBe(200);
      expect((await product.get('/readyz')).status).toBe(200);
    });

    it('ends in order on SIGTERM, the database with it', async () => {
      whole = await (await product.get(timelinePath(CAR))).text();
      await letGo();
      const started = performance.now();
      expect(await product.running().stop()).toBe(0);
      process.stderr.write(`ended in order after ${Math.round(performance.now() - started)} ms\n`);
      expect(existsSync(join(product.dataDir, 'postgres/postmaster.pid'))).toBe(false);
      expect(product.stderr()).not.toMatch(/"level":"error"/);
      // Nothing is lost in an end that was asked for.
      expect(product.stderr()).not.toContain('An idle database connection was lost.');
    });

    it('finds nothing wrong while it is stopped', async () => {
      const { code, stdout, stderr } = await runCustody(['doctor', '--json'], { ...product.env, CUSTODY_PORT: '9' });
      expect([code, stderr]).toEqual([0, '']);
      const { findings } = JSON.parse(stdout) as { findings: { name: string; verdict: string }[] };
      expect(findings.filter(({ verdict }) => verdict !== 'ok').map(({ name }) => name)).toEqual(['server']);
      expect(findings.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['database', 'migrations', 'rights', 'event log', 'clock', 'disk']),
      );
    });

    it('folds the ledger again to what was there, table by table', async () => {
      const { code, stdout, stderr } = await runCustody(['rebuild', '--verify', '--json'], product.env);
      expect([code, stderr.includes('"level":"error"')]).toEqual([0, false]);
      const { equal, derived, entries, rules } = JSON.parse(stdout) as RebuildReport;
      expect([equal, rules.differing, rules.sha256]).toEqual([true, [], rules.released]);
      expect(entries).toBeGreaterThan(62);
      expect(derived.map(({ name }) => name)).toEqual([
        ...[
          'timeline',
          'relations',
          'spoken',
          'search_keys',
          'sighting_keys',
          'policy',
          'evidence_refs',
          'audit',
          'batch_members',
          'open_points',
          'handlings',
          'marked',
          'timelines',
        ],
      ]);
      for (const { name, rows, before, after } of derived)
        // The demo has no act of policy and no marking.
        expect([name, before, rows > 0]).toEqual([
          name,
          name === 'timelines' ? null : after,
          !['policy', 'handlings', 'marked'].includes(name),
        ]);
    });

    describe('and compared with what another version made of the ledger', () => {
      const folder = temporaryFolder();
      const digest = join(folder.path, 'digest.json');
      const compare = async (program?: string): Promise<[code: number | null, differing: string[]]> => {
        const { code, stdout } = await runCustody(['rebuild', '--verify', '--expect', digest, '--json'], product.env, program);
        return [code, (JSON.parse(stdout) as RebuildReport).derived.filter(({ equal }) => !equal).map(({ name }) => name)];
      };
      afterAll(() => folder.remove());

      it('is equal by the same rules, and differs in the folded timelines where one rule of the fold was changed', async () => {
        const { stdout } = await runCustody(['rebuild', '--verify', '--json'], product.env);
        writeFileSync(digest, stdout);
        expect(await compare()).toEqual([0, []]);
        // Statements would place: what no stored table shows, since timelines are folded when they are read.
        const program = changedProgram(
          folder.path,
          'libs/domain/src/rules.js',
          'onlyPlacingKindsPlace: true',
          'onlyPlacingKindsPlace: false',
        );
        expect(await compare(program)).toEqual([1, ['timelines']]);
        // It shows by itself too, without the other version's word: the program is not what was released.
        const alone = await runCustody(['rebuild', '--verify'], product.env, program);
        expect(alone).toMatchObject({
          code: 1,
          stdout: expect.stringMatching(/^The RULES of this program .* otherwise: .*\bonlyPlacingKindsPlace;/m),
        });
        expect(
          alone.stdout
            .match(/^\w+ +\w+/gm)
            ?.map((line) => line.split(/ +/))
            .filter(([word]) => word === 'DIFFER'),
        ).toEqual([['DIFFER', 'rules']]);
        // Four commands that each start a database.
      }, 120_000);

      it('says what cannot be compared, and changes nothing', async () => {
        const refused = async (text: string, ...flags: string[]): Promise<[number | null, string | undefined]> => {
          writeFileSync(digest, text);
          const { code, stderr } = await runCustody(['rebuild', ...flags, '--expect', digest], product.env);
          return [code, /\[([\w.-]+)\]/.exec(stderr)?.[1]];
        };
        const report = JSON.parse(readFileSync(digest, 'utf8')) as RebuildReport;
        expect(await refused(JSON.stringify(report))).toEqual([2, 'usage']);
        expect(await refused('equal  timeline', '--verify')).toEqual([2, 'rebuild.not-a-digest']);
        expect(await refused(JSON.stringify({ ...report, entries: 1 }), '--verify')).toEqual([5, 'rebuild.other-ledger']);
        folder.remove();
        expect((await runCustody(['rebuild', '--verify', '--expect', digest], product.env)).code).toBe(2);
      });
    });

    it('starts warm with everything as it was, and takes what a key that is accepted now has signed', async () => {
      const { readyMs } = await product.start({ CUSTODY_PUBLISHER_KEYS_ACCEPTED: `customs=${CUSTOMS_KEY},${FOREIGN_KEY}` });
      process.stderr.write(`ready after ${Math.round(readyMs)} ms (warm)\n`);
      const size = await product.sightings();
      expect(withoutSize(await (await product.get(timelinePath(CAR))).text())).toEqual(withoutSize(whole));
      const { deadLetters } = await product.json<DeadLettersView>('/v1/dead-letters');
      const forged = deadLetters.find(({ code, retried }) => code === 'record.forged' && !retried);
      expect((await product.cli('dlq', 'retry', String(forged?.seq))).code).toBe(0);
      await product.untilProjected(size + 1);
      expect((await product.get('/v1/events/forged-1')).status).toBe(200);
    });

    it('folds again to something else where a derived row was changed by hand, and says in which table', async () => {
      const pool = embeddedPool(product.dataDir, 'owner');
      const change = "update ledger.timeline set item = 'vin:WDDSYNTH0JA000002' where item = 'vin:WDDSYNTH9JA000001' and id = 'lux-0009'";
      await expect(pool.query(change)).rejects.toThrow('ledger.append-only');
      // Only whoever owns the tables can take the guard off.
      await pool.query('alter table ledger.timeline disable trigger user');
      expect((await pool.query(change)).rowCount).toBe(1);
      await pool.query('alter table ledger.timeline enable trigger user');
      await pool.close();
      expect(await product.running().stop()).toBe(0);
      const changed = await runCustody(['rebuild', '--verify'], product.env);
      expect(changed.code).toBe(1);
      expect(
        changed.stdout
          .split('\n')
          .filter((line) => line.startsWith('DIFFER'))
          .map((line) => line.split(/ +/)[1]),
      ).toEqual(['timeline']);
      expect(await runCustody(['rebuild', '--verify'], product.env)).toMatchObject({ code: 0 });
      await product.start();
    });

    it('is gone after a reset that was confirmed, and not before', async () => {
      expect(await runCustody(['reset'], product.env)).toMatchObject({ code: 2 });
      const running = await runCustody(['reset', '--yes'], product.env);
      expect([running.code, existsSync(product.dataDir)]).toEqual([5, true]);
      expect(await product.running().stop()).toBe(0);
      expect(await runCustody(['reset', '--yes'], product.env)).toMatchObject({ code: 0 });
      expect(existsSync(product.dataDir)).toBe(false);
    });
  });
}

/** Entries came in since; the car's timeline stays what it was. */
function withoutSize(text: string): unknown {
  const { coordinates: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}
