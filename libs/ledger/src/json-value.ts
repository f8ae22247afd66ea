/** Parsed JSON (RFC 8259). No member is ever `__proto__`, no text holds half a surrogate pair: parseStrict has seen to it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** The members of an object by their names; a member is never undefined. */
export interface JsonObject {
  readonly [member: string]: JsonValue;
}
