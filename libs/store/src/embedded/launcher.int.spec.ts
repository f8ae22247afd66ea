import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../test-processes/start.ts';
import { createPool, resetData, startEmbedded, storeFault, type EmbeddedPostgres, type StorePool } from '../index.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { processIdentity } from './process-identity.ts';

describe('an embedded Postgres', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  const said: string[] = [];
  const start = (): Promise<EmbeddedPostgres> => startEmbedded({ dataDir, log: (_level, message) => said.push(message) });
  const poolOf = (url: string): StorePool => createPool({ url, applicationName: 'test', max: 2, connectTimeoutMs: 2_000 });

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'custody-launcher-'));
    const first = await start();
    const pool = poolOf(first.url('owner'));
    await pool.query('create table public.kept (n integer)');
    await pool.query('insert into public.kept values (1)');
    await pool.close();
    await first.stop();
  }, 60_000);
  beforeEach(() => {
    said.length = 0;
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await resetData(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const stranger = (...command: string[]): ChildProcess => {
    const child = spawn(command[0] ?? 'sleep', command.length > 1 ? command.slice(1) : ['1000'], { stdio: 'ignore', ...credentials() });
    children.push(child);
    return child;
  };
  const expectKept = async (server: EmbeddedPostgres): Promise<void> => {
    const pool = poolOf(server.url('owner'));
    expect((await pool.query('select n from public.kept')).rows).toEqual([{ n: 1 }]);
    await pool.close();
  };
  const killed = async (pid: number): Promise<void> => {
    const identity = processIdentity(pid);
    process.kill(pid, 'SIGKILL');
    while (processIdentity(pid) === identity) await sleep(5);
  };
  const lockFile = (): string => join(dataDir, readdirSync(dataDir).find((name) => name.endsWith('.lock')) ?? '');

  test('lets each role in with a password of its own, by socket and by TCP, and nobody without', async () => {
    const server = await start();
    for (const url of [server.url('gateway'), server.tcpUrl('gateway')]) {
      const pool = poolOf(url);
      expect((await pool.query('select current_user as me')).rows).toEqual([{ me: 'custody_gateway' }]);
      await pool.close();
      const wrong = poolOf(url.replace(/:[^:@/]+@/, ':wrong@'));
      await expect(wrong.query('select 1')).rejects.toMatchObject({ code: '28P01' });
      await wrong.close();
    }
    expect(statSync(join(dataDir, 'passwords.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await server.stop();
  });

  test('whose directory is older than a role gives it a login', async () => {
    const older = await start();
    const owner = poolOf(older.url('owner', 'postgres'));
    await owner.query('drop role custody_sealer');
    // As a migration makes it, who cannot know the password.
    await owner.query('create role custody_sealer nologin');
    await owner.close();
    await older.stop();
    const passwords = JSON.parse(readFileSync(join(dataDir, 'passwords.json'), 'utf8')) as Record<string, string>;
    const { sealer: _, ...others } = passwords;
    writeFileSync(join(dataDir, 'passwords.json'), JSON.stringify(others), { mode: 0o600 });
    const server = await start();
    const pool = poolOf(server.url('sealer'));
    expect((await pool.query('select current_user as me')).rows).toEqual([{ me: 'custody_sealer' }]);
    await pool.close();
    await server.stop();
  });

  test('is durable, checks its pages, and sorts by code point', async () => {
    const server = await start();
    const pool = poolOf(server.url('owner'));
    const settings = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'server_encoding', 'lc_collate'];
    const values = await Promise.all(
      settings.map(
        async (name) =>
          (
            await pool.query<{ v: string }>(
              name === 'lc_collate'
                ? 'select datcollate as v from pg_database where datname = current_database()'
                : `select current_setting('${name}') as v`,
            )
          ).rows[0]?.v,
      ),
    );
    expect(values).toEqual(['on', 'on', 'on', 'on', 'UTF8', 'C']);
    await pool.close();
    await server.stop();
  });

  test('has one owner: a second start is refused by the pid of the first, in this process and in another', async () => {
    const server = await start();
    await expect(start()).rejects.toMatchObject({ code: 'data.locked', message: expect.stringContaining(String(process.pid)) });
    expect(await startProcess('owner.ts', dataDir).firstLine).toBe('refused data.locked');
    await expect(resetData(dataDir)).rejects.toMatchObject({ code: 'data.locked' });
    await expectKept(server);
    await server.stop();
  });

  test('a lock of a live process is honoured; of a dead one, of a pid that was given away, and of a zombie it is taken over', async () => {
    const other = stranger();
    const path = lockFile();
    const write = (pid: number, identity: string | null): void => writeFileSync(path, JSON.stringify({ pid, identity }));
    write(other.pid ?? 0, processIdentity(other.pid ?? 0));
    await expect(start()).rejects.toMatchObject({ code: 'data.locked', message: expect.stringContaining(`process ${other.pid}`) });
    write(other.pid ?? 0, 'another boot 1');
    await (await start()).stop();
    const zombie = await makeZombie(stranger);
    expect(existsSync(`/proc/${zombie}/stat`) || process.platform !== 'linux').toBe(true);
    writeFileSync(lockFile(), JSON.stringify({ pid: zombie, identity: 'whatever it was' }));
    await (await start()).stop();
  });

  test('of four processes that find a stale lock at once, one gets the directory', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: 999_999_999, identity: 'dead' }));
    const owners = [1, 2, 3, 4].map(() => startProcess('owner.ts', dataDir));
    owners.forEach(({ child }) => children.push(child));
    const lines = await Promise.all(owners.map(({ firstLine }) => firstLine));
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['ready', 'refused', 'refused', 'refused']);
    owners.forEach(({ child }) => child.kill('SIGKILL'));
    await Promise.all(owners.map(({ ended }) => ended));
  }, 60_000);

  test('whose owner was killed is attached to, and started again when it dies in turn', async () => {
    const owner = startProcess('owner.ts', dataDir);
    const [ready, pid, url] = (await owner.firstLine).split(' ');
    expect(ready).toBe('ready');
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(processIdentity(Number(pid))).not.toBeNull();
    const server = await start();
    expect([server.attached, server.pid, server.url('owner')]).toEqual([true, Number(pid), url]);
    await expectKept(server);
    await killed(server.pid);
    while (server.pid === Number(pid)) await sleep(10);
    expect(server.url('owner')).toBe(url);
    await expectKept(server);
    await server.stop();
    expect(processIdentity(server.pid)).toBeNull();
  }, 60_000);

  test('that another process started and this one stops keeps it alive to its own end, though nothing else does', async () => {
    const owner = startProcess('owner.ts', dataDir);
    await owner.firstLine;
    owner.child.kill('SIGKILL');
    await owner.ended;
    // Node ends with 13 where a program waits for something and nothing is left that could happen.
    expect(await startProcess('owner.ts', dataDir, '7').ended).toBe('7');
  }, 60_000);

  test('that is killed runs again at the same address; meanwhile queries fail as retryable, and nothing committed is lost', async () => {
    const server = await start();
    const pool = poolOf(server.url('owner'));
    await pool.query('create table public.survives (n integer)');
    for (let round = 1; round <= 3; round += 1) {
      await pool.query('insert into public.survives values ($1)', [round]);
      const { pid } = server;
      await killed(pid);
      let answered = 0;
      // A connection of the one that was killed may answer a moment longer.
      const isBack = (): boolean => answered === round && server.pid !== pid;
      for (const until = Date.now() + 20_000; !isBack() && Date.now() < until; await sleep(5)) {
        const asked = await pool.query('select from public.survives').then(
          ({ rowCount }) => rowCount,
          (error: unknown) => storeFault(error)?.code ?? String(error),
        );
        if (typeof asked === 'number') answered = asked;
        else expect(asked).toBe('store.unavailable');
      }
      expect(answered).toBe(round);
      expect(server.pid).not.toBe(pid);
    }
    await pool.query('drop table public.survives');
    await pool.close();
    await server.stop();
  }, 60_000);

  test.each(['a dead process', 'another live process', 'a zombie'])(
    'starts over a stale postmaster.pid and socket lock of %s',
    async (whose) => {
      const pid = whose === 'a dead process' ? 999_999 : whose === 'a zombie' ? await makeZombie(stranger) : (stranger().pid ?? 0);
      const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
      const plant = (): void => {
        writeFileSync(pidFile, [pid, join(dataDir, 'postgres'), 1, 5432, join(dataDir, 'run'), '127.0.0.1', '', 'ready'].join('\n'));
        for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) writeFileSync(join(dataDir, 'run', name), `${pid}\n`);
      };
      plant();
      if (whose !== 'a dead process') {
        // The control: Postgres alone takes the pid for a live server.
        expect(startBare(join(dataDir, 'postgres'))).toContain('lock file "postmaster.pid" already exists');
        plant();
      }
      const server = await start();
      expect(said.join()).toContain('stale postmaster.pid');
      expect(server.attached).toBe(false);
      await expectKept(server);
      await server.stop();
    },
    60_000,
  );

  test('a first start that was cut off anywhere is finished by the next', async () => {
    const cut = mkdtempSync(join(tmpdir(), 'custody-cut-'));
    const whole = await startEmbedded({ dataDir: cut, log: () => {} });
    await whole.stop();
    // Between the cluster and its logins; and in the middle of initdb.
    for (const undo of [['FORMAT'], ['FORMAT', 'postgres'], ['FORMAT', 'postgres', 'passwords.json']]) {
      for (const name of undo) rmSync(join(cut, name), { recursive: true });
      if (undo.length > 1) mkdirSync(join(cut, 'postgres.new', 'base'), { recursive: true });
      const server = await startEmbedded({ dataDir: cut, log: () => {} });
      const pool = poolOf(server.url('capture'));
      expect((await pool.query('select 1 as one')).rowCount).toBe(1);
      await pool.close();
      await server.stop();
    }
    await resetData(cut);
    expect(existsSync(cut)).toBe(false);
  }, 60_000);

  test('data of a newer format is not opened, and says why', async () => {
    const format = join(dataDir, 'FORMAT');
    const text = readFileSync(format, 'utf8');
    writeFileSync(format, text.replace(/\d+/, '2'));
    await expect(start()).rejects.toMatchObject({ code: 'data.newer', message: expect.stringContaining('format 2') });
    writeFileSync(format, text);
    const server = await start();
    await expectKept(server);
    await server.stop();
  });

  test('a reset removes what is ours, stops a server left behind, and keeps what is not ours', async () => {
    const other = mkdtempSync(join(tmpdir(), 'custody-reset-'));
    const owner = startProcess('owner.ts', other);
    children.push(owner.child);
    const pid = Number((await owner.firstLine).split(' ')[1]);
    owner.child.kill('SIGKILL');
    await owner.ended;
    writeFileSync(join(other, 'notes.txt'), 'mine');
    await resetData(other);
    expect(processIdentity(pid)).toBeNull();
    expect(readdirSync(other)).toEqual(['notes.txt']);
    rmSync(other, { recursive: true });
  }, 60_000);

  const asRoot = serverAccount() === null ? test.skip : test;
  asRoot(
    "root, asked for a directory that the server's account cannot reach, uses one that it can, and says so",
    async () => {
      const home = mkdtempSync(join(tmpdir(), 'custody-home-')); // mode 0700
      const server = await startEmbedded({ dataDir: join(home, 'data'), log: (_level, message) => said.push(message) });
      expect(server.dataDir).toMatch(/^\/var\/lib\/custody-ledger\/[0-9a-f]{12}$/);
      expect(said.join()).toContain(server.dataDir);
      await server.stop();
      await resetData(join(home, 'data'));
      expect(existsSync(server.dataDir)).toBe(false);
      rmSync(home, { recursive: true });
    },
    60_000,
  );
});

/** As the server's account: Postgres takes a process that it may not signal for a stranger. */
const credentials = (): { uid?: number; gid?: number } => {
  const account = serverAccount();
  return account === null ? {} : { uid: account.uid, gid: account.gid };
};

/** A child that has ended and whose parent (a sleep, which knows of no children) never asks for it. */
async function makeZombie(stranger: (...command: string[]) => ChildProcess): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'custody-zombie-'));
  chmodSync(directory, 0o777);
  const file = join(directory, 'pid');
  stranger('sh', '-c', `sleep 0.05 & echo $! > ${file}; exec sleep 1000`);
  await sleep(300);
  const pid = Number(readFileSync(file, 'utf8'));
  rmSync(directory, { recursive: true });
  return pid;
}

/** What Postgres itself says, started as our launcher would, without the launcher's care. */
function startBare(pgData: string): string {
  const { postgres } = findBinaries(serverAccount(), tmpdir(), () => {});
  const { stderr } = spawnSync(postgres, ['-D', pgData, '-c', 'listen_addresses=', '-c', 'unix_socket_directories='], {
    encoding: 'utf8',
    timeout: 5_000,
    env: { LC_ALL: 'C' },
    ...credentials(),
  });
  return stderr;
}
