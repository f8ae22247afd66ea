import { validateDocument } from '#lib/contracts';
import { documentAt } from './documents.ts';
import { POISON } from './poison.ts';

const document = { ...documentAt({ seed: 1, count: 1_000 }, 0), id: 'poison' };
const bytesOf = (value: Buffer): Buffer => value.subarray(value.indexOf(0x0a) + 1);

/** As handlers are written first: what the type says is taken for what is there. */
function trustingHandler(value: Buffer): string[] {
  const { items, handling } = JSON.parse(bytesOf(value).toString('utf8')) as ReturnType<typeof documentAt>;
  return (items ?? []).map(({ id }) => `${handling.tlp} ${id}`);
}

test('the TypeError class is JSON that is no sighting and ends a handler that trusts it with a TypeError, which a good record does not', () => {
  const { make } = POISON.find(({ name }) => name.startsWith('TypeError')) ?? POISON[0]!;
  const { value } = make(document);
  expect(validateDocument(JSON.parse(bytesOf(value).toString('utf8')))).not.toEqual([]);
  expect(() => trustingHandler(value)).toThrow(TypeError);
  expect(() => trustingHandler(Buffer.from(`header\n${JSON.stringify(document)}`))).not.toThrow();
});
