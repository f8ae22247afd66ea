/** The commands for what somebody says by hand: one sighting, and cases, which are chosen sightings. (Case files go in and out by import and export.) */
import type { Command } from 'commander';
import type { Client } from './client.ts';
import type { AddOptions } from './commands/add.ts';
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
  addCommand(root);
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

function addCommand(root: Command): void {
  withHandling(root.command('add'), 'AMBER, your agency alone')
    .description('add one sighting by hand, with its evidence; without options the person at the terminal is asked')
    .option('--item <ids...>', 'what was seen: scheme:value, as it is written')
    .option('--kind <kind>', 'observation (default), aggregation, transfer, registration, declaration, statement, assessment')
    .option('--subtype <sort>', 'of an assessment: hypothesis ...')
    .option('--into <id>', 'the items went into this container, vessel or aircraft')
    .option('--out-of <id>', 'the items came out of it')
    .option('--background <ids...>', 'what else it concerns, and does not move')
    .option('--modality <modality>', 'planned, or negative: looked for and not found')
    .option('--at <time>', 'as written: 2018-06-11, 2018-06-11T13:20+02:00, or two with .. between them')
    .option('--throughout', 'it went on for all of that time')
    .option('--place <place>', 'UN/LOCODE, name, or degrees north,east')
    .option('--country <code>', 'of the place: ISO 3166-1, two letters')
    .option('--party <role=name...>', 'who had a part in it, as consignee=Acme Trading')
    .option('--source <kind>', 'what it is from: photo, bill_of_lading, ais, tip ...')
    .option('--source-title <text>', 'which one')
    .option('--grade <code>', 'Admiralty code, as B2')
    .option('--statement <text>', 'in words')
    .option('--evidence <file>', 'a file that supports it: it is sent first')
    .option('--locator <place>', 'where in the file: line:5, row:14, page:2, region:x=10,y=10,w=50,h=20')
    .option('--id <id>', 'its id (default: one is made); sent again under one id it is one event')
    .option('--as-written', 'keep an identifier whose check fails as it stands in the source')
    .option('--dry-run', 'judge it, show it, send nothing')
    .action(
      runner(async (options) => {
        const { personAtTerminal } = await import('./terminal.ts');
        const person = options['input'] === false ? null : personAtTerminal();
        try {
          return await (await import('./commands/add.ts')).add(await clientOf(options), options as AddOptions, person);
        } finally {
          person?.close();
        }
      }),
    );
}
