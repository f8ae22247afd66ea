/** `custody version`: the program and the formats that it writes. */
import { readFileSync } from 'node:fs';
import { NORMALISER_VERSION } from '#lib/domain';
import { DATA_FORMAT } from '#lib/store/data-format';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { packageRoot } from '../package-root.ts';

export function version(options: { readonly json?: boolean }): Promise<ExitCode> {
  const { version: program } = JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string };
  const formats = {
    version: program,
    node: process.versions.node,
    dataDirectory: DATA_FORMAT,
    sighting: 1,
    record: 1,
    fieldTree: 1,
    normaliser: NORMALISER_VERSION,
  };
  if (options.json === true) process.stdout.write(`${JSON.stringify(formats)}\n`);
  else {
    process.stdout.write(`Custody Ledger ${program} on Node ${formats.node}\n`);
    process.stdout.write(
      `formats: data directory ${formats.dataDirectory}, sighting 1, record 1, field tree 1, identifier normaliser ${formats.normaliser}\n`,
    );
  }
  return Promise.resolve(EXIT.ok);
}
