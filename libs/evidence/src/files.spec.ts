/** What files alone can show: where they lie, in which order they become durable, what is left of each failure, and tampering. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jest } from '@jest/globals';
import { brokenOff, BrokeOff, contentOf, evidenceStoreContract, hashOf, listed, OWN, pieces } from './evidence-store.contract.ts';
import { openEvidenceFiles, type FileStep } from './files.ts';

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

evidenceStoreContract('in files', () => openEvidenceFiles(newFolder()));

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const fault = (code: string): Error => Object.assign(new Error(code), { code });

describe('a store of files', () => {
  const bytes = randomBytes(30_000);
  const sha256 = hashOf(bytes);
  const place = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;

  it('keeps evidence under its hash, read-only, and nothing else', async () => {
    const folder = newFolder();
    const store = await openEvidenceFiles(folder);
    await store.put(sha256, pieces(bytes), OWN);
    expect(filesIn(folder)).toEqual([place]);
    expect(statSync(join(folder, place)).mode & 0o777).toBe(0o400);
    expect(statSync(join(folder, place.slice(0, 5))).mode & 0o077).toBe(0);
  });

  it('syncs the file before it has its name, and the folders after', async () => {
    const folder = newFolder();
    const steps: FileStep[] = [];
    const store = await openEvidenceFiles(folder, {
      before(step) {
        // The name is not there before its bytes are on the disk.
        if (step === 'sync' || step === 'rename') expect(existsSync(join(folder, place))).toBe(false);
        if (steps.at(-1) !== step) steps.push(step);
      },
    });
    await store.put(sha256, pieces(bytes), OWN);
    expect(steps).toEqual(['create', 'write', 'sync', 'rename', 'sync-folder']);
  });

  describe('has on the disk', () => {
    const inodeOf = (path: string): number => statSync(path).ino;

    /** What the system is asked to sync meanwhile, in order, and whether the evidence had its name by then. */
    async function syncedBy(folder: string, work: () => Promise<unknown>): Promise<{ inode: number; isNamed: boolean }[]> {
      const probe = await open(folder, 'r');
      const kind = Object.getPrototypeOf(probe) as FileHandle;
      await probe.close();
      const seen: { inode: number; isNamed: boolean }[] = [];
      const { sync } = kind;
      const spied = jest.spyOn(kind, 'sync').mockImplementation(async function (this: FileHandle) {
        seen.push({ inode: (await this.stat()).ino, isNamed: existsSync(join(folder, place)) });
        return sync.call(this);
      });
      try {
        await work();
      } finally {
        spied.mockRestore();
      }
      return seen;
    }
    /** From the innermost outwards. */
    const levels = (folder: string): { inode: number; isNamed: boolean }[] =>
      [dirname(place), dirname(dirname(place)), '.'].map((level) => ({ inode: inodeOf(join(folder, level)), isNamed: true }));

    it('the bytes before they have their name, and the name and each folder on the way before it says so', async () => {
      const folder = newFolder();
      const store = await openEvidenceFiles(folder);
      const seen = await syncedBy(folder, () => store.put(sha256, pieces(bytes), OWN));
      expect(seen).toEqual([{ inode: inodeOf(join(folder, place)), isNamed: false }, ...levels(folder)]);
    });

    it('the rest of an upload that goes on, as one that came whole', async () => {
      const folder = newFolder();
      const store = await openEvidenceFiles(folder);
      await expect(store.put(sha256, brokenOff(bytes, 10_000), OWN)).rejects.toThrow(BrokeOff);
      const rest = { ...OWN, from: 10_000, whole: bytes.length };
      const seen = await syncedBy(folder, () => store.put(sha256, pieces(bytes.subarray(10_000)), rest));
      expect(seen).toEqual([{ inode: inodeOf(join(folder, place)), isNamed: false }, ...levels(folder)]);
    });

    it('the name of what it calls known: whoever brought it may not have come to that', async () => {
      const folder = newFolder();
      const store = await openEvidenceFiles(folder);
      await store.put(sha256, pieces(bytes), OWN);
      const seen = await syncedBy(folder, async () =>
        expect(await store.put(sha256, pieces(bytes), OWN)).toMatchObject({ outcome: 'known' }),
      );
      expect(seen.slice(-3)).toEqual(levels(folder));
    });

    it('the folder itself, with those that it was made in', async () => {
      const folder = newFolder();
      const root = join(folder, 'data', 'evidence');
      const made = (await syncedBy(folder, () => openEvidenceFiles(root))).map(({ inode }) => inode);
      for (const path of [root, join(folder, 'data'), folder]) expect([path, made.includes(inodeOf(path))]).toEqual([path, true]);
      // One that was there is as it was.
      expect(await syncedBy(folder, () => openEvidenceFiles(root))).toEqual([]);
    });
  });

  const STEPS: readonly FileStep[] = ['create', 'write', 'sync', 'rename', 'sync-folder'];
  it.each(STEPS)('with a disk that is full at the step %s leaves nothing half done, and says so', async (failing) => {
    const folder = newFolder();
    let isFull = true;
    const store = await openEvidenceFiles(folder, {
      before(step) {
        if (isFull && step === failing) throw fault('ENOSPC');
      },
    });
    await expect(store.put(sha256, pieces(bytes), OWN)).rejects.toMatchObject({ code: 'evidence.disk-full' });
    // Renamed and perhaps not durable: whole all the same.
    expect(filesIn(folder)).toEqual(failing === 'sync-folder' ? [place] : []);
    isFull = false;
    expect(await store.put(sha256, pieces(bytes), OWN)).toMatchObject({ outcome: failing === 'sync-folder' ? 'known' : 'stored' });
    expect(await store.verify(sha256)).toEqual({ verdict: 'whole', bytes: bytes.length });
    expect(filesIn(folder)).toEqual([place]);
  });

  it('with a disk that is full while an upload goes on keeps nothing of it, either', async () => {
    const folder = newFolder();
    let isFull = false;
    const store = await openEvidenceFiles(folder, {
      before(step) {
        if (isFull && step === 'write') throw fault('EDQUOT');
      },
    });
    await expect(store.put(sha256, brokenOff(bytes, 10_000), OWN)).rejects.toThrow(BrokeOff);
    expect(filesIn(folder)).toEqual([`parts/local/${sha256}`]);
    isFull = true;
    const rest = { ...OWN, from: 10_000, whole: bytes.length };
    await expect(store.put(sha256, pieces(bytes.subarray(10_000)), rest)).rejects.toMatchObject({ code: 'evidence.disk-full' });
    expect(filesIn(folder)).toEqual([]);
  });

  it('throws on what is no question of room', async () => {
    const store = await openEvidenceFiles(newFolder(), {
      before(step) {
        if (step === 'write') throw fault('EIO');
      },
    });
    await expect(store.put(sha256, pieces(bytes), OWN)).rejects.toMatchObject({ code: 'EIO' });
  });

  it('goes on with an upload after a new start, one process at a time', async () => {
    const folder = newFolder();
    const before = await openEvidenceFiles(folder);
    await expect(before.put(sha256, brokenOff(bytes, 10_000), OWN)).rejects.toThrow(BrokeOff);
    const [one, two] = [await openEvidenceFiles(folder), await openEvidenceFiles(folder)];
    const rest = { ...OWN, from: 10_000, whole: bytes.length };
    const outcomes = await Promise.all([one, two].map((store) => store.put(sha256, pieces(bytes.subarray(10_000)), rest)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['offset', 'stored']);
    expect(await contentOf(one, sha256)).toEqual(bytes);
  });

  it('takes away at its start what nobody wrote to for a day, and nothing younger', async () => {
    const folder = newFolder();
    const store = await openEvidenceFiles(folder);
    const young = hashOf(Buffer.from('young'));
    for (const name of [sha256, young]) await expect(store.put(name, brokenOff(bytes, 10_000), OWN)).rejects.toThrow(BrokeOff);
    writeFileSync(join(folder, 'incoming/left-by-a-killed-process'), 'x');
    const old = Date.now() / 1000 - 90_000;
    for (const path of [`parts/local/${sha256}`, 'incoming/left-by-a-killed-process']) utimesSync(join(folder, path), old, old);
    await openEvidenceFiles(folder);
    expect(filesIn(folder)).toEqual([`parts/local/${young}`]);
  });

  it('finds what was altered, and what lies there and is no evidence', async () => {
    const folder = newFolder();
    const store = await openEvidenceFiles(folder);
    await store.put(sha256, pieces(bytes), OWN);
    chmodSync(join(folder, place), 0o600);
    writeFileSync(join(folder, place), 'other');
    expect(await store.verify(sha256)).toEqual({ verdict: 'altered', sha256: hashOf(Buffer.from('other')), bytes: 5 });
    mkdirSync(join(folder, 'ab/cd'), { recursive: true });
    for (const name of ['README', 'ab/notes', `ab/cd/${'0'.repeat(64)}`, 'ab/cd/x']) writeFileSync(join(folder, name), 'x');
    const strays: string[] = [];
    for await (const each of store.strays()) strays.push(each);
    expect(strays.sort()).toEqual(['README', `ab/cd/${'0'.repeat(64)}`, 'ab/cd/x', 'ab/notes']);
    expect((await listed(store)).map((each) => each.sha256)).toEqual([sha256]);
  });
});
