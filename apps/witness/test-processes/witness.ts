/** A witness over the folder (first argument) for the log key (second) until it is killed; says `ready {url}` or `refused {code}`. */
import { startWitness } from '#app/witness';
import { parseVerifierKey } from '#lib/ledger';
import { createLog } from '#lib/runtime';

const key = parseVerifierKey(process.argv[3] ?? '', 'log');
try {
  if (!key.ok) throw new Error(key.fault.detail);
  const log = createLog({ level: 'silent', secrets: [] });
  const folder = process.argv[2] ?? '';
  const { url } = await startWitness({ folder, name: 'witness.example/w1', logKeys: [key.value], host: '127.0.0.1', port: 0, log });
  process.stdout.write(`ready ${url}\n`);
} catch (error) {
  process.stdout.write(`refused ${(error as { code?: string }).code ?? String(error)}\n`);
}
