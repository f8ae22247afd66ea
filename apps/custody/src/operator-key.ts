/**
 * The operator's key of a running process: commands on this machine, by whoever may read its data directory, are the operator without being given
 * one. Made at each start, kept in a file (mode 0600) named after the address that the process listens on, shown to that address alone, worth nothing once
 * the process is gone; no key of the ledger.
 */
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { apiKeyId } from './access/api-key.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * `operator-8080.key` of http://127.0.0.1:8080; of any other address, which somebody else may listen on at the same port, that is in the name too:
 * `operator-https-10.0.0.5-8443.key`.
 */
function fileOf(dataDir: string, url: string): string {
  const { protocol, hostname, port } = new URL(url);
  const number = port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port;
  const isUsual = protocol === 'http:' && hostname === '127.0.0.1';
  // The brackets of IPv6 stay: no name has them.
  const address = isUsual ? '' : `${protocol.slice(0, -1)}-${hostname.replaceAll(':', '_')}-`;
  return join(dataDir, `operator-${address}${number}.key`);
}

/** On the disk, whole, when it returns: nobody reads half of it. In the place of what a process left that was killed. @param url that it listens on */
export async function keepOperatorKey(dataDir: string, url: string, key: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = fileOf(dataDir, url);
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(`${key}\n`).finally(() => file.close());
  await rename(draft, path);
}

/** Where another process has the address meanwhile, the key is that one's and stays. */
export async function dropOperatorKey(dataDir: string, url: string, key: string): Promise<void> {
  const path = fileOf(dataDir, url);
  if ((await readFile(path, 'utf8').catch(() => '')).trim() === key) await rm(path, { force: true });
}

/** Of a process of this machine, and the file that it was read from. */
export interface OperatorKey {
  readonly key: string;
  readonly file: string;
}

/** The server of this machine as it is configured. */
export interface OwnServer {
  /** That users type. */
  readonly url: string;
  /** That it listens on. */
  readonly listens: string;
}

/**
 * Null where the data directory has none for the address, or may not be read: a process listens in clear on loopback alone, so no key leaves the machine
 * in clear, nor goes to another address of it that somebody else may have. By https it is shown to the configured name as well: whoever answers there had to
 * show a certificate of it.
 */
export function operatorKeyFor(dataDir: string, server: string, own: OwnServer | null = null): OperatorKey | null {
  const { protocol, origin, pathname } = new URL(server);
  if (pathname !== '/') return null;
  const isOwn = own !== null && protocol === 'https:' && origin === new URL(own.url).origin;
  try {
    const file = fileOf(dataDir, isOwn ? own.listens : origin);
    const key = readFileSync(file, 'utf8').trim();
    return apiKeyId(key) === null ? null : { key, file };
  } catch {
    return null;
  }
}
