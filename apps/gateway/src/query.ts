/** Query parameters, checked: an unknown one is an error, because a misspelt filter that is ignored answers another question. */
import { DomainError } from '#lib/runtime';

export const LIMIT_DEFAULT = 100;
export const LIMIT_MAX = 1_000;

/** Throws `query.unknown` for a name that is not allowed and `query.invalid` for a value given twice. */
export function readQuery<const Name extends string>(query: unknown, names: readonly Name[]): { readonly [Key in Name]?: string } {
  const values: Partial<Record<Name, string>> = {};
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    if (!(names as readonly string[]).includes(name)) {
      throw new DomainError('query.unknown', `There is no parameter ${name.slice(0, 40)} here; there are ${names.join(', ')}.`);
    }
    if (typeof value !== 'string') throw new DomainError('query.invalid', `${name} is given more than once.`);
    values[name as Name] = value;
  }
  return values;
}

export function readLimit(text: string | undefined): number {
  if (text === undefined) return LIMIT_DEFAULT;
  const limit = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : NaN;
  if (!(limit <= LIMIT_MAX)) throw new DomainError('query.invalid', `limit is a whole number from 1 to ${LIMIT_MAX}.`);
  return limit;
}

/** `explain=1`: also say to whom each field leads. Throws `query.invalid`. */
export function readExplain(text: string | undefined): boolean {
  if (text === undefined || text === '1') return text === '1';
  throw new DomainError('query.invalid', 'explain is 1, or left out.');
}
