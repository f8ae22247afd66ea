/** The certificate by which a server speaks TLS: read and judged before anything listens, and taken anew where its files change. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls';
import type { ConfigProblem } from '../config/config-problem.ts';
import type { Log } from '../log.ts';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly files: CertificateFiles;
  /** For the server. */
  readonly context: SecureContextOptions;
  /** When it expires, in milliseconds since 1970. */
  readonly until: number;
  /** Of the bytes of both files. */
  readonly hash: string;
}

export type CertificateResult =
  { readonly ok: true; readonly certificate: Certificate } | { readonly ok: false; readonly problem: ConfigProblem };

/** What older versions protect is read by others (RFC 8996). */
const VERSION_MIN = 'TLSv1.2';
const OTHERS_MAY = 0o077;

/** One that is half of this pair and half of the next is seen twice only if its writer stopped in between. */
const LOOK_EVERY_MS = 10_000;

/** Where something is wrong with the files: which setting's, what, and what to do. @param now in milliseconds since 1970 */
export function readCertificate(files: CertificateFiles, now = Date.now()): CertificateResult {
  const cert = bytesOf('tls.cert', files.cert);
  if (!Buffer.isBuffer(cert)) return cert;
  const key = bytesOf('tls.key', files.key);
  if (!Buffer.isBuffer(key)) return key;
  // Windows has no such modes: there it says 0666 of every file.
  if (process.platform !== 'win32' && (statSync(files.key).mode & OTHERS_MAY) !== 0)
    return unreadable(
      'tls.key',
      `${files.key} may be used by others than its owner: set its mode to 0600, and renew it if others may have read it`,
    );
  const parsed = parsedOf(cert);
  if (parsed === null)
    return invalid('tls.cert', `${files.cert} holds no certificate (PEM): write it there, and behind it those of its issuers`);
  const privateKey = keyOf(key);
  if (privateKey === null)
    return invalid(
      'tls.key',
      `${files.key} holds no private key (PEM) that can be read without a passphrase: write one there that is not encrypted`,
    );
  if (!parsed.checkPrivateKey(privateKey))
    return invalid('tls.key', `${files.key} is not the key of the certificate in ${files.cert}: name two files that belong together`);
  const [from, until] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  if (until <= now) return invalid('tls.cert', `${files.cert} expired on ${dayOf(until)}: renew it`);
  if (from > now)
    return invalid('tls.cert', `${files.cert} begins to hold on ${dayOf(from)}: use one that holds, or look at the clock of this machine`);
  const context = { cert, key, minVersion: VERSION_MIN } as const;
  try {
    createSecureContext(context);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return invalid(
      'tls.cert',
      `${files.cert} and ${files.key} are not taken for TLS (${why}): a key of today has 2048 bits of RSA or 256 of an elliptic curve`,
    );
  }
  return { ok: true, certificate: { files, context, until, hash: hashOf(cert, key) } };
}

/**
 * Looks at the files at intervals, and has the server take what they hold now: connections that are open stay as they are. What does not fit is said once,
 * and the certificate before stays. Of files that are replaced by links or renamed a watcher of the system hears nothing, so they are read. Returns its end.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  first: Certificate,
  log: Log,
  everyMs = LOOK_EVERY_MS,
): () => void {
  const { files } = first;
  let inForce = first.hash;
  let refused = '';
  let last = first.hash;
  const look = (): void => {
    const seen = hashNow(files);
    const isSettled = seen === last;
    last = seen;
    // Not before two looks are alike: it may be half written.
    if (!isSettled || seen === inForce || seen === refused) return;
    const read = readCertificate(files);
    if (read.ok) {
      server.setSecureContext(read.certificate.context);
      inForce = read.certificate.hash;
      log.info('the renewed certificate is in force', { component: 'tls', why: `until ${dayOf(read.certificate.until)}` });
    } else {
      const { code, key, detail } = read.problem;
      log.error('the new certificate is not taken; the one before stays in force', { component: 'tls', code, why: `${key}: ${detail}` });
    }
    refused = read.ok ? '' : seen;
  };
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}

type Fault = Extract<CertificateResult, { ok: false }>;

const invalid = (key: string, detail: string): Fault => ({ ok: false, problem: { code: 'config.invalid', key, detail } });
const unreadable = (key: string, detail: string): Fault => ({ ok: false, problem: { code: 'config.secret-file', key, detail } });

function bytesOf(setting: string, path: string): Buffer | Fault {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return unreadable(setting, `${path} cannot be read: ${code}`);
  }
}

function parsedOf(pem: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function keyOf(pem: Buffer): ReturnType<typeof createPrivateKey> | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

const hashOf = (...parts: readonly Uint8Array[]): string => parts.map((part) => createHash('sha256').update(part).digest('hex')).join('.');

function hashNow({ cert, key }: CertificateFiles): string {
  const parts = [bytesOf('tls.cert', cert), bytesOf('tls.key', key)];
  return parts.map((part) => (Buffer.isBuffer(part) ? hashOf(part) : part.problem.detail)).join('.');
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
