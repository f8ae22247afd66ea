/** Every code that the product can answer, log or keep is brought about by some test, or the catalogue promises what nobody has seen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesWithoutTest, ERROR_CODES } from '#lib/contracts';

const ROOT = join(import.meta.dirname, '../../..');
const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
const sources = [...filesUnder('apps'), ...filesUnder('libs')].filter((path) => path.endsWith('.ts'));
const isSuite = (path: string): boolean => /\.(spec|contract)\.ts$/.test(path);
const textOf = (path: string): string => readFileSync(path, 'utf8');
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
