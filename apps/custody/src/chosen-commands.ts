/** The commands for what somebody says by hand: one sighting, and cases, which are chosen sightings. (Case files go in and out by import and export.) */
import type { Command } from 'commander';
import type { Client } from './client.ts';
import type { CaseOptions } from './commands/case.ts';
import type { ExitCode } from './exit-codes.ts';
import { clientOf, listed, runner } from './invocation.ts';

type Cases = typeof import('./commands/case.ts');

/** An action of `./commands/case.ts`. */
const saying = (act: (cases: Cases, client: Client, options: CaseOptions, ...words: string[]) => Promise<ExitCode>) =>
  runner(async (options, ...words) => act(await import('./commands/case.ts'), await clientOf(options), options as CaseOptions, ...words));

const withHandling = (command: Command, otherwise: string): Command =>
  command
    .option('--tlp <label>', `CLEAR, GREEN, AMBER, AMBER+STRICT or RED (default: ${otherwise})`)
    .option('--community <name>', 'of GREEN: who alone sees it')
    .option('--agency <agencies...>', 'of AMBER and RED: who sees it beside your own')
    .option('--person <names...>', 'of RED: who alone sees it, NAME or AGENCY/NAME');

const withPlace = (command: Command): Command =>
  command
    .option('--after <entry>', 'right behind this entry: its number, or the id of the act that added it')
    .option('--first', 'before all others')
    .option('--last', 'behind all others');

export function chosenCommands(root: Command): void {
  const cases = root.command('case').description('chosen sightings with notes, in an order; who may see a case says its handling');
  withHandling(cases.command('new <title>'), 'AMBER, your agency alone')
    .description('open one; its handling is changed by custody mark')
    .option('--about <text>', 'what it is about')
    .option('--id <id>', 'its id (default: one is made)')
    .action(saying((of, client, options, title = '') => of.open(client, title, options)));
  withPlace(cases.command('add <case> <sighting>'))
    .description('choose a sighting: `id` of your agency, `agency/id`, or log:<index>')
    .option('--why <text>', 'why it is chosen')
    .action(saying((of, client, options, id = '', what = '') => of.add(client, id, what, options)));
  cases
    .command('note <case> <text>')
    .description('note something on the case, or on an entry')
    .option('--on <entry>', 'the entry: its number, or the id of the act that added it')
    .action(saying((of, client, options, id = '', text = '') => of.note(client, id, text, options)));
  withPlace(cases.command('move <case> <entry>'))
    .description('put an entry elsewhere: say where by one of the options')
    .action(saying((of, client, options, id = '', entry = '') => of.move(client, id, entry, options)));
  cases
    .command('remove <case> <entry>')
    .description('take an entry out, or a note by its id; that it was in, the log keeps')
    .option('--why <text>', 'why')
    .action(saying((of, client, options, id = '', entry = '') => of.remove(client, id, entry, options)));
  cases
    .command('show <case>')
    .description('what it holds, each sighting as it stands')
    .option('--as-of <when>', 'as for trace')
    .action(saying((of, client, options, id = '') => of.show(client, id, options)));
  listed(cases.command('ls'))
    .description('list those that you may see, the newest first')
    .option('--as-of <when>', 'as for trace')
    .action(saying((of, client, options) => of.list(client, options)));
  cases
    .command('close <case>')
    .description('say that it is done; nothing is added to it by these commands any more')
    .option('--why <text>', 'what it came to')
    .action(saying((of, client, options, id = '') => of.close(client, id, options)));
}
