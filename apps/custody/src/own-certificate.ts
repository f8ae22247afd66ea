/** The certificate of this machine's server. */
import { type Certificate, type Config, readCertificate } from '#lib/runtime';
import { refused } from './local-config.ts';

/**
 * Null: none is configured. Throws CommandError `config.secret-file` and `config.invalid`. For who serves, or checks what he will serve by: commands that
 * ask a server need neither the files nor the right to read them.
 */
export function certificateOf({ tls: { cert, key } }: Pick<Config, 'tls'>): Certificate | null {
  if (cert === null || key === null) return null;
  const read = readCertificate({ cert, key });
  if (!read.ok) throw refused([read.problem]);
  return read.certificate;
}
