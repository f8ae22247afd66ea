/** Items of a case line with their roles, and the items of the target that a correction or retraction concerns too. */
import { type Kind, type Role, ROLES } from '#lib/domain';
import { type ItemDocument, type JsonObject, type JsonValue } from '#lib/contracts';
import { type CaseIdentifier, mapIdentifier, mapIdentifierText } from './case-identifier.ts';
import { present } from './case-members.ts';
import { type LineReader, readLine } from './line-reader.ts';

const PARTS = ['input', 'output'] as const;

/** Things that move and carry others; whatever else holds something is a container. */
const CONVEYANCE_SCHEMES: ReadonlySet<string> = new Set(['imo', 'mmsi', 'hin', 'aircraft', 'icao24', 'vin']);

/**
 * `item`, `items` = subject; `parent` = container or conveyance by its scheme; `vessel` = subject where neither of the first two is there,
 * else background. An entry may say its own role. One identifier has one role: the first of that order.
 */
export function mapItems(line: LineReader): ItemDocument[] {
  return ownItems(line).map(({ item }) => item);
}

/** Where the line names each item of `mapItems`. */
export function itemPointers(line: JsonObject): string[] {
  return ownItems(readLine(line)).map(({ pointer }) => pointer);
}

interface OwnItem {
  readonly item: ItemDocument;
  readonly pointer: string;
}

function ownItems(line: LineReader): OwnItem[] {
  const subjects = [...entriesOf(line, 'item'), ...entriesOf(line, 'items')];
  const parents = entriesOf(line, 'parent');
  const vessels = entriesOf(line, 'vessel');
  const vesselRole: Role = subjects.length === 0 ? 'subject' : 'background';
  const own = [
    ...subjects.map((entry) => ({ item: itemOf(entry, 'subject'), pointer: entry.pointer })),
    ...parents.map((entry) => ({
      item: itemOf(entry, CONVEYANCE_SCHEMES.has(entry.scheme) ? 'conveyance' : 'container'),
      pointer: entry.pointer,
    })),
    ...vessels.map((entry) => ({ item: itemOf(entry, vesselRole), pointer: entry.pointer })),
  ];
  return unique(own, ({ item }) => item.id);
}

/**
 * The target's items beside the own ones, so that what an event concerns is a function of its own bytes. What a correction no longer
 * names is context in it, not placed by it: the misread container of a corrected line was not on the ship. Where a correction names no
 * item at all, it keeps the target's with their roles; so does a retraction, which places nothing anyway.
 */
export function withTargetItems(kind: Kind, own: readonly ItemDocument[], ofTarget: readonly ItemDocument[]): ItemDocument[] {
  const replaced = kind === 'correction' && own.length > 0;
  return unique([...own, ...ofTarget.map((item): ItemDocument => (replaced ? { ...item, role: 'background' } : item))], ({ id }) => id);
}

interface ReadEntry extends CaseIdentifier {
  readonly role: Role | undefined;
  readonly part: 'input' | 'output' | undefined;
  readonly aliases: NonNullable<ItemDocument['aliases']> | undefined;
  readonly pointer: string;
}

function entriesOf(line: LineReader, name: string): ReadEntry[] {
  return line.list(name).flatMap((value, index) => {
    const entry = entryOf(line, value, name, index);
    return entry === undefined ? [] : [{ ...entry, pointer: line.pointerOf(name, index) }];
  });
}

/** An object of scheme and value, or an identifier written as one text. */
function entryOf(line: LineReader, value: JsonValue, name: string, index: number): Omit<ReadEntry, 'pointer'> | undefined {
  if (typeof value === 'string') {
    const identifier = mapIdentifierText(line, name, value, index);
    return identifier === undefined ? undefined : { ...identifier, role: undefined, part: undefined, aliases: undefined };
  }
  const entry = line.entry(value, name, index);
  const identifier = entry === undefined ? undefined : mapIdentifier(entry);
  if (entry === undefined || identifier === undefined) return undefined;
  const role = oneOf(entry, 'role', ROLES);
  const part = oneOf(entry, 'part', PARTS);
  const aliases = present({ name: entry.text('name'), mmsi: entry.text('mmsi'), callSign: entry.text('callSign') });
  return { ...identifier, role, part, aliases };
}

/** A role misspelt would place what is only context: no other is taken for none. */
function oneOf<T extends string>(entry: LineReader, name: string, known: readonly T[]): T | undefined {
  const stated = entry.text(name);
  const found = known.find((each) => each === stated);
  if (stated !== undefined && found === undefined)
    entry.malformed(name, `${name} is none of ${known.join(', ')}; what it says otherwise belongs under another name.`);
  return found;
}

function itemOf({ id, written, role, part, aliases }: ReadEntry, usual: Role): ItemDocument {
  return { id, role: role ?? usual, ...present({ part, written, aliases }) };
}

function unique<T>(members: readonly T[], key: (member: T) => string): T[] {
  const first = new Map<string, T>();
  for (const member of members) if (!first.has(key(member))) first.set(key(member), member);
  return [...first.values()];
}
