/** What a submitter asks of POST /v1/events beside the documents, and the cutting of a JSON body into them. */
import type { FastifyRequest } from 'fastify';
import type { ErrorCode, Fault } from '#lib/contracts';
import { formatRef } from '#lib/domain';
import { DomainError, refusedHeader } from '#lib/runtime';
import type { AcceptPool } from './accept-pool.ts';
import type { SubmitMode, ToldEvent } from './submit.ts';

/** One document's receipt is always signed; those of a list or a stream where they are asked for, since signing halves the rate. */
export function modeOf(query: Record<string, unknown>): SubmitMode {
  const { onError = 'rollback', dryRun = 'false', receipts = 'false', ...unknown } = query;
  const extra = Object.keys(unknown)[0];
  if (extra !== undefined)
    throw refusedParameter('query.unknown', extra.slice(0, 40), `There is no query parameter ${extra.slice(0, 40)}.`);
  if (onError !== 'rollback' && onError !== 'proceed')
    throw refusedParameter('query.invalid', 'onError', 'onError is rollback or proceed.');
  if (dryRun !== 'true' && dryRun !== 'false') throw refusedParameter('query.invalid', 'dryRun', 'dryRun is true or false.');
  if (receipts !== 'true' && receipts !== 'false') throw refusedParameter('query.invalid', 'receipts', 'receipts is true or false.');
  return { onError, dryRun: dryRun === 'true', sign: receipts === 'true' };
}

/** A token of the alphabet of event ids, or the same as a quoted string (draft-ietf-httpapi-idempotency-key-header has it quoted). */
const IDEMPOTENCY_KEY = /^(?:"([A-Za-z0-9._:-]{1,128})"|([A-Za-z0-9._:-]{1,128}))$/;

/** Undefined where there is none; throws where there is one that would not be the same when it is read again. */
export function idempotencyKeyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const given = headers['idempotency-key'];
  if (given === undefined) return undefined;
  const match = IDEMPOTENCY_KEY.exec(String(given));
  const key = match?.[1] ?? match?.[2];
  if (key === undefined)
    throw refusedHeader(
      'idempotency-key.malformed',
      'idempotency-key',
      'Idempotency-Key is 1 to 128 of A-Z, a-z, 0-9 and . _ : -, in quotes or without.',
    );
  return key;
}

/** The documents of a JSON body. An array is cut by the pool: parsing 16 MiB here would keep everyone else waiting. */
export async function documentsOf(
  body: Buffer,
  documentsMax: number,
  pool: Pick<AcceptPool, 'cut'>,
): Promise<{ documents: readonly Uint8Array[]; single: boolean }> {
  if (!Buffer.isBuffer(body) || body.length === 0) throw nothingSent('The body is empty.');
  if (!startsWithBracket(body)) return { documents: [body], single: true };
  const cut = await pool.cut(body, documentsMax);
  if (!cut.ok) throw refusal([cut.fault]);
  return { documents: cut.documents, single: false };
}

const refusedParameter = (code: ErrorCode, parameter: string, detail: string): DomainError => refusal([{ code, parameter, detail }]);

/** There is no byte of a document, so that it is missing from the first on. */
export const nothingSent = (detail: string): DomainError => refusal([{ code: 'batch.empty', offset: 0, detail }]);

function startsWithBracket(body: Buffer): boolean {
  for (const byte of body) {
    if (byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return false;
}

/** The first fault names the problem; all of them are listed. @param told events of which they say more than was sent */
export function refusal(faults: readonly Fault[], told: readonly ToldEvent[] = []): DomainError {
  const first = faults[0];
  if (first === undefined) throw new Error('a refusal has a fault');
  const where = first.row === undefined ? '' : `Row ${first.row}: `;
  const events = new Map(told.map((event) => [formatRef(event), event.items]));
  return new DomainError(first.code, `${where}${first.detail}`, faults, { tells: { events } });
}
