/** Certificates for suites, made when they run: an authority of its own and what it issues. No private key lies in the repository. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto as never);

const DAY_MS = 24 * 60 * 60 * 1_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) } as const;

type Keys = webcrypto.CryptoKeyPair;
let serial = 0;

export interface TestedFiles {
  readonly cert: string;
  readonly key: string;
}

export class TestAuthority {
  /** PEM. */
  readonly pem: string;
  readonly #keys: Keys;
  readonly #certificate: X509Certificate;

  private constructor(keys: Keys, certificate: X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.pem = certificate.toString('pem');
  }

  static async make(name: string): Promise<TestAuthority> {
    const keys = await newKeys();
    const extensions = [new BasicConstraintsExtension(true, undefined, true)];
    return new TestAuthority(keys, await issue({ subject: name, issuer: name, keys, by: keys, extensions, from: -DAY_MS, to: DAY_MS }));
  }

  /**
   * Writes certificate and key (mode 0600) into a folder, made where it is not there. In the place of those that are there.
   * @param from in milliseconds from now @param rsaBits of the key; 0: it is one of an elliptic curve
   */
  async issueTo(folder: string, names: readonly string[], { from = -DAY_MS, to = DAY_MS, rsaBits = 0 } = {}): Promise<TestedFiles> {
    const keys = await newKeys(rsaBits);
    const said = names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value }) as const);
    const extensions = [new SubjectAlternativeNameExtension([...said])];
    const certificate = await issue({
      subject: 'CN=synthetic server',
      issuer: this.#certificate.subject,
      keys,
      by: this.#keys,
      extensions,
      from,
      to,
    });
    const files = { cert: join(folder, 'tls.pem'), key: join(folder, 'tls.key') };
    mkdirSync(folder, { recursive: true });
    writeFileSync(files.cert, certificate.toString('pem'));
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    writeFileSync(files.key, `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/(.{64})/g, '$1\n').trim()}\n-----END PRIVATE KEY-----\n`);
    chmodSync(files.key, 0o600);
    return files;
  }
}

const newKeys = (rsaBits = 0): Promise<Keys> =>
  webcrypto.subtle.generateKey(rsaBits === 0 ? EC : { ...RSA, modulusLength: rsaBits }, true, ['sign', 'verify']) as Promise<Keys>;

interface Issued {
  readonly subject: string;
  readonly issuer: string;
  readonly keys: Keys;
  readonly by: Keys;
  readonly extensions: (BasicConstraintsExtension | SubjectAlternativeNameExtension)[];
  readonly from: number;
  readonly to: number;
}

function issue({ subject, issuer, keys, by, extensions, from, to }: Issued): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    serialNumber: String(++serial).padStart(4, '0'),
    subject,
    issuer,
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + to),
    signingAlgorithm: EC,
    publicKey: keys.publicKey,
    signingKey: by.privateKey,
    extensions,
  });
}
