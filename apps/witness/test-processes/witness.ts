/**
 * A witness until it is killed; says `ready {url} {verifier key} {verifier key for maps, or -}` or `refused {code}`. Arguments: its folder, the
 * log's key, its name, its port (0: a free one), and the log's prefix where it audits maps.
 */
import { startWitness } from '#app/witness';
import { parseVerifierKey } from '#lib/ledger';
import { createLog } from '#lib/runtime';

const [, , folder = '', logKey = '', name = 'witness.example/w1', port = '0', prefix] = process.argv;
const key = parseVerifierKey(logKey, 'log');
try {
  if (!key.ok) throw new Error(key.fault.detail);
  const log = createLog({ level: 'silent', secrets: [] });
  const map = prefix === undefined ? null : { origin: key.value.name, prefix };
  const running = await startWitness({ folder, name, logKeys: [key.value], host: '127.0.0.1', port: Number(port), log, map });
  process.stdout.write(`ready ${running.url} ${running.verifierKey} ${running.mapVerifierKey ?? '-'}\n`);
} catch (error) {
  process.stdout.write(`refused ${(error as { code?: string }).code ?? String(error)}\n`);
}
