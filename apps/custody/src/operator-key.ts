/**
 * The operator's key of a running process: commands on this machine, by whoever may read its data directory, are the operator without being given
 * one. Made at each start, kept in a file (mode 0600) named after the port, worth nothing once the process is gone; no key of the ledger.
 */
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { apiKeyId } from './access/api-key.ts';

/** Not `localhost`: which of the two that is, and so who listens there, is not for the name to say. */
const LOOPBACK = new Set(['127.0.0.1', '[::1]']);
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

const portOf = ({ port, protocol }: URL): string => (port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port);
const fileOf = (dataDir: string, port: string): string => join(dataDir, `operator-${port}.key`);

/** On the disk, whole, when it returns: nobody reads half of it. In the place of what a process left that was killed. */
export async function keepOperatorKey(dataDir: string, url: string, key: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = fileOf(dataDir, portOf(new URL(url)));
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(`${key}\n`).finally(() => file.close());
  await rename(draft, path);
}

/** Where another process has the port meanwhile, the key is that one's and stays. */
export async function dropOperatorKey(dataDir: string, url: string, key: string): Promise<void> {
  const path = fileOf(dataDir, portOf(new URL(url)));
  if ((await readFile(path, 'utf8').catch(() => '')).trim() === key) await rm(path, { force: true });
}

/** Of a process of this machine, and the file that it was read from. */
export interface OperatorKey {
  readonly key: string;
  readonly file: string;
}

/** The server of this machine as it is configured. */
export interface OwnServer {
  readonly url: string;
  /** On which it listens, whatever a URL for users says. */
  readonly port: number;
}

/**
 * Null where the data directory has none for the server, or may not be read, and where the server is not on this machine. By https it is shown to the
 * configured name as well: whoever answers there had to show a certificate of it.
 */
export function operatorKeyFor(dataDir: string, server: string, own: OwnServer | null = null): OperatorKey | null {
  const url = new URL(server);
  if (url.pathname !== '/') return null;
  const isOwn = own !== null && url.protocol === 'https:' && url.origin === new URL(own.url).origin;
  if (!isOwn && !LOOPBACK.has(url.hostname)) return null;
  try {
    const file = fileOf(dataDir, isOwn ? String(own.port) : portOf(url));
    const key = readFileSync(file, 'utf8').trim();
    return apiKeyId(key) === null ? null : { key, file };
  } catch {
    return null;
  }
}
