/** The commands for people: agencies, communities, principals, sessions. Keys stand beside the keys of the log, in program.ts. */
import type { Command } from 'commander';
import { asking, clientOf, listed, runner, UNUSED } from './invocation.ts';

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
  sessionCommands(root);
  emergencyCommands(root);
  signerCommands(root);
  markingCommands(root);
}

function signerCommands(root: Command): void {
  const signer = root.command('signer').description('keys by which your agency signs the batches that it submits: import --sign');
  listed(signer.command('ls'))
    .description('list those of your agency, with the entry that registered each')
    .action(asking((people, client, options) => people.list(client, 'signers', options)));
  signer
    .command('new <file>')
    .description('make one in a new file, and print its verifier key')
    .requiredOption('--name <name>', 'what the key is called, as acme/import')
    .action(runner(async (options, file = '') => (await import('./commands/signer.ts')).make(file, options), UNUSED.alone));
  signer
    .command('add <vkey>')
    .description('register it for your agency (admin)')
    .action(runner(async (options, vkey = '') => (await import('./commands/signer.ts')).add(await clientOf(options), vkey, options)));
  signer
    .command('revoke <vkey>')
    .description('what it signs from then on is flagged (admin); what it signed before stays')
    .option('--reason <text>', 'why')
    .action(runner(async (options, vkey = '') => (await import('./commands/signer.ts')).revoke(await clientOf(options), vkey, options)));
}

function principalCommands(root: Command): void {
  const principal = root.command('principal').description('the people and services of your agency');
  listed(principal.command('ls'))
    .description('list them; to admins with the accounts by which they log in')
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
  for (const [change, does] of [
    ['link', 'let it log in by an account at the OpenID provider'],
    ['unlink', 'take such an account away from it, and end the sessions that began by it'],
  ] as const)
    principal
      .command(`${change} <principal>`)
      .description(does)
      .requiredOption('--issuer <url>', 'the OpenID provider, exactly as its tokens have it')
      .requiredOption('--subject <sub>', 'its `sub` there')
      .action(asking((people, client, options, who = '') => people.principalLogin(client, change, who, options)));
}

function emergencyCommands(root: Command): void {
  const glass = root.command('break-glass').description('emergencies: reading what names others, for hours, said in the log');
  listed(glass.command('ls'))
    .description('list those of your agency that are not over')
    .action(asking((people, client, options) => people.list(client, 'emergencies', options)));
  glass
    .command('open')
    .description('declare one (investigators, admins): all of your agency sees that you did')
    .requiredOption('--reason <text>', 'what the emergency is')
    .option('--hours <n>', 'for how long, at most 24', '1')
    .action(asking((people, client, options) => people.breakGlassOpen(client, options)));
  glass
    .command('close [principal]')
    .description('end it before its time: your own, or that of a principal of your agency (admins)')
    .action(asking((people, client, options, who) => people.breakGlassClose(client, who, options)));
}

function sessionCommands(root: Command): void {
  const session = root.command('session').description('who is logged in by a browser');
  listed(session.command('ls'))
    .description('list those of your agency (admins), or your own')
    .action(runner(async (options) => (await import('./commands/session.ts')).list(await clientOf(options), options)));
  session
    .command('end <id>')
    .description('end one: it holds at once')
    .action(runner(async (options, id) => (await import('./commands/session.ts')).end(await clientOf(options), id ?? '', options)));
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
    .option('--tell', 'say so to those who lose it, in the proof of its items: whose it is, to whom it goes, and why')
    .action(runner(async (options, what = '') => (await import('./commands/marking.ts')).mark(await clientOf(options), what, options)));
  const marking = root.command('marking').description('what somebody of your agency marked wider');
  listed(marking.command('ls'))
    .description('list what awaits the approval of an admin of your agency (auditors, admins)')
    .action(runner(async (options) => (await import('./commands/marking-waiting.ts')).waiting(await clientOf(options), options)));
  marking
    .command('approve <id>')
    .description('let a marking of another principal of your agency, or a retraction of one, open what it opens (admin)')
    .option('--reason <text>', 'why')
    .action(runner(async (options, id = '') => (await import('./commands/marking.ts')).approve(await clientOf(options), id, options)));
}
