/** Structural validation of a sighting document against the schema of its kind. What needs the domain's rules is in read-sighting.ts. */
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TValidationError } from 'typebox/error';
import { Errors, type XSchema } from 'typebox/schema';
import { Settings } from 'typebox/system';
import { KINDS, type Kind } from '#lib/domain';
import { FAULTS_MAX, type Fault, pointerToken } from './fault.ts';
import { schemaOf } from './sighting-schema.ts';

Settings.Set({ maxErrors: FAULTS_MAX });

/** Compiled on first use of a kind (about 10 ms) and kept. */
const validators = new Map<Kind, Validator>();

/**
 * Faults of a document, at most FAULTS_MAX, in the schema's order; empty: a `SightingDocument`.
 * Takes any JSON value. Cost: under 3 µs for a valid document of 1 KiB; a faulty one is walked again to explain it (about 200 µs).
 */
export function validateDocument(value: unknown): Fault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ code: 'schema.type', pointer: '', detail: 'A sighting is a JSON object.', expected: 'object' }];
  }
  const kind: unknown = Object.hasOwn(value, 'kind') ? (value as { kind: unknown }).kind : undefined;
  if (kind === undefined)
    return [{ code: 'schema.required', pointer: '/kind', detail: 'The member kind is missing.', expected: KINDS.join(', ') }];
  if (!isKind(kind)) return [{ code: 'schema.value', pointer: '/kind', detail: 'No such kind of sighting.', expected: KINDS.join(', ') }];
  const validator = validatorOf(kind);
  if (validator.Check(value)) return [];
  const faults = new Map(explain(schemaOf(kind), value).map((fault) => [`${fault.code} ${fault.pointer} ${fault.expected}`, fault]));
  return faults.size > 0 ? [...faults.values()].slice(0, FAULTS_MAX) : [unexplained];
}

const kinds: ReadonlySet<unknown> = new Set(KINDS);
const isKind = (kind: unknown): kind is Kind => kinds.has(kind);

function validatorOf(kind: Kind): Validator {
  let validator = validators.get(kind);
  if (validator === undefined) {
    validator = Compile(withNamesListed(schemaOf(kind)) as TSchema);
    validators.set(kind, validator);
  }
  return validator;
}

/**
 * The same schema with the members of a closed object listed as names: the compiler makes comparisons of that, where it makes a regular
 * expression of `additionalProperties: false`, which costs more than all the rest.
 */
function withNamesListed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNamesListed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, withNamesListed(value)] as const);
  const { additionalProperties, ...open } = Object.fromEntries(entries) as Record<string, unknown>;
  if (additionalProperties !== false || typeof open['properties'] !== 'object' || open['properties'] === null)
    return Object.fromEntries(entries);
  return { ...open, propertyNames: { enum: Object.keys(open['properties']) } };
}

function explain(schema: XSchema, value: unknown): Fault[] {
  const [, errors] = Errors(schema, value);
  return ofTheBranchMeant(errors).flatMap((error) => (error.keyword === 'if' ? explainBranch(schema, error, value) : faultsOf(error)));
}

/**
 * Of a union (text, or text with its language) the validator tells what is wrong with every branch. Where some branch has the type of the value, that
 * is the one that was meant, and the others say nothing.
 */
function ofTheBranchMeant(errors: readonly TValidationError[]): readonly TValidationError[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  return unions.reduce<readonly TValidationError[]>((left, { schemaPath, instancePath }) => {
    const branchOf = (error: TValidationError): string | undefined =>
      error.schemaPath.startsWith(`${schemaPath}/anyOf/`) ? error.schemaPath.slice(`${schemaPath}/anyOf/`.length).split('/')[0] : undefined;
    const branches = new Set(left.map(branchOf).filter((branch) => branch !== undefined));
    const ofAnotherType = new Set(left.filter((error) => error.keyword === 'type' && error.instancePath === instancePath).map(branchOf));
    if (ofAnotherType.size === branches.size) return left;
    return left.filter((error) => branchOf(error) === undefined || !ofAnotherType.has(branchOf(error)));
  }, errors);
}

/** The validator says only that a `then` or `else` failed (all of ours stand at the document itself): that branch alone says why. */
function explainBranch(schema: XSchema, error: TValidationError & { keyword: 'if' }, value: unknown): Fault[] {
  const rule = error.schemaPath
    .split('/')
    .slice(1)
    .reduce<unknown>((at, token) => (at as Record<string, unknown>)[token], schema);
  return explain((rule as Record<string, XSchema>)[error.params.failingKeyword] ?? true, value);
}

/** A refusal always says something, even where every error was one of a branch (`if`, `anyOf`). */
const unexplained: Fault = { code: 'schema.value', pointer: '', detail: 'The document does not fit the schema of its kind.' };

function faultsOf(error: TValidationError): Fault[] {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        code: 'schema.required',
        pointer: pointer + pointerToken(name),
        detail: `The member ${name} is missing.`,
      }));
    // Of `additionalProperties: false` too: one for each member, where the keyword's own error is one for all.
    case 'boolean':
      return [
        {
          code: 'schema.unknown-member',
          pointer,
          detail: 'No such member in a sighting of this kind beside the others; free members stand under extension.',
        },
      ];
    case 'type':
      return [{ code: 'schema.type', pointer, detail: 'The value has another type.', expected: String(error.params.type) }];
    case 'const':
      return [{ code: 'schema.value', pointer, detail: 'Another value is required here.', expected: String(error.params.allowedValue) }];
    case 'enum':
      return [
        {
          code: 'schema.value',
          pointer,
          detail: 'The value is not in the list.',
          expected: error.params.allowedValues.map(String).join(', '),
        },
      ];
    case 'pattern':
      return [{ code: 'schema.pattern', pointer, detail: 'The text has another form.', expected: String(error.params.pattern) }];
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return [{ code: 'schema.size', pointer, detail: 'Too short.', expected: `at least ${error.params.limit}` }];
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return [{ code: 'schema.size', pointer, detail: 'Too long.', expected: `at most ${error.params.limit}` }];
    case 'minimum':
    case 'maximum':
      return [
        {
          code: 'schema.range',
          pointer,
          detail: 'The number is out of range.',
          expected: `${error.params.comparison} ${error.params.limit}`,
        },
      ];
    case 'contains':
      return [
        {
          code: 'schema.roles',
          pointer,
          detail: 'The items do not have the roles that this kind needs.',
          expected: 'a subject; for ADD also exactly one container or conveyance',
        },
      ];
    default:
      return [];
  }
}
