/**
 * The strict reader behind parseStrict: one pass over the text, to the first fault in its order; where that refuses what is JSON so far, a
 * second one for syntax alone, since a pointer is of use in JSON only. Recursion is bounded by the depth limit and the second pass has none,
 * so no input overflows the stack. A pointer is put together only while a fault unwinds: the good case pays nothing for it.
 */
import { utf8 } from './bytes.ts';
import { exactNumber } from './exact-number.ts';
import { pointerOf, type JsonFault, type JsonFaultCode } from './json-fault.ts';
import type { JsonValue } from './json-value.ts';

/** As JsonLimits; the length of the text is the caller's to bound. */
export interface ReaderLimits {
  readonly depthMax: number;
  readonly keysMax: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;

const A_VALUE = 'a value should start here';
const OBJECT_GOES_ON = 'a comma or the end of the object should stand here';
const ARRAY_GOES_ON = 'a comma or the end of the array should stand here';

const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const isDigit = (unit: number): boolean => unit >= ZERO && unit <= 0x39;

/** Reads one text; `fault` says why `read` gave undefined. */
export class StrictReader {
  fault: JsonFault | undefined;
  private readonly text: string;
  private readonly limits: ReaderLimits;
  private at = 0;
  /** From the inside out, while a refusal unwinds. */
  private path: (string | number)[] = [];

  constructor(text: string, limits: ReaderLimits) {
    this.text = text;
    this.limits = limits;
  }

  /** The value of the whole text; undefined: see `fault`. About 12 ns a byte; where it is refused, at most that once more. */
  read(): JsonValue | undefined {
    this.skipSpace();
    const value = this.value(1);
    if (value !== undefined) return this.end() ? value : undefined;
    const refused = this.fault;
    if (refused === undefined || refused.offset !== undefined) return undefined;
    this.fault = undefined;
    this.skipAll();
    this.fault ??= { ...refused, pointer: pointerOf(this.path.reverse()) };
    return undefined;
  }

  private end(): boolean {
    this.skipSpace();
    if (this.at < this.text.length) this.stop('the document has ended, and something follows');
    return this.fault === undefined;
  }

  /** Goes over the whole text once more for what is not JSON, however deep it is nested: `fault` says where. */
  private skipAll(): void {
    // For each open level what closes it: a byte, of which there are no more than the text is long.
    const closing = new Uint8Array(this.text.length);
    let depth = 0;
    this.at = 0;
    this.skipSpace();
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
        const close = unit === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
        this.at++;
        this.skipSpace();
        if (!this.take(close)) {
          closing[depth++] = close;
          if (close === CLOSE_OBJECT && !this.skipName()) return;
          continue;
        }
      } else if (!this.skipScalar()) return;
      this.skipSpace();
      while (depth > 0 && this.take(closing[depth - 1] as number)) {
        depth--;
        this.skipSpace();
      }
      if (depth === 0) return void this.end();
      const isObject = closing[depth - 1] === CLOSE_OBJECT;
      if (!this.take(COMMA)) return void this.stop(isObject ? OBJECT_GOES_ON : ARRAY_GOES_ON);
      this.skipSpace();
      if (isObject && !this.skipName()) return;
    }
  }

  private skipName(): boolean {
    return this.name() !== undefined && this.colon();
  }

  private skipScalar(): boolean {
    const unit = this.text.charCodeAt(this.at);
    switch (unit) {
      case QUOTE:
        this.at++;
        return this.string() !== undefined;
      case 0x74:
        return this.word('true', true) !== undefined;
      case 0x66:
        return this.word('false', false) !== undefined;
      case 0x6e:
        return this.word('null', null) !== undefined;
      default:
        return (unit === MINUS || isDigit(unit) ? this.numeral() : this.stop(A_VALUE)) !== undefined;
    }
  }

  private value(depth: number): JsonValue | undefined {
    const unit = this.text.charCodeAt(this.at);
    switch (unit) {
      case QUOTE: {
        this.at++;
        const text = this.string();
        return text === undefined || this.isKept(text, 'The text') ? text : undefined;
      }
      case OPEN_OBJECT:
        return this.object(depth);
      case OPEN_ARRAY:
        return this.array(depth);
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return unit === MINUS || isDigit(unit) ? this.number() : this.stop(A_VALUE);
    }
  }

  private object(depth: number): JsonValue | undefined {
    if (depth > this.limits.depthMax) return this.refuseDepth();
    const members: Record<string, JsonValue> = {};
    this.at++;
    this.skipSpace();
    if (this.take(CLOSE_OBJECT)) return members;
    for (let count = 1; ; count++) {
      const name = this.name();
      if (name === undefined) return undefined;
      if (!this.isFreshName(name, members, count)) return undefined;
      if (!this.colon()) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return this.unwind(name);
      members[name] = value;
      this.skipSpace();
      if (this.take(CLOSE_OBJECT)) return members;
      if (!this.take(COMMA)) return this.stop(OBJECT_GOES_ON);
      this.skipSpace();
    }
  }

  private name(): string | undefined {
    return this.take(QUOTE) ? this.string() : this.stop("a member's name should start here");
  }

  private colon(): boolean {
    this.skipSpace();
    if (!this.take(COLON)) {
      this.stop("a colon should follow the member's name");
      return false;
    }
    this.skipSpace();
    return true;
  }

  private array(depth: number): JsonValue | undefined {
    if (depth > this.limits.depthMax) return this.refuseDepth();
    const elements: JsonValue[] = [];
    this.at++;
    this.skipSpace();
    if (this.take(CLOSE_ARRAY)) return elements;
    for (;;) {
      const value = this.value(depth + 1);
      if (value === undefined) return this.unwind(elements.length);
      elements.push(value);
      this.skipSpace();
      if (this.take(CLOSE_ARRAY)) return elements;
      if (!this.take(COMMA)) return this.stop(ARRAY_GOES_ON);
      this.skipSpace();
    }
  }

  /** What a name may not be. A name that is no text has no pointer that could be sent: the pointer is then its object's. */
  private isFreshName(name: string, members: Readonly<Record<string, JsonValue>>, count: number): boolean {
    if (!this.isKept(name, "A member's name")) return false;
    if (name === '__proto__')
      return this.refuse('json.reserved-key', 'The name __proto__ is not taken: it changes objects in some readers.', name);
    if (Object.hasOwn(members, name)) return this.refuse('json.duplicate-key', 'The object has two members of this name.', name);
    if (count > this.limits.keysMax) return this.refuse('json.too-many-keys', `The object has more than ${this.limits.keysMax} members.`);
    return true;
  }

  /** Whether UTF-8 and the store can carry the text. Raw text came from strict UTF-8: only an escape brings such characters in. */
  private isKept(text: string, what: string): boolean {
    if (!this.escaped) return true;
    if (LONE_SURROGATE.test(text)) return this.refuse('json.lone-surrogate', `${what} holds a surrogate without its partner.`);
    if (text.includes('\0')) return this.refuse('json.nul', `${what} holds U+0000.`);
    return true;
  }

  /** Whether the string read last has a \u escape. */
  private escaped = false;

  /** The rest of a string whose opening quote is taken. */
  private string(): string | undefined {
    const { text } = this;
    let read = '';
    let from = this.at;
    this.escaped = false;
    for (let at = from; ; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        this.at = at + 1;
        return read === '' ? text.slice(from, at) : read + text.slice(from, at);
      }
      if (unit === BACKSLASH) {
        read += text.slice(from, at);
        this.at = at + 1;
        const escaped = this.escape();
        if (escaped === undefined) return undefined;
        read += escaped;
        from = this.at;
        at = from - 1;
      } else if (!(unit >= 0x20)) {
        this.at = at;
        return this.stop(at < text.length ? 'a control character must be escaped' : 'the text ends inside a string');
      }
    }
  }

  /** What the escape means whose backslash is taken. */
  private escape(): string | undefined {
    const letter = this.text.charAt(this.at);
    if (letter !== 'u') {
      const meant = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (meant === undefined) return this.stop('no such escape');
      this.at++;
      return meant;
    }
    const digits = this.text.slice(this.at + 1, this.at + 5);
    const wrong = digits.search(/[^0-9a-fA-F]/);
    if (wrong >= 0 || digits.length < 4) {
      this.at += 1 + (wrong >= 0 ? wrong : digits.length);
      return this.stop('four hexadecimal digits should follow \\u');
    }
    this.escaped = true;
    this.at += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private number(): number | undefined {
    const from = this.at;
    const isInteger = this.numeral();
    if (isInteger === undefined) return undefined;
    const value = exactNumber(this.text.slice(from, this.at), isInteger);
    if (value === undefined) this.refuse('json.number', 'The number has more digits or magnitude than a double keeps.');
    return value;
  }

  /** Whether the number that is passed over has neither point nor exponent. */
  private numeral(): boolean | undefined {
    let isInteger = true;
    this.take(MINUS);
    if (!this.take(ZERO) && !this.digits()) return this.stop('a digit should stand here');
    if (this.take(0x2e)) {
      isInteger = false;
      if (!this.digits()) return this.stop('a digit should follow the point');
    }
    if (this.take(0x65) || this.take(0x45)) {
      isInteger = false;
      if (!this.take(MINUS)) this.take(0x2b);
      if (!this.digits()) return this.stop('a digit should stand in the exponent');
    }
    return isInteger;
  }

  private digits(): boolean {
    const from = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    return this.at > from;
  }

  private word<T extends JsonValue>(word: string, value: T): T | undefined {
    for (let n = 0; n < word.length; n++, this.at++) {
      if (this.text.charCodeAt(this.at) !== word.charCodeAt(n)) return this.stop('true, false and null are the only words');
    }
    return value;
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private take(unit: number): boolean {
    if (this.text.charCodeAt(this.at) !== unit) return false;
    this.at++;
    return true;
  }

  /** Not JSON, at this place. */
  private stop(why: string): undefined {
    const offset = utf8(this.text.slice(0, this.at)).length;
    this.fault = { code: 'json.syntax', detail: `Not JSON at byte ${offset}: ${why}.`, offset };
    return undefined;
  }

  /** JSON, but not taken. @param name of the member at fault; absent: the value that is being read */
  private refuse(code: JsonFaultCode, detail: string, name?: string): false {
    this.fault = { code, detail };
    if (name !== undefined) this.path.push(name);
    return false;
  }

  private refuseDepth(): undefined {
    this.refuse('json.depth', `The document is nested more than ${this.limits.depthMax} levels deep.`);
    return undefined;
  }

  private unwind(token: string | number): undefined {
    this.path.push(token);
    return undefined;
  }
}
