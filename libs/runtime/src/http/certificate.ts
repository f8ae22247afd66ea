/** The certificate by which a server speaks TLS: read and judged before anything listens, and taken anew where its files change. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
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
  /** When it begins to hold and when it expires, in milliseconds since 1970. */
  readonly from: number;
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
  const certFile = readFile('tls.cert', files.cert);
  if (!('bytes' in certFile)) return certFile;
  const keyFile = readFile('tls.key', files.key);
  if (!('bytes' in keyFile)) return keyFile;
  const [cert, key] = [certFile.bytes, keyFile.bytes];
  // Windows has no such modes: there it says 0666 of every file.
  if (process.platform !== 'win32' && (keyFile.mode & OTHERS_MAY) !== 0)
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
  if (Number.isNaN(from) || Number.isNaN(until))
    return invalid('tls.cert', `${files.cert} does not say from when until when it holds: have it issued anew`);
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
  return { ok: true, certificate: { files, context, from, until, hash: hashOf(cert, key) } };
}

/** Clients that renew by themselves (ACME) do so when a third of the time is left: where half of that is gone too, none does. */
const ENDS_SOON_PART = 1 / 6;
/** Of one that holds for years. */
const ENDS_SOON_MS_MAX = 14 * 24 * 60 * 60 * 1_000;

/** How a certificate stands that was taken. @param now in milliseconds since 1970 */
export function standingOf({ from, until }: Pick<Certificate, 'from' | 'until'>, now = Date.now()): 'holds' | 'ends soon' | 'expired' {
  if (until <= now) return 'expired';
  return until - now < Math.min((until - from) * ENDS_SOON_PART, ENDS_SOON_MS_MAX) ? 'ends soon' : 'holds';
}

export interface FollowedCertificate {
  inForce(): Certificate;
  stop(): void;
}

/**
 * Looks at the files at intervals, and has the server take what they hold now: connections that are open stay as they are. What does not fit is said once
 * for each reason, and the certificate before stays; at each look it is judged again, since it may come to fit by its mode, or by the time, with the same bytes.
 * That the one in force ends soon, or has expired, is said once a day. Of files that are replaced by links or renamed a watcher of the system hears nothing,
 * so they are read.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  first: Certificate,
  log: Log,
  everyMs = LOOK_EVERY_MS,
): FollowedCertificate {
  const { files } = first;
  let inForce = first;
  let last = first.hash;
  let refused = '';
  const told = standingTeller(log);
  const take = (): void => {
    const seen = hashNow(files);
    const isSettled = seen === last;
    last = seen;
    // Not before two looks are alike: it may be half written.
    if (!isSettled) return;
    if (seen === inForce.hash) {
      refused = '';
      return;
    }
    const read = readCertificate(files);
    if (!read.ok) {
      const { code, key, detail } = read.problem;
      const why = `${key}: ${detail}`;
      if (why !== refused) log.error('the new certificate is not taken; the one before stays in force', { component: 'tls', code, why });
      refused = why;
      return;
    }
    server.setSecureContext(read.certificate.context);
    inForce = read.certificate;
    refused = '';
    log.info('the renewed certificate is in force', { component: 'tls', why: `until ${dayOf(inForce.until)}` });
  };
  const look = (): void => {
    try {
      take();
    } catch (error) {
      // Whatever it is: the one in force serves on.
      if (refused !== String(error)) log.error('the files of the certificate could not be looked at', { component: 'tls', error });
      refused = String(error);
    }
    told(inForce);
  };
  told(inForce);
  const timer = setInterval(look, everyMs).unref();
  return { inForce: () => inForce, stop: () => clearInterval(timer) };
}

function standingTeller(log: Log): (inForce: Certificate) => void {
  let told = '';
  return (inForce) => {
    const now = Date.now();
    const standing = standingOf(inForce, now);
    const day = dayOf(inForce.until);
    const said = standing === 'holds' ? '' : `${standing} ${day} ${dayOf(now)}`;
    if (said === told) return;
    told = said;
    if (standing === 'ends soon')
      log.warn('the certificate in force ends soon', { component: 'tls', why: `it expires on ${day}: renew it, no restart is needed` });
    if (standing === 'expired')
      log.error('the certificate in force has expired', {
        component: 'tls',
        code: 'certificate.expired',
        why: `on ${day}: clients refuse it; renew it, no restart is needed`,
      });
  };
}

/** For `/readyz`. Rejects with `certificate.expired`. */
export function certificateStands(inForce: Certificate): Promise<string> {
  const standing = standingOf(inForce);
  const until = `until ${dayOf(inForce.until)}`;
  if (standing === 'expired') return Promise.reject(Object.assign(new Error(`expired: ${until}`), { code: 'certificate.expired' }));
  return Promise.resolve(standing === 'holds' ? until : `${until}: renew it`);
}

type Fault = Extract<CertificateResult, { ok: false }>;

const invalid = (key: string, detail: string): Fault => ({ ok: false, problem: { code: 'config.invalid', key, detail } });
const unreadable = (key: string, detail: string): Fault => ({ ok: false, problem: { code: 'config.secret-file', key, detail } });

/** Bytes and mode of one and the same file, whatever is put in its place meanwhile. */
function readFile(setting: string, path: string): { readonly bytes: Buffer; readonly mode: number } | Fault {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return { bytes: readFileSync(file), mode: fstatSync(file).mode };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return unreadable(setting, `${path} cannot be read: ${code}`);
  } finally {
    if (file !== undefined) closeSync(file);
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
  const parts = [readFile('tls.cert', cert), readFile('tls.key', key)];
  return parts.map((part) => ('bytes' in part ? hashOf(part.bytes) : part.problem.detail)).join('.');
}

/** In UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
