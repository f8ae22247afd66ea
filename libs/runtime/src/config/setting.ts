/** The kinds of settings: how one is written in a flag, a variable and a file, and what the program gets to see. */

/** What a value is read from: text of a flag or variable, or JSON of the configuration file. */
export type RawValue = unknown;

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly expected: string };

export interface Setting<T> {
  /** Always `setting`: tells a leaf of the schema from a group. */
  readonly type: 'setting';
  /** The form in words, for the reference page and for errors. */
  readonly form: string;
  readonly default: T;
  readonly meaning: string;
  /** Its value is never shown; also read from the file that the variable with `_FILE` names. */
  readonly secret: boolean;
  /** Conventional variables beside `CUSTODY_...`, which wins. */
  readonly alsoFrom: readonly string[];
  /** Has to be set in the production profile. */
  readonly production: boolean;
  /** A flag without a value means yes. */
  readonly isSwitch: boolean;
  parse(raw: RawValue): Parsed<T>;
}

export interface SettingOptions {
  readonly secret?: boolean;
  readonly alsoFrom?: readonly string[];
  readonly production?: boolean;
}

function setting<T>(
  form: string,
  fallback: T,
  meaning: string,
  options: SettingOptions,
  parse: (raw: RawValue) => T | undefined,
  isSwitch = false,
): Setting<T> {
  return {
    type: 'setting',
    form,
    default: fallback,
    meaning,
    secret: options.secret ?? false,
    alsoFrom: options.alsoFrom ?? [],
    production: options.production ?? false,
    isSwitch,
    parse(raw) {
      const value = parse(raw);
      return value === undefined ? { ok: false, expected: form } : { ok: true, value };
    },
  };
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number, fallback: number, meaning: string, options: SettingOptions = {}): Setting<number> {
  return setting(`whole number, ${min} to ${max}`, fallback, meaning, options, (raw) => {
    const value = typeof raw === 'string' && /^-?\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
  });
}

/** yes or no. */
export function onOff(fallback: boolean, meaning: string, options: SettingOptions = {}): Setting<boolean> {
  return setting(
    'true or false',
    fallback,
    meaning,
    options,
    (raw) => (raw === true || raw === 'true' ? true : raw === false || raw === 'false' ? false : undefined),
    true,
  );
}

/** One word of a few. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  fallback: Word,
  meaning: string,
  options: SettingOptions = {},
): Setting<Word> {
  return setting(words.join(' or '), fallback, meaning, options, (raw) => words.find((word) => word === raw));
}

/** Any text that `accepts` and is not empty. */
export function text<Fallback extends string | null>(
  form: string,
  accepts: (value: string) => boolean,
  fallback: Fallback,
  meaning: string,
  options: SettingOptions = {},
): Setting<string | Fallback> {
  return setting<string | Fallback>(form, fallback, meaning, options, (raw) => {
    const value = typeof raw === 'string' ? raw.trim() : '';
    return value !== '' && accepts(value) ? value : undefined;
  });
}

/** Texts, written with commas between them or as a JSON list; none twice. */
export function list<Item extends string>(
  form: string,
  accepts: (value: string) => value is Item,
  fallback: readonly Item[],
  meaning: string,
  options: SettingOptions = {},
): Setting<readonly Item[]> {
  return setting<readonly Item[]>(`${form}, separated by commas`, fallback, meaning, options, (raw) => {
    const items: unknown = typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw;
    if (!Array.isArray(items) || items.length === 0) return undefined;
    const accepted = items.filter((item): item is Item => typeof item === 'string' && accepts(item));
    return accepted.length === items.length && new Set(accepted).size === items.length ? Object.freeze(accepted) : undefined;
  });
}
