/**
 * `custody completion SHELL`: a script by which the shell completes commands, options and their choices. It is made from the grammar and holds
 * all of it, so that a shell need not start this program at each tabulator; after an update it is printed again.
 */
import type { Command, Option } from 'commander';
import { configFlags } from '#lib/runtime/config';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { pathOf } from '../invocation.ts';

export type Shell = 'bash' | 'zsh' | 'fish' | 'pwsh';

interface Offered {
  readonly word: string;
  readonly about: string;
}

interface Flag extends Offered {
  readonly short: string | undefined;
  /** What may follow; null: nothing does. Empty: anything, and files are offered. */
  readonly values: readonly string[] | null;
}

/** A place in the grammar: the program itself (path empty), or a command of it. */
interface Place {
  readonly path: string;
  readonly words: readonly Offered[];
  readonly flags: readonly Flag[];
}

export function completion(root: Command, shell: Shell): Promise<ExitCode> {
  process.stdout.write(completionScript(root, shell));
  return Promise.resolve(EXIT.ok);
}

export const completionScript = (root: Command, shell: Shell): string => SCRIPTS[shell](placesOf(root, root));

function placesOf(command: Command, root: Command): Place[] {
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices.map((word) => ({ word, about: '' })));
  const words = command.commands.map((each) => ({ word: each.name(), about: each.description() }));
  const own = command === root ? root.options : [...command.options, ...root.options];
  const help = { word: '--help', short: '-h', about: 'what it does and takes', values: null };
  const isTaken = (word: string): boolean => root.options.some(({ long }) => long === word);
  const settings =
    pathOf(command) === 'serve'
      ? configFlags()
          .map(settingFlag)
          .filter(({ word }) => !isTaken(word))
      : [];
  const place = { path: pathOf(command), words: [...words, ...choices], flags: [...own.map(flagOf), ...settings, help] };
  return [place, ...command.commands.flatMap((each) => placesOf(each, root))];
}

const flagOf = ({ long, short, description, required, optional, argChoices }: Option): Flag => ({
  word: long ?? '',
  short,
  about: description,
  values: required || optional ? (argChoices ?? []) : null,
});

/** `--port <value>`, `--demo [value]` */
const settingFlag = ({ flags, meaning }: { readonly flags: string; readonly meaning: string }): Flag => ({
  word: flags.split(' ')[0] ?? '',
  short: undefined,
  about: meaning,
  values: flags.includes('<') ? [] : null,
});

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: (places) => `# Completion of custody for bash. To load it: source <(custody completion bash)
# or keep it as ~/.local/share/bash-completion/completions/custody
_custody() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' offered='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$at $word" in
      ${stepsOf(places).map(quoted).join('|')}) at=\${at:+$at }$word ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${valuesOf(places)
  .map(
    ({ at, values }) => `    ${at.map(quoted).join('|')}) ${values.length === 0 ? 'return' : `offered=${quoted(values.join(' '))}`} ;;\n`,
  )
  .join('')}    *) case "$at:$cur" in
${places
  .flatMap(({ path, words, flags }) => [
    `      ${quoted(`${path}:-`)}*) offered=${quoted(flags.flatMap(spellings).join(' '))} ;;\n`,
    ...(words.length === 0 ? [] : [`      ${quoted(`${path}:`)}*) offered=${quoted(words.map(({ word }) => word).join(' '))} ;;\n`]),
  ])
  .join('')}    esac ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$cur"))
}
complete -o default -F _custody custody
`,
  zsh: (places) => `#compdef custody
# Completion of custody for zsh. To load it: source <(custody completion zsh)
# or keep it as _custody in a folder of $fpath
_custody() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at='' word i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case "$at $word" in
      ${stepsOf(places).map(quoted).join('|')}) at=\${at:+$at }$word ;;
    esac
  done
  case "$at $prev" in
${valuesOf(places)
  .map(({ at, values }) => {
    const offer = values.length === 0 ? '_files' : `offered=(${values.map(quoted).join(' ')}); _describe value offered`;
    return `    ${at.map(quoted).join('|')}) ${offer}; return ;;\n`;
  })
  .join('')}  esac
  case "$at:$cur" in
${places
  .flatMap(({ path, words, flags }) => [
    `    ${quoted(`${path}:-`)}*) offered=(${flags.map(described).join(' ')}) ;;\n`,
    ...(words.length === 0 ? [] : [`    ${quoted(`${path}:`)}*) offered=(${words.map(described).join(' ')}) ;;\n`]),
  ])
  .join('')}  esac
  if (( \${#offered} )); then _describe custody offered; else _files; fi
}
if [ "\${funcstack[1]}" = _custody ]; then _custody "$@"; else compdef _custody custody; fi
`,
  fish: (places) => `# Completion of custody for fish. To load it: custody completion fish | source
# or keep it as ~/.config/fish/completions/custody.fish
function __custody_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${stepsOf(places).map(quoted).join(' ')}
                set at (string trim -- "$at $word")
        end
    end
    test "$at" = "$argv[1]"
end
complete -c custody -e
${places
  .flatMap(({ path, words, flags }) => {
    const at = `complete -c custody -n ${quoted(`__custody_at "${path}"`)}`;
    return [
      ...(words.length === 0 ? [] : [`${at} -f\n`]),
      ...words.map(({ word, about }) => `${at} -a ${quoted(word)} -d ${quotedFish(about)}\n`),
      ...flags.map(({ word, short, about, values }) => {
        const brief = short === undefined ? '' : ` -s ${short.slice(1)}`;
        const after = values === null ? '' : values.length === 0 ? ' -r' : ` -x -a ${quoted(values.join(' '))}`;
        return `${at} -l ${word.slice(2)}${brief}${after} -d ${quotedFish(about)}\n`;
      }),
    ];
  })
  .join('')}`,
  pwsh: (places) => `# Completion of custody for PowerShell. To load it: custody completion pwsh | Out-String | Invoke-Expression
# or add that line to $PROFILE
Register-ArgumentCompleter -Native -CommandName custody -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $steps = @(${stepsOf(places).map(quotedPwsh).join(', ')})
  $values = @{
${valuesOf(places)
  .flatMap(({ at, values }) => at.map((place) => `    ${quotedPwsh(place)} = @(${values.map(quotedPwsh).join(', ')})\n`))
  .join('')}  }
  $words = @{
${places.map(({ path, words }) => `    ${quotedPwsh(path)} = @(${words.map(({ word }) => quotedPwsh(word)).join(', ')})\n`).join('')}  }
  $flags = @{
${places.map(({ path, flags }) => `    ${quotedPwsh(path)} = @(${flags.flatMap(spellings).map(quotedPwsh).join(', ')})\n`).join('')}  }
  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -ne '' -and $typed.Count -gt 0) { $typed = @($typed | Select-Object -SkipLast 1) }
  $at = ''
  foreach ($word in $typed) { if ($steps -ccontains "$at $word") { $at = "$at $word".Trim() } }
  $last = if ($typed.Count -gt 0) { $typed[-1] } else { '' }
  $offered = if ($values.ContainsKey("$at $last")) { $values["$at $last"] } elseif ($wordToComplete.StartsWith('-')) { $flags[$at] } else { $words[$at] }
  $offered | Where-Object { $_.StartsWith($wordToComplete) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
};

/** `audit ls`: what was typed before a word, and the word, where that leads to a command. At the beginning there is nothing before it. */
const stepsOf = (places: readonly Place[]): string[] =>
  places.flatMap(({ path, words }) =>
    words.filter(({ word }) => places.some((place) => place.path === `${path} ${word}`.trimStart())).map(({ word }) => `${path} ${word}`),
  );

/** Behind which options something follows; those behind which anything may stand together, and last. */
function valuesOf(places: readonly Place[]): { readonly at: readonly string[]; readonly values: readonly string[] }[] {
  const all = places.flatMap(({ path, flags }) =>
    flags.flatMap((flag) => (flag.values === null ? [] : [{ at: spellings(flag).map((word) => `${path} ${word}`), values: flag.values }])),
  );
  const free = all.filter(({ values }) => values.length === 0).flatMap(({ at }) => at);
  return [...all.filter(({ values }) => values.length > 0), { at: free, values: [] }];
}

const spellings = ({ word, short }: Flag): string[] => (short === undefined ? [word] : [word, short]);
const described = ({ word, about }: Offered): string => quoted(`${word.replaceAll(':', '\\:')}${about === '' ? '' : `:${about}`}`);

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const quotedFish = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const quotedPwsh = (text: string): string => `'${text.replaceAll("'", "''")}'`;
