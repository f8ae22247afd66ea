/** The parser suite of others: nst/JSONTestSuite. Its files are not ours to ship. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrict } from './index.ts';
import { overSharedData } from './shared-data.contract.ts';

overSharedData('json/jsontestsuite', 'the JSON parser suite', (folder) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const outcome = (name: string) => parseStrict(readFileSync(join(folder, name)));
  const of = (prefix: string) => files.filter((name) => name.startsWith(prefix));

  test('the suite is all there', () => {
    expect({ y: of('y_').length > 30, n: of('n_').length > 90, i: of('i_').length > 10 }).toEqual({ y: true, n: true, i: true });
  });

  test.each(of('y_'))('%s is read, as every parser reads it', (name) => {
    const parsed = outcome(name);
    const text = readFileSync(join(folder, name), 'utf8');
    if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
    else expect(parsed.fault).toEqual({ code: expect.any(String), detail: expect.any(String), pointer: expect.any(String) });
  });

  test.each(of('n_'))('%s is refused with a byte offset inside of it', (name) => {
    const parsed = outcome(name);
    const { length } = readFileSync(join(folder, name));
    expect(parsed.ok).toBe(false);
    const offset = parsed.ok ? -1 : parsed.fault.offset;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(length);
  });

  test.each(of('i_'))('%s is read or refused, and says where', (name) => {
    const parsed = outcome(name);
    if (!parsed.ok) expect(typeof (parsed.fault.pointer ?? parsed.fault.offset)).toMatch(/string|number/);
  });

  test('of the documents that must be read, only those with members twice or too many digits are refused', () => {
    const refused = of('y_').flatMap((name) => {
      const parsed = outcome(name);
      return parsed.ok ? [] : [`${name}: ${parsed.fault.code}`];
    });
    for (const line of refused) expect(line).toMatch(/json\.(duplicate-key|nul|number|lone-surrogate)$/);
    expect(refused.length).toBeLessThan(5);
  });
});
