/** Takes the members of one JSON object one by one, notes what is wrong with them, and knows what nobody asked for. */
import { isJsonObject, pointerToken, type Fault, type JsonObject, type JsonValue } from '#lib/contracts';

export interface LineReader {
  readonly faults: Fault[];
  /** The member as it is; `undefined` where it is absent or null. Counts as known from now on. */
  take(name: string): JsonValue | undefined;
  /** A text with something in it; an empty text counts as absent, another type is a fault. */
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean;
  /** A reader of a member that is an object; its faults are this reader's, its unknown members stay with it. */
  object(name: string): LineReader | undefined;
  /** A member that is a list, or one value for a list of one. */
  list(name: string): readonly JsonValue[];
  texts(name: string): readonly string[];
  /** A reader of one entry of what `list` gave. */
  entry(value: JsonValue, name: string, index: number): LineReader | undefined;
  /** Where the line has an entry of what `list` gave: at the member itself where that is no list. */
  pointerOf(name: string, index: number): string;
  missing(name: string, detail: string): void;
  malformed(name: string, detail: string): void;
  /** Notes a fault at the member, or at an entry of it. */
  refuse(code: Fault['code'], name: string, detail: string, index?: number): void;
  /** Gives members back: they were taken and could not be used. */
  release(...names: string[]): void;
  /** Puts among the rest what a member was taken for and is not part of the document. */
  leave(name: string, value: JsonValue): void;
  /** Members that nobody took, with the unknown members of those taken as objects or lists beneath their names. */
  rest(): JsonObject;
}

export function readLine(line: JsonObject, faults: Fault[] = [], at = ''): LineReader {
  const taken = new Set<string>();
  const nested = new Map<string, LineReader>();
  const left = new Map<string, JsonValue>();
  const pointerOf = (name: string, index?: number): string =>
    index !== undefined && Array.isArray(line[name]) ? `${pointerToken(name)}/${index}` : pointerToken(name);
  const fault = (code: Fault['code'], name: string, detail: string, index?: number): void => {
    faults.push({ code, pointer: at + pointerOf(name, index), detail });
  };
  const take = (name: string): JsonValue | undefined => {
    taken.add(name);
    return Object.hasOwn(line, name) && line[name] !== null ? line[name] : undefined;
  };
  const typed = <T>(name: string, is: (value: JsonValue) => value is JsonValue & T, wanted: string): T | undefined => {
    const value = take(name);
    if (value === undefined) return undefined;
    if (is(value)) return value;
    fault('import.member-malformed', name, `${name} is not ${wanted}.`);
    return undefined;
  };
  const nest = (value: JsonObject, name: string, pointer: string): LineReader => {
    const reader = readLine(value, faults, at + pointer);
    nested.set(name, reader);
    return reader;
  };
  const list = (name: string): readonly JsonValue[] => {
    const value = take(name);
    return value === undefined ? [] : Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  };
  return {
    faults,
    take,
    list,
    text: (name) => {
      const value = typed(name, (text): text is string => typeof text === 'string', 'a text');
      return value === '' ? undefined : value;
    },
    number: (name) => typed(name, (number): number is number => typeof number === 'number', 'a number'),
    flag: (name) => typed(name, (flag): flag is boolean => typeof flag === 'boolean', 'true or false') ?? false,
    object: (name) => {
      const value = typed(name, isJsonObject, 'an object');
      return value === undefined ? undefined : nest(value, name, pointerToken(name));
    },
    texts: (name) =>
      list(name).filter((value, index): value is string => {
        if (typeof value === 'string') return true;
        fault('import.member-malformed', name, `${name} holds something that is not a text.`, index);
        return false;
      }),
    entry: (value, name, index) => {
      if (isJsonObject(value)) return nest(value, `${name}[${index}]`, pointerOf(name, index));
      fault('import.member-malformed', name, `${name} holds something that is not an object.`, index);
      return undefined;
    },
    pointerOf: (name, index) => at + pointerOf(name, index),
    missing: (name, detail) => fault('import.member-missing', name, detail),
    malformed: (name, detail) => fault('import.member-malformed', name, detail),
    refuse: fault,
    release: (...names) => {
      for (const name of names) {
        taken.delete(name);
        nested.delete(name);
      }
    },
    leave: (name, value) => void left.set(name, value),
    rest: () => Object.fromEntries([...Object.entries(line).filter(([name]) => !taken.has(name)), ...restsOf(nested), ...left]),
  };
}

const restsOf = (nested: ReadonlyMap<string, LineReader>): (readonly [string, JsonObject])[] =>
  [...nested].map(([name, reader]) => [name, reader.rest()] as const).filter(([, members]) => Object.keys(members).length > 0);
