/** Evidence over the whole product: what the demo brings, and what `custody evidence` does with a file. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EvidenceListView, EvidenceView, TimelineView } from '#lib/contracts';
import { readBundleZip } from '#lib/ledger';
import { temporaryFolder } from '../test-process.ts';
import { DEMO, DEMO_EVIDENCE, type Product } from './tested-product.contract.ts';

/** Each is a process of its own, on a machine that may be busy. */
const MANY_COMMANDS_MS = 240_000;
const CAR = 'vin:WDDSYNTH9JA000001';

export function evidenceContract(product: Product): void {
  describe('evidence', () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());
    const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const fileOf = (name: string, content: Uint8Array | string): { path: string; sha256: string } => {
      const path = join(folder.path, name);
      writeFileSync(path, content);
      return { path, sha256: hashOf(Buffer.from(content)) };
    };
    const place = (sha256: string): string => join(product.dataDir, 'evidence', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    const shown = async (sha256: string): Promise<EvidenceView> =>
      JSON.parse((await product.cli('evidence', 'show', sha256, '--json')).stdout) as EvidenceView;
    const untilActs = (sha256: string, acts: number): Promise<void> =>
      product.until(
        `${acts} acts`,
        async () => (await product.json<EvidenceView>(`/v1/evidence/sha256/${sha256}/custody`)).acts.length >= acts,
      );

    it('of the demo is held: each of its documents and tracks, cited and received', async () => {
      const { stdout } = await product.cli('evidence', 'ls', '--json');
      const { evidence: files } = JSON.parse(stdout) as Pick<EvidenceListView, 'evidence'>;
      const demo = ['evidence', 'ais'].flatMap((name) =>
        readdirSync(join(dirname(DEMO), name)).map((file) => join(dirname(DEMO), name, file)),
      );
      const hashes = demo.map((path) => hashOf(readFileSync(path)));
      expect(hashes).toHaveLength(DEMO_EVIDENCE);
      const held = files.filter(({ sha256 }) => hashes.includes(sha256));
      expect(held.map(({ mediaType }) => mediaType).filter((type) => type === 'text/csv')).toHaveLength(4);
      expect(held).toHaveLength(DEMO_EVIDENCE);
      for (const sha256 of hashes) {
        const { held: isHeld, acts, citedBy, mismatches } = await product.json<EvidenceView>(`/v1/evidence/sha256/${sha256}/custody`);
        expect([isHeld, acts.map(({ act }) => act), citedBy.length > 0, mismatches]).toEqual([true, ['received'], true, 0]);
      }
      const { entries } = await product.json<TimelineView>(`/v1/items/${CAR}/timeline`);
      const cited = entries.flatMap(({ evidence }) => evidence);
      expect(cited.length).toBeGreaterThan(3);
      expect(cited.every(({ held }) => held)).toBe(true);
    });

    it('is sent, cited for an event, and comes back with its hash checked', async () => {
      const { path, sha256 } = fileOf('gate log.txt', 'gate 7\nbox SYNU 000001 4\n');
      const added = await product.cli('evidence', 'add', path, '--for', 'lux-0009', '--locator', 'line:2', '--purpose', 'case 7');
      expect([added.code, added.stderr]).toEqual([0, '']);
      expect(added.stdout).toMatch(new RegExp(`^${sha256}  25 bytes, text/plain, received, cited for lux-0009 by cites:`));
      await untilActs(sha256, 1);
      await product.until('it is cited', async () => (await shown(sha256)).citedBy.length === 1);
      expect((await shown(sha256)).citedBy).toMatchObject([{ kind: 'statement', locators: ['line:2'], refs: ['gate log.txt'] }]);
      const { stdout } = await product.cli('evidence', 'show', sha256);
      expect(stdout).toContain('held here: 25 bytes, text/plain by its own bytes\nin the custody of local since ');
      expect(stdout).toMatch(/received by local\/operator for case 7 · received:/);
      const back = join(folder.path, 'back.txt');
      expect((await product.cli('evidence', 'get', sha256, '-o', back)).code).toBe(0);
      expect(readFileSync(back, 'utf8')).toBe('gate 7\nbox SYNU 000001 4\n');
      expect((await product.cli('evidence', 'add', path)).stdout).toContain('there already');
      const page = await product.get(`/v1/evidence/sha256/${sha256}/view?locator=line:2`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<mark>box SYNU 000001 4</mark>')]);
    });

    it('of an event or a hash that is not there is refused before anything is sent', async () => {
      const { path, sha256 } = fileOf('unsent.txt', 'unsent\n');
      expect((await product.cli('evidence', 'add', path, '--for', 'lux-9999')).code).toBe(3);
      expect((await product.cli('evidence', 'add', path, '--locator', 'line:1')).code).toBe(2);
      expect((await product.cli('evidence', 'show', sha256)).code).toBe(3);
      expect((await product.cli('evidence', 'get', sha256, '-o', join(folder.path, 'x'))).code).toBe(3);
      expect((await product.cli('evidence', 'get', 'abc', '-o', join(folder.path, 'x'))).code).toBe(2);
      expect(existsSync(join(folder.path, 'x'))).toBe(false);
    });

    it('is put under a legal hold, which is shown until it is released', async () => {
      const { path, sha256 } = fileOf('held.txt', 'held\n');
      await product.cli('evidence', 'add', path);
      await untilActs(sha256, 1);
      const early = await product.cli('evidence', 'release', sha256, '--authority', 'order 12/4', '--json');
      expect([early.code, JSON.parse(early.stdout)]).toMatchObject([3, { error: { code: 'evidence.no-hold' } }]);
      expect((await product.cli('evidence', 'hold', sha256, '--authority', 'order 12/3')).code).toBe(0);
      await untilActs(sha256, 2);
      expect((await product.cli('evidence', 'show', sha256)).stdout).toMatch(/\nLEGAL HOLD of local since .*: order 12\/3\n/);
      expect((await product.cli('evidence', 'release', sha256, '--authority', 'order 12/4')).code).toBe(0);
      await untilActs(sha256, 3);
      expect((await shown(sha256)).holds).toEqual([]);
    });

    it('of a bundle comes from the store, and is verified with it', async () => {
      const bundle = join(folder.path, 'bundle.zip');
      await product.untilSealed();
      await product.until('a bundle', async () => (await product.cli('export', `item:${CAR}`, '-o', bundle)).code === 0);
      const files = readBundleZip(readFileSync(bundle));
      const evidence = files.ok ? [...files.value.files].filter(([name]) => name.startsWith('evidence/')) : [];
      expect(evidence.length).toBeGreaterThan(1);
      for (const [name, bytes] of evidence) expect(name).toBe(`evidence/${hashOf(bytes)}`);
      const key = (await product.cli('checkpoint', 'key')).stdout.trim();
      const { stdout } = await product.cli('verify', bundle, '--offline', '--key', key);
      expect(stdout).toContain('evidence held here, cited by hash: unaltered.');
      expect(stdout).not.toContain('evidence.not-held');
    });

    it(
      'in the store is hashed again: missing, altered and unknown files are found, each with its exit code',
      async () => {
        const whole = await product.cli('evidence', 'verify');
        expect([whole.code, whole.stdout]).toEqual([
          0,
          expect.stringMatching(/^\d+ files are what they are called \(.* bytes hashed\), 0 findings\.\n$/),
        ]);
        const { path, sha256 } = fileOf('tampered.bin', randomBytes(4_000));
        const original = readFileSync(path);
        await product.cli('evidence', 'add', path);
        const stray = join(product.dataDir, 'evidence', 'notes.txt');
        const found = async (): Promise<readonly [number | null, string[]]> => {
          const { code, stdout } = await product.cli('evidence', 'verify', '--json');
          return [
            code,
            (JSON.parse(stdout) as { findings: { code: string; name: string }[] }).findings.map(
              ({ code: what, name }) => `${what} ${name}`,
            ),
          ];
        };
        writeFileSync(stray, 'x');
        expect(await found()).toEqual([5, ['evidence.unknown notes.txt']]);
        rmSync(stray);
        chmodSync(place(sha256), 0o600);
        writeFileSync(place(sha256), 'other');
        expect(await found()).toEqual([10, [`evidence.altered ${sha256}`]]);
        const got = await product.cli('evidence', 'get', sha256, '-o', join(folder.path, 'altered'));
        expect([got.code, existsSync(join(folder.path, 'altered'))]).toEqual([10, false]);
        rmSync(place(sha256));
        expect(await found()).toEqual([13, [`evidence.missing ${sha256}`]]);
        expect((await product.cli('evidence', 'add', path)).code).toBe(0);
        expect(await found()).toEqual([0, []]);
        expect(readFileSync(place(sha256))).toEqual(original);
      },
      MANY_COMMANDS_MS,
    );
  });
}
