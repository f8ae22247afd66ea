import { spawnSync } from 'node:child_process';
import { program } from '../program.ts';
import { completionScript, type Shell } from './completion.ts';

const root = program();

/** What bash is offered where `words` were typed, the last one in part. */
function offered(...words: string[]): string[] {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const script = `${completionScript(root, 'bash')}\nCOMP_WORDS=(custody ${typed}); COMP_CWORD=${words.length}; _custody; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

const withBash = spawnSync('bash', ['--version']).status === 0 ? test : test.skip;

withBash('bash is offered commands, their options, and the choices of an option', () => {
  expect(offered('')).toEqual(root.commands.map((command) => command.name()));
  expect(offered('tr')).toEqual(['trace']);
  expect(offered('audit', '')).toEqual(['ls', 'read']);
  expect(offered('audit', 'ls', '--as', '')).toEqual(['table', 'ndjson', 'csv']);
  expect(offered('audit', 'ls', '--pl')).toEqual(['--plain']);
  expect(offered('import', 'case.jsonl', '--on-error', 'p')).toEqual(['proceed']);
  expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish', 'pwsh']);
  expect(offered('serve', '--kafka-br')).toEqual(['--kafka-brokers']);
});

withBash('a value of an option is no command, and where anything may stand bash offers files', () => {
  expect(offered('--server', 'http://audit', 'dl')).toEqual(['dlq']);
  expect(offered('import', '')).toEqual([]);
  expect(offered('import', 'case.jsonl', '--rejects', '')).toEqual([]);
  expect(completionScript(root, 'bash')).toMatch(/^complete -o default -F _custody custody$/m);
});

test.each<Shell>(['bash', 'zsh', 'fish', 'pwsh'])('the script for %s has every command and option of the grammar', (shell) => {
  const script = completionScript(root, shell);
  const missing = (words: readonly string[]): string[] => words.filter((word) => !script.includes(word));
  for (const command of [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)]) {
    expect(missing(command === root ? [] : [command.name()])).toEqual([]);
    expect(missing(command.options.map(({ long }) => (shell === 'fish' ? `-l ${long?.slice(2) ?? ''} ` : (long ?? ''))))).toEqual([]);
  }
});
