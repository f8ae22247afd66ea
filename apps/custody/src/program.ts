/** The grammar of the command line. Commands are loaded when they are called: `custody --help` must not pay for Nest, Kafka and Postgres. */
import { Argument, Command, Option } from 'commander';
import { asking, clientOf, interruptible, listed, refuseIdle, runner, UNUSED, withGlobalOptions } from './invocation.ts';
import type { Shell } from './commands/completion.ts';
import type { TraceFormat } from './commands/trace.ts';
import { chosenCommands } from './chosen-commands.ts';
import { peopleCommands } from './people-commands.ts';
import { watchCommands } from './watch-commands.ts';

/** @param json errors of parsing are an object on stdout, which main.ts writes; otherwise their sentence is on stderr, with its code */
export function program(json = false): Command {
  const root = withGlobalOptions(
    new Command('custody').description(
      'Follow one vehicle, container or serial number from first sighting to last, and see on what evidence.',
    ),
  )
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => (json ? undefined : write(text.replace('\n', ' [usage]\n'))) });

  root
    .command('serve')
    .description('run the roles of this process: capture, projector, gateway, sealer, evidence, alerts')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption('-h, --help', 'settings are flags: see docs/configuration.md')
    .action(runner(async (options, ...rest) => (await import('./commands/serve.ts')).serve(options, rest), UNUSED.here));
  itemCommands(root);
  listenCommand(root);
  caseCommands(root);
  chosenCommands(root);
  proofCommands(root);
  keyCommands(root);
  peopleCommands(root);
  watchCommands(root);
  const dlq = root.command('dlq').description('dead letters: records that could not be taken into the ledger');
  listed(dlq.command('ls'))
    .description('list them')
    .option('--limit <n>', 'how many', '50')
    .action(runner(async (options) => (await import('./commands/dlq.ts')).list(await clientOf(options), options)));
  dlq
    .command('show <seq>')
    .description('one of them, with its bytes')
    .action(runner(async (options, seq) => (await import('./commands/dlq.ts')).show(await clientOf(options), seq ?? '', options)));
  dlq
    .command('retry <seq>')
    .description('append it to the event log again')
    .action(runner(async (options, seq) => (await import('./commands/dlq.ts')).retry(await clientOf(options), seq ?? '', options)));
  const conflicts = root.command('conflicts').description('other bytes under an id that was taken: kept, never an event');
  listed(conflicts.command('ls'))
    .description('list those of your agency, and what stands instead')
    .option('--limit <n>', 'how many', '50')
    .action(runner(async (options) => (await import('./commands/conflicts.ts')).list(await clientOf(options), options)));
  evidenceCommands(root);
  localCommands(root);
  auditCommands(root);
  witnessCommand(root);
  root
    .command('completion')
    .description('print what completes commands and options in a shell; how it is installed stands in its first lines')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'pwsh'] satisfies Shell[]))
    .action(
      runner(
        async (_options, shell) => (await import('./commands/completion.ts')).completion(root, shell as Shell),
        [...UNUSED.alone, 'json'],
      ),
    );
  return root;
}

/** What is known of an item, who says so, and what was known when. */
function itemCommands(root: Command): void {
  listed(root.command('trace <item>'))
    .description('the timeline of an item: what was seen, said, planned, corrected')
    .option(
      '--as-of <when>',
      'a date or time: as recorded by then, by the seals of the log; reported:<date>: as its authors state; log:<size>',
    )
    .option('--at <time>', 'what is known of this time alone: a date (that day in UTC) or a time with its offset')
    .addOption(
      new Option('--format <format>', 'table (default); json, as --json; geojson; html: one page with maps and timeline').choices([
        'table',
        'json',
        'geojson',
        'html',
      ] satisfies TraceFormat[]),
    )
    .action(runner(async (options, item) => (await import('./commands/trace.ts')).trace(await clientOf(options), item ?? '', options)));
  root
    .command('blame <item>')
    .description('of each record of its timeline: who said it, when it came in, and on what document it rests')
    .option('--as-of <when>', 'as for trace')
    .action(runner(async (options, item) => (await import('./commands/blame.ts')).blame(await clientOf(options), item ?? '', options)));
  listed(root.command('diff <item>'))
    .description('what was learnt, corrected, withdrawn, disputed of an item between two points, and by whom')
    .requiredOption('--from <point>', 'log:<size>, a date or time: as recorded by then, or reported:<date or time>')
    .option('--to <point>', 'the same (default: the log as it is now)')
    .action(
      runner(async (options, item) => (await import('./commands/diff.ts')).diff(await clientOf(options), item ?? '', options as never)),
    );
  searchCommand(root);
}

function searchCommand(root: Command): void {
  listed(root.command('search [text]'))
    .description(
      'find items by identifier, part of one, misread letters (O/0, I/1), a name, MMSI or call sign; with any of the filters sightings by what they say, in several scripts',
    )
    .option('--limit <n>', 'how many', '20')
    .option('--sightings', 'sightings that have the words of the text, and not items')
    .option('--party <name>', 'sightings with a party of this name, or this LEI')
    .option('--place <name>', 'sightings at a place of this name, or with a voyage from or to it')
    .option('--unlocode <code>', 'the same by UN/LOCODE')
    .option('--country <code>', 'the same by country, ISO 3166-1 alpha-2')
    .option('--near <lat,lon>', 'the same near a point, with --within')
    .option('--within <km>', 'kilometres around --near')
    .option('--since <time>', 'sightings of this year, month, day or time, or later; undated ones are not found')
    .option('--until <time>', 'the same, or earlier')
    .option('--hs <code>', 'goods of this HS code or its beginning')
    .option('--source <kind>', 'a kind or family of sources, or words of a title')
    .option('--unidentified', 'sightings that name no item')
    .option('--as-of <when>', 'sightings as known then, as for trace')
    .action(
      runner(async (options, text) => {
        const { asksSightings, searchSightings } = await import('./commands/search-sightings.ts');
        if (asksSightings(options)) return searchSightings(await clientOf(options), text, options);
        return (await import('./commands/search.ts')).search(await clientOf(options), text, options);
      }),
    );
}

/** What the ledger takes in, as it does. */
function listenCommand(root: Command): void {
  listed(root.command('listen'))
    .description('print each event that you may see as it comes in; with a cursor file it goes on where it was ended or killed')
    .addOption(new Option('--since <place>', 'begin at `start`, or at log:<size> (default: at what comes from now on)'))
    .option('--cursor-file <file>', 'keep the place here; where it is there already, go on from it')
    .option('-o, --output <file>', 'add to this file: with a cursor file each event stands in it exactly once, also after a kill')
    .option('--item <id>', 'only events that name this item')
    .option('--kind <kind>', 'only events of this kind')
    .addOption(new Option('--until <when>', 'end with what is there now').choices(['now']))
    .option('--limit <n>', 'end after so many')
    .action(
      runner(async (options) => {
        refuseIdle('listen', { '--json': options.json === true });
        return interruptible(async (signal) =>
          (await import('./commands/listen.ts')).listen(await clientOf(options, signal), { ...options, signal }),
        );
      }),
    );
}

/** The keys of the log, its end and its successor, on the machine that has them. */
function keyCommands(root: Command): void {
  const log = root.command('log').description('the end of a log, and the one that takes its place');
  log
    .command('freeze')
    .description('end the log for good, with the server stopped; prints its last checkpoint')
    .requiredOption('--reason <sentence>', 'what the log says for ever')
    .action(runner(async (options) => (await import('./commands/log.ts')).freeze(options as never), UNUSED.here));
  log
    .command('succeed <checkpoint>')
    .description('prepare an empty data directory for the log that takes the place of the one with this last checkpoint (a file)')
    .requiredOption('--key <vkey>', 'verifier key of the old log')
    .action(runner(async (options, path) => (await import('./commands/log.ts')).succeed(path ?? '', options as never), UNUSED.here));
  const key = root
    .command('key')
    .description('API keys of your agency, and the keys of the log: what signs, what did before, what is revoked');
  listed(key.command('ls'))
    .description("list the log's keys, with the verifier key of each")
    .option('--api', 'list the API keys of your agency')
    .action(
      runner(async (options) =>
        options['api'] === true
          ? (await import('./commands/people.ts')).list(await clientOf(options), 'keys', options)
          : (await import('./commands/key.ts')).list(await clientOf(options), options),
      ),
    );
  key
    .command('add <principal>')
    .description('make an API key for a principal, NAME or AGENCY/NAME; it is shown once')
    .requiredOption('--scope <roles...>', 'what it may be used for: some of the roles of the principal')
    .option('--expires <time>', 'until when it holds, as 2027-01-01T00:00:00Z')
    .option('--address <ranges...>', 'from where alone it may be used: 192.0.2.7, 10.0.0.0/8')
    .action(asking((people, client, options, who = '') => people.keyAdd(client, who, options)));
  key
    .command('rotate <use>')
    .description('make a new key for checkpoints (`checkpoint`) or receipts (`receipt`); in force at the next start')
    .action(runner(async (options, use) => (await import('./commands/key.ts')).rotate(use ?? '', options), UNUSED.here));
  key
    .command('revoke <key>')
    .description(
      'of an id: an API key, at once. Of a verifier key: have the log revoke a key that does not sign any more, said at the next start',
    )
    .option('--reason <text>', 'why, of an API key')
    .action(
      runner(async (options, text = '') =>
        // A verifier key has plus signs, an id has none.
        text.includes('+')
          ? (await import('./commands/key.ts')).revoke(text, options)
          : (await import('./commands/people.ts')).keyRevoke(await clientOf(options), text, options),
      ),
    );
}

/** What is checked, and by whose word. */
function proofCommands(root: Command): void {
  const checkpoint = root.command('checkpoint').description('the signed head of the log');
  checkpoint
    .command('get')
    .description('print it, to keep it or to compare it')
    .action(runner(async (options) => (await import('./commands/checkpoint.ts')).get(await clientOf(options), options)));
  checkpoint
    .command('key')
    .description("print the log's key, by which others check it (on the machine that seals)")
    .action(runner(async (options) => (await import('./commands/checkpoint.ts')).key(await clientOf(options), options)));
  const trusting = (command: Command): Command =>
    command
      .option('--key <vkeys...>', "verifier keys to trust, as `custody checkpoint key` prints them; default: the log's pinned ones")
      .option('--witnesses <file>', 'policy of the witnesses that have to cosign')
      .option('--max-age <seconds>', 'how old a head may be');
  trusting(checkpoint.command('pin'))
    .description('keep its key and head: later checks are held against them')
    .action(runner(async (options) => (await import('./commands/checkpoint.ts')).pin(await clientOf(options), options)));
  trusting(checkpoint.command('compare [other]'))
    .description('are two heads of one log? The other: a file, the address of a server, or the pinned one')
    .action(runner(async (options, other) => (await import('./commands/checkpoint.ts')).compare(await clientOf(options), other, options)));
  trusting(root.command('verify <what>'))
    .description('check a bundle, a proof, a receipt, an item or an event: is it as it was sealed? (exit codes: docs/cli.md)')
    .option('--offline', 'ask nobody: a file, and what is pinned')
    .option('--agency <agency>', 'whose event, where several agencies have one of this id')
    .option('--item <id>', 'the item that a bundle or a proof in a file has to be about')
    .option('--group <groups...>', 'reader groups that it has to show: fewer are not taken for the whole')
    .option('--reader <agency/name>', 'who asks: of what a marking keeps for persons, whether you are one of them')
    .option('--content <file>', 'of a receipt, with --offline: the event as it was submitted, to be held against it')
    .option('--explain', 'say of each step in plain words what it is about')
    .action(
      runner(async (options, what) =>
        (await import('./commands/verify.ts')).verify(options['offline'] === true ? null : await clientOf(options), what ?? '', options),
      ),
    );
}

/** Case files in and out. */
function caseCommands(root: Command): void {
  root
    .command('import <file>')
    .description('send a case file (JSON Lines) through capture; doing it twice changes nothing')
    .option('--dry-run', 'judge every line, write nothing')
    .addOption(
      new Option('--on-error <mode>', 'what a rejected line does to the others').choices(['rollback', 'proceed']).default('proceed'),
    )
    .option('--rejects <file>', 'write the rejected lines here, as they were')
    .option('--receipts <file>', 'add the signed receipt of each line that is in to this file')
    .option('--no-evidence', 'leave the files that lie beside the case file where they are')
    .option('--sign <keyfile>', 'sign the list of what is in, by a key of your agency (custody signer)')
    .option('--no-batch', 'do not keep in the ledger that this import was made')
    .action(
      runner(async (options, file) =>
        interruptible(async (signal) =>
          (await import('./commands/import.ts')).importCase(await clientOf(options, signal), file ?? '', {
            ...options,
            signal,
            ...(options['batch'] === false ? {} : { recordBy: await clientOf(options) }),
          } as never),
        ),
      ),
    );
  root
    .command('export [item]')
    .description('write what the ledger holds as a case file that imports again; of one item, a proof bundle that anyone can check')
    .addOption(new Option('--as <format>', 'format, of a whole case').choices(['case']))
    .option('--no-evidence', 'of a bundle: without the files that its events cite')
    .option('--size <n>', 'of a bundle: as the log showed it at this size (default: its newest head)')
    .option('-o, --output <file>', 'file to write (default for a case: stdout)')
    .action(
      runner(async (options, item) =>
        interruptible(async (signal) => {
          if (item === undefined) {
            refuseIdle('export without an item', {
              '--size': options['size'] !== undefined,
              '--no-evidence': options['evidence'] === false,
            });
            return (await import('./commands/export.ts')).exportCase(await clientOf(options, signal), { ...options, signal });
          }
          refuseIdle('export of an item', { '--as': options['as'] !== undefined });
          return (await import('./commands/export-bundle.ts')).exportBundle(await clientOf(options, signal), item, options);
        }),
      ),
    );
}

/** Files that support what is said. */
function evidenceCommands(root: Command): void {
  const evidence = root.command('evidence').description('files of evidence, by their SHA-256');
  evidence
    .command('add <file>')
    .description('send a file, and say with --for which event it supports')
    .option('--for <id>', 'the event: `id` of your agency, or `agency/id`')
    .option('--locator <place>', 'where in the file: line:5, row:14, page:2, region:x=10,y=10,w=50,h=20')
    .option('--purpose <text>', 'what it is sent for')
    .option('--authority <text>', 'by what right')
    .action(runner(async (options, file) => (await import('./commands/evidence.ts')).add(await clientOf(options), file ?? '', options)));
  evidence
    .command('get <hash>')
    .description('save a file, if its bytes have the hash')
    .requiredOption('-o, --output <file>', 'file to write')
    .action(runner(async (options, hash) => (await import('./commands/evidence.ts')).get(await clientOf(options), hash ?? '', options)));
  listed(evidence.command('ls'))
    .description('list the files that you may see')
    .action(runner(async (options) => (await import('./commands/evidence.ts')).list(await clientOf(options), options)));
  evidence
    .command('show <hash>')
    .description('its type and size, who has it since when, its chain of custody, and which events cite it')
    .action(runner(async (options, hash) => (await import('./commands/evidence.ts')).show(await clientOf(options), hash ?? '', options)));
  evidence
    .command('hold <hash>')
    .description('put a legal hold on it')
    .requiredOption('--authority <text>', 'by what right')
    .option('--purpose <text>', 'what for')
    .action(runner(async (options, hash) => (await import('./commands/evidence.ts')).hold(await clientOf(options), hash ?? '', options)));
  evidence
    .command('release <hash>')
    .description('end the holds of your agency')
    .requiredOption('--authority <text>', 'by what right')
    .option('--purpose <text>', 'what for')
    .action(
      runner(async (options, hash) => (await import('./commands/evidence.ts')).release(await clientOf(options), hash ?? '', options)),
    );
  evidence
    .command('verify')
    .description('hash everything in the store of this machine again: missing, altered, unknown; a server may run beside it')
    .action(runner(async (options) => (await import('./commands/evidence-verify.ts')).verify(options), UNUSED.here));
}

/** Commands that work on this machine's data or configuration and need no server. */
function localCommands(root: Command): void {
  root
    .command('rebuild')
    .description('drop what is derived and fold the ledger again (with the server stopped)')
    .option('--verify', 'compare a digest of every derived table before and after, and print one of all folded timelines')
    .option('--expect <file>', 'with --verify: compare with what another version printed for this ledger (--verify --json)')
    .action(runner(async (options) => (await import('./commands/rebuild.ts')).rebuild(options), UNUSED.here));
  listed(root.command('doctor'))
    .description('check configuration, database, roles, event log, disk and clock')
    .action(runner(async (options) => (await import('./commands/doctor.ts')).doctor(options)));
  const config = root.command('config').description('the configuration in force');
  config
    .command('check')
    .description('read it and list every problem')
    .action(runner(async (options) => (await import('./commands/config.ts')).check(options), UNUSED.here));
  listed(config.command('print'))
    .description('print it with the origin of each value')
    .option('--redacted', 'secrets only as set or not (always so; accepted for clarity)')
    .action(runner(async (options) => (await import('./commands/config.ts')).print(options), UNUSED.here));
  root
    .command('migrate')
    .description('bring the database to the format of this version')
    .action(runner(async (options) => (await import('./commands/migrate.ts')).migrate(options), UNUSED.here));
  root
    .command('reset')
    .description('delete the data directory: the uninstall')
    .option('--yes', 'really')
    .action(runner(async (options) => (await import('./commands/reset.ts')).reset(options), UNUSED.here));
  root
    .command('version')
    .description('version and formats')
    .action(runner(async (options) => (await import('./commands/version.ts')).version(options), UNUSED.alone));
}

/** What an auditor and whoever keeps backups runs on this machine's ledger. */
function auditCommands(root: Command): void {
  const audit = root
    .command('audit')
    .description('replay the ledger against everything that was signed of it; a server may run beside it')
    .option('--full', 'all of it: log, item trees, item map, and every event')
    .option('--pin <files...>', 'heads that were kept elsewhere, as `checkpoint get` printed them')
    .option('--receipts <files...>', 'sealed receipts, one a line: each has to stand in the ledger')
    .option('--witnesses <policy>', 'a policy file that those heads and the heads of those receipts have to meet')
    .option('--key <vkeys...>', "the log's verifier keys (default: this machine's own)")
    .action(runner(async (options) => (await import('./commands/audit.ts')).audit(options), UNUSED.here));
  listed(audit.command('ls'))
    .usage('[options] [filter...]')
    .description('who wrote what, newest first; filters: actor: action: item: evidence: batch: since: until:')
    .addOption(new Option('--as <format>', 'form of the list').choices(['table', 'ndjson', 'csv']).default('table'))
    .option('--limit <n>', 'how many (default: 50 in a table, all in a file)')
    .option('--as-of <when>', 'as the log was then: a date or time, or log:<size>')
    .allowExcessArguments()
    .action(
      runner(async (options, ...filters) =>
        (await import('./commands/audit-ls.ts')).list(await clientOf(options), filters, options as never),
      ),
    );
  audit
    .command('read <n>')
    .description('the proof of one read, by its number in the list: a file that `custody verify` checks')
    .action(runner(async (options, n) => (await import('./commands/audit-ls.ts')).proof(await clientOf(options), n ?? '')));
  root
    .command('backup')
    .description('write the ledger as it is at one moment into a new folder')
    .requiredOption('-o, --output <folder>', 'folder to write, new or empty')
    .option('--with-keys', 'the private keys of the data directory too')
    .action(runner(async (options) => (await import('./commands/backup.ts')).backup(options as never), UNUSED.here));
  root
    .command('restore <folder>')
    .description('restore a backup into an empty database, if it is not behind what was signed')
    .option('--verify', 'check every event as well, as audit --full does')
    .option('--pin <files...>', 'heads that were kept elsewhere')
    .option('--witnesses <policy>', 'a policy file whose witnesses are asked what they cosigned (default: the configured one)')
    .option('--key <vkeys...>', "the log's verifier keys (default: this machine's own, else the one that the backup names)")
    .action(runner(async (options, folder) => (await import('./commands/backup.ts')).restore(folder ?? '', options), UNUSED.here));
  root
    .command('drill')
    .description('exercises on a copy')
    .command('tamper')
    .description('tamper with a copy of the ledger in every way we know, and show what finds it')
    .option('--mutations <n>', 'how many', '200')
    .option('--seed <n>', 'the same ones again')
    .option('--own', 'with a ledger made for it instead of a copy')
    .action(runner(async (options) => (await import('./commands/drill.ts')).tamper(options as never), UNUSED.here));
}

/** Beside the ledger, for logs of others too: needs neither database nor configuration. */
function witnessCommand(root: Command): void {
  root
    .command('witness')
    .description('run a witness of logs (C2SP tlog-witness): cosign checkpoints that extend what was cosigned before')
    .requiredOption('--dir <folder>', 'its key and what it cosigned; made on the first start, never to be lost or copied')
    .requiredOption('--log <vkeys...>', 'verifier keys of the logs: name+id+key')
    .option('--name <name>', 'its own name, on the first start: a URL without scheme, as witness.example/w1')
    .option('--map <url>', 'audit the item map too: prefix of the log, as https://ledger.example/log (docs/witness.md)')
    .option('--map-key <file>', 'API key by which it reads the stream of map keys, in a file (role auditor)')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes a free one', '8090')
    .action(runner(async (options) => (await import('./commands/witness.ts')).witness(options as never), UNUSED.alone));
}
