/** Identifiers of a document must be normalised by its author's side: what an event concerns is then a function of its own bytes. */
import { parseIdentifier } from '#lib/domain';
import type { ErrorCode } from './errors.ts';
import type { Fault } from './fault.ts';
import type { ItemDocument } from './sighting-schema.ts';

/** `undefined` where the identifier is one, and stands in its normal form. A failing check digit is no fault: it is kept and flagged. */
export function itemFault(item: ItemDocument, pointer: string): Fault | undefined {
  const parsed = parseIdentifier(item.id);
  if (!parsed.ok) return { code: parsed.code as ErrorCode, pointer: `${pointer}/id`, detail: parsed.detail };
  if (parsed.value.id === item.id) return undefined;
  return { code: 'identifier.not-normalised', pointer: `${pointer}/id`, detail: 'The identifier is not in its normal form.', expected: parsed.value.id };
}
