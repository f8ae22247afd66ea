/**
 * docs/proofs.md against the vectors and the code: its worked example is made here from the published vectors, with no function of the
 * product that hashes, and every check and fault that it should name is there. `UPDATE_DOCS=1` writes the example anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { jcs } from '../vectors/reference.mjs';
import {
  HEAD_RULES,
  OPENING_RULES,
  PROOF_FAULT_CODES,
  PROOF_RULES,
  READ_PROOF_RULES,
  RECEIPT_RULES,
  SEALED_RULES,
  type JsonValue,
  type Opening,
} from './index.ts';
import { openings, type OpeningVector } from './opening.contract.ts';
import { notes, sealedReceipts, type SealedVector } from './receipt.contract.ts';

const file = new URL('../../../docs/proofs.md', import.meta.url);
const START = '<!-- made from libs/ledger/vectors: UPDATE_DOCS=1 npx jest proofs-page -->\n';
const SLOT_LEAVES = 16;

test('the worked example is what the vectors give', () => {
  const page = readFileSync(file, 'utf8');
  const [prose, rest] = page.split(START);
  expect(rest).toBeDefined();
  const made = prose + START + example();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, made);
  expect(readFileSync(file, 'utf8')).toBe(made);
});

test('every check and every fault has its words', () => {
  const page = readFileSync(file, 'utf8');
  const names = [
    ...Object.keys({ ...OPENING_RULES, ...RECEIPT_RULES, ...SEALED_RULES, ...PROOF_RULES, ...HEAD_RULES, ...READ_PROOF_RULES }),
    ...PROOF_FAULT_CODES,
  ];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

function example(): string {
  const opening = openings.find(({ about }) => about.startsWith('the fifth of five items')) as OpeningVector;
  const { root, lines } = trace(JSON.parse(opening.opening) as Opening);
  expect(root).toBe(opening.commitment);
  const { note } = notes[2] as (typeof notes)[number];
  const { sealed } = sealedReceipts[2] as SealedVector;
  const receipt = JSON.parse(sealed) as { inclusion: string; commitment: string };
  expect(receipt.commitment).toBe(root);
  return `${[
    '',
    `### An opening: ${opening.about}`,
    '',
    'On the wire it is one line without spaces.',
    '',
    block('json', JSON.stringify(JSON.parse(opening.opening), null, 1)),
    '',
    "The verifier's hashes, in order; `a || b` puts bytes side by side, texts in quotes are UTF-8, everything else is hex:",
    '',
    block('text', lines.join('\n')),
    '',
    `The last hash is the commitment, \`${root}\`.`,
    '',
    '### A receipt for the same event',
    '',
    block('text', note.trimEnd()),
    '',
    '### Its sealed receipt',
    '',
    block('json', JSON.stringify(receipt, null, 1)),
    '',
    'The `inclusion`, as a text:',
    '',
    block('text', receipt.inclusion.trimEnd()),
  ].join('\n')}\n`;
}

const block = (kind: string, text: string): string => `\`\`\`${kind}\n${text}\n\`\`\``;

/** The root of an opening, and each hash on the way to it. */
function trace({ slots, siblings }: Opening): { root: string; lines: readonly string[] } {
  const lines: string[] = [];
  const hash = (name: string, bytes: readonly Buffer[], said: string): string => {
    const digest = createHash('sha256').update(Buffer.concat(bytes)).digest('hex');
    lines.push(`${name} = SHA-256(${said})`, `  = ${digest}`);
    return digest;
  };
  const leaf = (name: string, position: string, given: { salt: string; value?: JsonValue }, presentTag: string): string => {
    const value = given.value === undefined ? '' : jcs(given.value);
    const tag = given.value === undefined ? 'custody/absent/v1' : presentTag;
    const parts = [Buffer.from('00', 'hex'), Buffer.from(tag), Buffer.from(position + given.salt, 'hex'), Buffer.from(value)];
    return hash(name, parts, `00 || "${tag}" || ${position} || ${given.salt}${value === '' ? '' : ` || ${value}`}`);
  };
  const root = (what: string, size: number, shown: ReadonlyMap<number, string>, given: readonly string[]): string => {
    const left = [...given];
    const visit = (from: number, count: number): string => {
      const inside = [...shown.keys()].filter((n) => n >= from && n < from + count);
      if (inside.length === 0) return left.shift() as string;
      if (count === 1) return shown.get(from) as string;
      const [one, other] = [visit(from, count / 2), visit(from + count / 2, count / 2)];
      const name = count === size ? `root of the ${what}` : `node over ${from} to ${from + count - 1} of the ${what}`;
      return hash(name, [Buffer.from(`01${one}${other}`, 'hex')], `01 || ${one} || ${other}`);
    };
    return visit(0, size);
  };
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  const hashes = new Map<number, string>();
  for (const slot of slots) {
    if (slot.elements !== undefined) {
      const elements = new Map<number, string>();
      for (const element of slot.elements.opened) {
        const position = `${byte(slot.slot)}00${byte(element.n)}`;
        elements.set(element.n, leaf(`element ${element.n} of slot ${slot.slot}`, position, element, 'custody/element/v1'));
      }
      expect(root(`elements of slot ${slot.slot}`, slot.elements.count, elements, slot.elements.siblings)).toBe(
        (slot as { value?: JsonValue }).value,
      );
    }
    hashes.set(slot.slot, leaf(`slot ${slot.slot}`, byte(slot.slot), slot, 'custody/field/v1'));
  }
  return { root: root('slots', SLOT_LEAVES, hashes, siblings), lines };
}
