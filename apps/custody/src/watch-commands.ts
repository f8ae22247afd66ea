/** The commands for watches, alerts and open questions. */
import type { Command } from 'commander';
import { clientOf, listed, runner } from './invocation.ts';

export function watchCommands(root: Command): void {
  const watch = root.command('watch').description('what your agency waits for, and is told of within a second of its seal');
  conditioned(watch.command('add'))
    .description('wait for records that meet all of what is given; of several values of one option one is enough')
    .action(runner(async (options) => (await import('./commands/watch.ts')).add(await clientOf(options), options)));
  conditioned(watch.command('change <id>'))
    .description('wait for something else from now on; what was told stays')
    .action(runner(async (options, id = '') => (await import('./commands/watch.ts')).change(await clientOf(options), id, options)));
  watch
    .command('rm <id>')
    .description('wait no longer; what was told stays')
    .option('--reason <text>', 'why')
    .action(runner(async (options, id = '') => (await import('./commands/watch.ts')).remove(await clientOf(options), id, options)));
  listed(watch.command('ls'))
    .description('list those of your agency')
    .option('--removed', 'also those that were removed')
    .action(runner(async (options) => (await import('./commands/watch.ts')).list(await clientOf(options), options)));
  listed(root.command('questions'))
    .description(
      'what is left for a person to decide: failing check digits, conflicts, open containments, waiting corrections, records without an item',
    )
    .option('--kind <kind>', 'check-digit, conflict, open-containment, waiting-correction or unidentified')
    .option('--limit <n>', 'how many', '50')
    .action(runner(async (options) => (await import('./commands/questions.ts')).list(await clientOf(options), options)));
  listed(root.command('alerts'))
    .description('what the watches of your agency were met by, newest first')
    .option('--watch <id>', 'of one watch')
    .option('--limit <n>', 'how many', '50')
    .action(runner(async (options) => (await import('./commands/watch.ts')).alerts(await clientOf(options), options)));
}

function conditioned(command: Command): Command {
  return command
    .option('--item <ids...>', 'an identifier, in any role: a car, a container, a ship by IMO or MMSI')
    .option('--scheme <schemes...>', 'any identifier of a scheme: vin, container, imo ...')
    .option('--party <names...>', 'a firm or person by its name or LEI')
    .option('--place <places...>', 'a UN/LOCODE (CNDLC), a country (CN) or a name')
    .option('--near <circle>', 'LAT,LON,METRES: a place that may lie in this circle')
    .option('--kind <kinds...>', 'observation, transfer, statement ...')
    .option('--modality <modalities...>', 'actual, planned, negative')
    .option('--source <families...>', 'registry, trade, tracking, customs, imagery, media, official, tip, analysis')
    .option('--grade <grade>', 'neither letter nor digit worse than this: B3')
    .option('--title <text>', 'what you call it')
    .option('--tlp <label>', 'AMBER, AMBER+STRICT or RED, your agency alone in any case; absent: AMBER+STRICT, of a change as before')
    .option('--person <names...>', 'of RED: who alone sees it, and what it is met by');
}
