/** Every code that the product can answer, log or keep is brought about by some test, or the catalogue promises what nobody has seen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { codesWithoutTest, ERROR_CODES } from '#lib/contracts';
import { POLICY_ACTS } from '#lib/domain';
import { NOTE_FAULT_CODES, PROOF_FAULT_CODES } from '#lib/ledger';

const ROOT = join(import.meta.dirname, '../../..');
const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
const sources = [...filesUnder('apps'), ...filesUnder('libs')].filter((path) => path.endsWith('.ts'));
const isSuite = (path: string): boolean => /\.(spec|contract)\.ts$/.test(path);
const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Where every code that is given must stand in the catalogue: whoever meets one looks it up. */
const GIVES_CODES = /^(libs\/(event-log|store|runtime)|apps\/(custody|capture|gateway|projector|sealer|audit))\/src\//;
const CODE = '[a-z]+(?:-[a-z]+)*(?:\\.[a-z]+(?:-[a-z]+)*)*';
/** Errors, findings, reasons, unions of codes, and what stands in for a missing one. Codes of systems (ENOENT, 57014) are not ours. */
const IN_CODE_PLACE = new RegExp(
  `(?:(?:Fatal|Log|Store|Domain)Error\\(\\s*|CommandError\\(\\s*[^,;]+,\\s*|\\b(?:writeError|warning|stopped)\\(\\s*|\\bcode(?:: | = )|problem\\.code \\?\\? |^  \\| )'(${CODE})'`,
  'gm',
);
const NAMESPACES = [...new Set(ERROR_CODES.filter((code) => code.includes('.')).map((code) => code.split('.', 1)[0]))];
/** Wherever it stands: a dotted word in one quote whose first part is that of a code. */
const LIKE_A_CODE = new RegExp(`'((?:${NAMESPACES.join('|')})\\.${CODE})'`, 'g');

/** What checks of proofs find has its words in docs/proofs.md (proofs-page.spec.ts); tables are called like codes. */
const CHECKED: ReadonlySet<string> = new Set([...PROOF_FAULT_CODES, ...NOTE_FAULT_CODES]);
/** And so are acts of policy. */
const ACTS: ReadonlySet<string> = new Set(POLICY_ACTS);
/** And so are files with keys, and a setting. */
const FILE = /^(?:(?:checkpoint|receipt)\.key|evidence\.dir)$/;
const TABLE =
  /^(?:ledger|proof)\.(?:head|sealer|entries|content|timeline|relations|handlings|marked|search_keys|notices|seals|checkpoints|tiles|items)$|^evidence\.uploads$|^access\.(?:head|reads)$/;

const codesNotInCatalogue = (source: string): string[] =>
  [...source.matchAll(IN_CODE_PLACE), ...source.matchAll(LIKE_A_CODE)]
    .map(([, code = '']) => code)
    .filter(
      (code) =>
        !ERROR_CODES.some((known) => known === code) && !CHECKED.has(code) && !ACTS.has(code) && !TABLE.test(code) && !FILE.test(code),
    );
const suites = sources.filter((path) => isSuite(path) && path !== import.meta.filename).map(textOf);

describe('the error catalogue', () => {
  it('has a test for every code', () => {
    expect(codesWithoutTest(suites)).toEqual([]);
  });

  it('would miss one: without its suites a code is found to have none', () => {
    const [code = ''] = ERROR_CODES;
    expect(codesWithoutTest(suites.filter((text) => !text.includes(code)))).toContain(code);
    expect(codesWithoutTest([])).toEqual(ERROR_CODES);
  });

  it('has every code that the program gives', () => {
    const found = sources
      .filter((path) => !isSuite(path) && GIVES_CODES.test(relative(ROOT, path)))
      .flatMap((path) => codesNotInCatalogue(textOf(path)).map((code) => `${relative(ROOT, path)}: ${code}`));
    expect([...new Set(found)]).toEqual([]);
  });

  it.each([
    ["throw new FatalLogError('lease.lost', 'x')", 'lease.lost'],
    ["throw new CommandError(\n  EXIT.notFound,\n  'nothing',\n  'There is nothing.')", 'nothing'],
    ["findings.push(warning('topic.colour', `blue`))", 'topic.colour'],
    ["findings.push({ severity: 'error', code: 'topic.colour', detail })", 'topic.colour'],
    ["export type FatalCode =\n  /** Away. */\n  | 'lease.lost'\n", 'lease.lost'],
    ["endWith(log, shutdown, 'store.colour')", 'store.colour'],
    ["problem.code ?? 'odd'", 'odd'],
  ])('would miss the one of %j', (source, code) => {
    expect(codesNotInCatalogue(source)).toContain(code);
  });

  it('has no code that nothing in the product gives', () => {
    const catalogue = join(ROOT, 'libs/contracts/src/errors.ts');
    const program = sources
      .filter((path) => !isSuite(path) && path !== catalogue)
      .map(textOf)
      .join('\n');
    // The identifier codes are put together from their last part.
    expect(
      ERROR_CODES.filter((code) => !code.startsWith('identifier.')).filter(
        (code) => !new RegExp(`['"\`]${code.replaceAll('.', '\\.')}['"\`]`).test(program),
      ),
    ).toEqual([]);
  });
});
