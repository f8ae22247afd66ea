/** The commands for people: agencies, communities, principals. Keys stand beside the keys of the log, in program.ts. */
import type { Command } from 'commander';
import { asking, clientOf, listed, runner } from './invocation.ts';

const ROLES = 'contributor, investigator, auditor, partner, operator, admin';

export function peopleCommands(root: Command): void {
  const agency = root.command('agency').description('the agencies that use the ledger');
  listed(agency.command('ls'))
    .description('list them')
    .action(asking((people, client, options) => people.list(client, 'agencies', options)));
  agency
    .command('add <agency>')
    .description('admit one (operating agency); then add its first admin, and a key for him')
    .option('--name <name>', 'in full, for people')
    .action(asking((people, client, options, name = '') => people.agencyAdd(client, name, options)));
  agency
    .command('suspend <agency>')
    .description('keep all of its principals out, until it is added again (operating agency)')
    .option('--reason <text>', 'why')
    .action(asking((people, client, options, name = '') => people.agencySuspend(client, name, options)));
  const community = root.command('community').description('agencies that share GREEN among themselves');
  listed(community.command('ls'))
    .description('list them')
    .action(asking((people, client, options) => people.list(client, 'communities', options)));
  community
    .command('add <community>')
    .description('make one (operating agency)')
    .option('--name <name>', 'in full, for people')
    .action(asking((people, client, options, name = '') => people.communityAdd(client, name, options)));
  community
    .command('join <community> <agency>')
    .description('an agency comes in (operating agency)')
    .action(asking((people, client, options, name = '', member = '') => people.communityJoin(client, name, member, options)));
  community
    .command('leave <community> <agency>')
    .description('an agency goes out (operating agency)')
    .action(asking((people, client, options, name = '', member = '') => people.communityLeave(client, name, member, options)));
  principalCommands(root);
  markingCommands(root);
}

function principalCommands(root: Command): void {
  const principal = root.command('principal').description('the people and services of your agency');
  listed(principal.command('ls'))
    .description('list them')
    .action(asking((people, client, options) => people.list(client, 'principals', options)));
  principal
    .command('add <principal>')
    .description('add one, as NAME or AGENCY/NAME')
    .requiredOption('--role <roles...>', `what it may do: ${ROLES}`)
    .option('--type <type>', 'person or service', 'person')
    .option('--issuer <url>', 'OpenID provider by which it logs in, with --subject')
    .option('--subject <sub>', 'its `sub` there')
    .action(asking((people, client, options, who = '') => people.principalAdd(client, who, options)));
  principal
    .command('roles <principal>')
    .description('change what it may do')
    .requiredOption('--role <roles...>', ROLES)
    .action(asking((people, client, options, who = '') => people.principalRoles(client, who, options)));
  principal
    .command('revoke <principal>')
    .description('keep it out for good, with all of its keys; what it submitted stays its own')
    .option('--reason <text>', 'why')
    .action(asking((people, client, options, who = '') => people.principalRevoke(client, who, options)));
}

function markingCommands(root: Command): void {
  root
    .command('mark <what>')
    .description(
      'change the handling of an event of your agency, or of all that it submitted about an item: stricter at once, wider once approved',
    )
    .requiredOption('--tlp <label>', 'CLEAR, GREEN, AMBER, AMBER+STRICT or RED')
    .option('--community <name>', 'of GREEN: who alone sees it')
    .option('--agency <agencies...>', 'of AMBER and RED: who sees it beside your own')
    .option('--person <names...>', 'of RED: who alone sees it, NAME or AGENCY/NAME')
    .option('--reason <text>', 'why')
    .action(runner(async (options, what = '') => (await import('./commands/marking.ts')).mark(await clientOf(options), what, options)));
  root
    .command('marking')
    .description('what somebody of your agency marked wider')
    .command('approve <id>')
    .description('let a marking of another principal of your agency, or a retraction of one, open what it opens (admin)')
    .option('--reason <text>', 'why')
    .action(runner(async (options, id = '') => (await import('./commands/marking.ts')).approve(await clientOf(options), id, options)));
}
