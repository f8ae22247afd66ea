/** Identifiers of a document must be normalised by its author's side: what an event concerns is then a function of its own bytes. */
import { isNormalised, parseIdentifier } from '#lib/domain';
import type { ErrorCode } from './errors.ts';
import type { Fault } from './fault.ts';
import type { ItemDocument } from './sighting-schema.ts';

/** `undefined` where the identifier is one, and stands in its normal form. A failing check digit is no fault: it is kept and flagged. */
export function itemFault({ id }: ItemDocument, pointer: string): Fault | undefined {
  if (isNormalised(id)) return undefined;
  const parsed = parseIdentifier(id);
  if (!parsed.ok) return { code: parsed.code as ErrorCode, pointer: `${pointer}/id`, detail: parsed.detail };
  return {
    code: 'identifier.not-normalised',
    pointer: `${pointer}/id`,
    detail: 'The identifier is not in its normal form.',
    expected: parsed.identifier.id,
  };
}
