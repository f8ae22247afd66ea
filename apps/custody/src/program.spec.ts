import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Command } from 'commander';
import { COLUMNS as auditColumns } from './commands/audit-ls.ts';
import { COLUMNS as configColumns } from './commands/config.ts';
import { FORMS as conflicts } from './commands/conflicts.ts';
import { FORMS as questions } from './commands/questions.ts';
import * as watches from './commands/watch.ts';
import { COLUMNS as diffColumns } from './commands/diff.ts';
import { FORMS as deadLetters } from './commands/dlq.ts';
import { FORMS as doctor } from './commands/doctor.ts';
import { FORMS as cases } from './commands/case.ts';
import { FORMS as evidence } from './commands/evidence.ts';
import { FORMS as keys } from './commands/key.ts';
import { COLUMNS as listenColumns } from './commands/listen.ts';
import { FORMS as waitingMarkings } from './commands/marking-waiting.ts';
import { COLUMNS as peopleColumns } from './commands/people.ts';
import { FORMS as search } from './commands/search.ts';
import { FORMS as sightings } from './commands/search-sightings.ts';
import { FORMS as sessions } from './commands/session.ts';
import { COLUMNS as traceColumns } from './commands/trace-rows.ts';
import { commandErrorOf } from './exit-codes.ts';
import { pathOf } from './invocation.ts';
import { program } from './program.ts';

const pageOf = (name: string): string => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');
const PAGE = pageOf('cli.md');
const KEY = `custody_abcdefghijkl_${'k'.repeat(43)}`;

interface Ended {
  readonly out: string;
  readonly err: string;
  /** `null`: it came to its end. */
  readonly error: unknown;
}

async function run(...args: string[]): Promise<Ended> {
  const said = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  const before = process.exitCode;
  try {
    await program().parseAsync(['node', 'custody', ...args]);
    return { ...said, error: null };
  } catch (error) {
    return { ...said, error };
  } finally {
    process.exitCode = before;
    jest.restoreAllMocks();
  }
}

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)];
const optionsOf = (command: Command): string[] => command.options.flatMap(({ long }) => (long === undefined ? [] : [long]));

describe('an option of every command', () => {
  test.each([
    ['version --server http://x', '--server'],
    ['version --config x.json', '--config'],
    ['version --verbose', '--verbose'],
    ['--api-key x version', '--api-key'],
    ['completion bash --json', '--json'],
    ['witness --dir x --log y --server http://x', '--server'],
    ['audit --full --server http://other', '--server'],
    ['backup -o x --api-key x', '--api-key'],
    ['config check --server http://x', '--server'],
    ['export --size 4', '--size'],
    ['export --no-evidence', '--no-evidence'],
    ['export item:vin:x -o x.zip --as case', '--as'],
  ])('is refused where it would not be used: custody %s', async (line, option) => {
    const { error, out } = await run(...line.split(' '));
    expect(commandErrorOf(error)).toMatchObject({ exitCode: 2, code: 'usage' });
    expect(commandErrorOf(error)?.message).toContain(`${option} means nothing to custody`);
    expect(out).toBe('');
  });

  test.each(['vin:WDDSYNTH9JA000001', 'police/7', 'package.json'])(
    'is refused where nothing of it is open: custody verify %s --agency',
    async (what) => {
      const { error, out } = await run('verify', what, '--agency', 'customs', '--server', 'http://127.0.0.1:1');
      expect(commandErrorOf(error)).toMatchObject({ exitCode: 2, code: 'usage', message: expect.stringContaining('--agency') as string });
      expect(out).toBe('');
    },
  );

  test.each(['search x --json --plain', 'search x --jsonl --plain', 'trace vin:x --json --jsonl', 'search x -q -v'])(
    'excludes another: custody %s',
    async (line) => {
      const { error } = await run(...line.split(' '));
      expect(commandErrorOf(error)).toMatchObject({ exitCode: 2, message: expect.stringContaining('exclude each other') as string });
    },
  );

  test('is known to no command that has no use for a form of lists', async () => {
    for (const line of ['version --plain', 'verify x --jsonl', 'import x --plain'])
      expect((await run(...line.split(' '))).error).toMatchObject({ code: 'commander.unknownOption' });
  });
});

test.each([
  ['trcae', 'trace'],
  ['dlq sl', 'ls'],
  ['checkpoint compar', 'compare'],
  ['trace vin:x --jsno', '--json'],
  ['search x --plian', '--plain'],
])('what is mistyped is answered with what it could be: custody %s', async (line, meant) => {
  const { error, err } = await run(...line.split(' '));
  expect(err).toContain(`(Did you mean ${meant}?)`);
  expect(error).toMatchObject({ exitCode: 1, code: expect.stringMatching(/^commander\.unknown/) as string });
});

describe('what is said on stderr', () => {
  const answer = { query: 'x', coordinates: { asOf: { basis: 'log', logSize: 4 }, policy: 0 }, results: [], complete: true, notes: [] };
  const server = createServer((_, response) => response.end(JSON.stringify({ ...answer, next: null })));
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is with --verbose what is asked of which server, without the key that is shown to it', async () => {
    const { err } = await run('search', 'a b', '--verbose', '--server', url, '--api-key', KEY);
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^configuration: no file; data of this machine: /),
      `> GET ${url}/v1/search?q=a+b&limit=20`,
      expect.stringMatching(/^< 200 after \d+ ms$/),
      'Nothing found at log size 4.',
      '',
    ]);
    expect((await run('search', 'a b', '--server', url, '--api-key', KEY)).err).toBe('Nothing found at log size 4.\n');
  });

  test('is nothing with --quiet where nothing is wrong', async () => {
    expect(await run('search', 'x', '--quiet', '--server', url)).toEqual({ out: '', err: '', error: null });
  });
});

describe('docs/cli.md', () => {
  const all = commandsOf(program());

  test('names every command and every option, or people.md does', () => {
    const pages = PAGE + pageOf('people.md');
    const named = (text: string): boolean => new RegExp(`(?<![\\w-])${text}(?![\\w-])`).test(pages);
    expect(all.map((command) => command.name()).filter((name) => !named(name))).toEqual([]);
    const options = all.flatMap((command) => command.options);
    const untold = options.filter(({ short, long }) => !named(long ?? '') && !(short !== undefined && named(short)));
    expect([...new Set(untold.map(({ long }) => long))]).toEqual([]);
    expect(named('--plane')).toBe(false);
  });

  test('names the cells of --plain of every list, in their order', () => {
    const lists: Record<string, object> = {
      trace: traceColumns,
      diff: diffColumns,
      search: search.columns,
      'search --sightings': sightings.columns,
      'audit ls': auditColumns,
      listen: listenColumns,
      'dlq ls': deadLetters.columns,
      'conflicts ls': conflicts.columns,
      'watch ls': watches.WATCHES.columns,
      alerts: watches.ALERTS.columns,
      questions: questions.columns,
      'evidence ls': evidence.columns,
      'case ls': cases.columns,
      'agency ls': peopleColumns.agencies,
      'community ls': peopleColumns.communities,
      'principal ls': peopleColumns.principals,
      'signer ls': peopleColumns.signers,
      'key ls': keys.columns,
      'key ls --api': peopleColumns.keys,
      'session ls': sessions.columns,
      'break-glass ls': peopleColumns.emergencies,
      'marking ls': waitingMarkings.columns,
      doctor: doctor.columns,
      'config print': configColumns,
    };
    const rows = Object.entries(lists).map(([list, columns]) => {
      const cells = Object.keys(columns).map((name) => `\`${name}\``);
      return `| \`${list}\` | ${cells.join(', ')} |`;
    });
    expect(rows.filter((row) => !PAGE.includes(row))).toEqual([]);
    const listing = all.filter((command) => optionsOf(command).includes('--plain')).map(pathOf);
    expect(listing.sort()).toEqual(
      Object.keys(lists)
        .filter((list) => !list.includes('--'))
        .sort(),
    );
  });

  test('says rightly that one command alone asks a person, and that nothing is coloured', () => {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(path),
    );
    expect(sources.filter((path) => asksOrColours(readFileSync(join(import.meta.dirname, path), 'utf8')))).toEqual(['terminal.ts']);
    for (const planted of [
      'process.stdin.once("data", done)',
      'createInterface({ input: process.stdin })',
      "from 'node:readline/promises'",
      '`\\u001b[31mred`',
      '"\\x1b[1;32m"',
      'styleText("red", x)',
    ])
      expect(asksOrColours(planted)).toBe(true);
  });
});

const asksOrColours = (text: string): boolean => /process\.stdin|readline\/promises|(?:\\u001b|\\x1b)\[[\d;]*m|styleText/.test(text);
