import fc from 'fast-check';
import { parseIdentifier } from '../identifier.ts';
import { containerCheckValue, gs1CheckDigit, imoCheckDigit, luhnCheckDigit, mod97CheckDigits, vinCheckDigit } from './check-digits.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const text = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((characters) => characters.join(''));
const verdict = (id: string): string => {
  const parsed = parseIdentifier(id);
  return parsed.ok ? parsed.check.verdict : parsed.code;
};
const substitute = (value: string, at: number, character: string): string => value.slice(0, at) + character + value.slice(at + 1);

/** Numbers that the standards, or the numbers' public owners, print. */
test.each([
  ['GS1 General Specifications 7.9', gs1CheckDigit('629104150021'), '3'],
  ['GS1, an SSCC', gs1CheckDigit('10614141234567890'), '8'],
  ['3GPP TS 23.003, annex B', luhnCheckDigit('49015420323751'), '8'],
  ['IMO resolution A.1117(30)', imoCheckDigit('907472'), '9'],
  ['49 CFR 565.15, table V', vinCheckDigit('1G4AH59H45G118341'), '4'],
  ['a VIN whose remainder is 10', vinCheckDigit('1M8GDM9AXKP042788'), 'X'],
  ['ISO 6346, annex A', String(containerCheckValue('CSQU305438')), '3'],
  ['ISO 17442, GLEIF itself', mod97CheckDigits('506700GE1G29325QX3'), '63'],
])('%s', (_, computed, printed) => expect(computed).toBe(printed));

/** ISO 6346, table A.1. */
const CONTAINER = new Map(
  [...LETTERS].map((letter, index) => [
    letter,
    [10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38][index] ?? NaN,
  ]),
);

describe('a single wrong character is detected', () => {
  test('in every IMEI and GTIN', () => {
    fc.assert(
      fc.property(text(DIGITS, 14), fc.nat(14), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const imei = body + luhnCheckDigit(body);
        expect(verdict(`imei:${imei}`)).toBe('valid');
        expect(verdict(`imei:${substitute(imei, at, String((Number(imei[at]) + by) % 10))}`)).toBe('invalid');
        const key = `1${body.slice(0, 12)}`;
        const gtin = key + gs1CheckDigit(key);
        expect(verdict(`gtin:${gtin}`)).toBe('valid');
        const place = 1 + (at % 13);
        expect(verdict(`gtin:${substitute(gtin, place, String((Number(gtin[place]) + by) % 10))}`)).toBe('invalid');
      }),
    );
  });

  test('in every LEI, where a digit is taken for a digit or a letter for a letter', () => {
    fc.assert(
      fc.property(text(DIGITS + LETTERS, 18), fc.nat(19), fc.nat(34), (body, at, pick) => {
        const lei = body + mod97CheckDigits(body);
        expect(verdict(`lei:${lei}`)).toBe('valid');
        const alike = (/\d/.test(lei.charAt(at)) ? DIGITS : LETTERS).replace(lei.charAt(at), '');
        expect(verdict(`lei:${substitute(lei, at, alike.charAt(pick % alike.length))}`)).toBe('invalid');
      }),
    );
  });

  test('in every IMO number, but where weight times difference is a multiple of ten', () => {
    let blind = 0;
    fc.assert(
      fc.property(text(DIGITS, 6), fc.nat(6), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const imo = body + imoCheckDigit(body);
        const changed = (Number(imo[at]) + by) % 10;
        const difference = changed - Number(imo[at]);
        const detected = at === 6 || ((7 - at) * difference) % 10 !== 0;
        if (!detected) blind += 1;
        fc.pre(imo !== '0000000' && substitute(imo, at, String(changed)) !== '0000000');
        expect(verdict(`imo:${imo}`)).toBe('valid');
        expect(verdict(`imo:${substitute(imo, at, String(changed))}`)).toBe(detected ? 'invalid' : 'valid');
      }),
      { numRuns: 1_000 },
    );
    expect(blind).toBeGreaterThan(0);
  });

  test('in every container number, but for letters of equal remainder and for a value of 10, which is written 0', () => {
    fc.assert(
      fc.property(text(LETTERS, 3), text(DIGITS, 6), fc.nat(9), fc.nat(25), (owner, serial, at, pick) => {
        fc.pre(at !== 3);
        const body = `${owner}U${serial}`;
        const container = body + String(containerCheckValue(body) % 10);
        const character = at < 3 ? LETTERS.charAt(pick) : DIGITS.charAt(pick % 10);
        fc.pre(character !== container.charAt(at));
        const other = substitute(container, at, character);
        const alike = at < 3 && ((CONTAINER.get(character) ?? 0) - (CONTAINER.get(container.charAt(at)) ?? 0)) % 11 === 0;
        const ambiguous = [containerCheckValue(container), containerCheckValue(other)].sort((a, b) => a - b).join() === '0,10';
        expect(verdict(`container:${container}`)).toBe('valid');
        expect(verdict(`container:${other}`)).toBe(alike || ambiguous ? 'valid' : 'invalid');
      }),
      { numRuns: 1_000 },
    );
  });

  test('the exception of containers is real: 10 and 0 are told apart by nothing', () => {
    // Serial numbers whose values are 10 and 0 and that differ in one digit.
    const found =
      [...Array(1_000_000).keys()]
        .map((n) => `SYNU${String(n).padStart(6, '0')}`)
        .find(
          (body) => containerCheckValue(body) === 10 && [...DIGITS].some((digit) => containerCheckValue(substitute(body, 9, digit)) === 0),
        ) ?? '';
    const zero = [...DIGITS].map((digit) => substitute(found, 9, digit)).find((body) => containerCheckValue(body) === 0) ?? '';
    expect(verdict(`container:${found}0`)).toBe('valid');
    expect(verdict(`container:${zero}0`)).toBe('valid');
  });

  test('in every VIN of North America and China, but for letters of one value (A, J and 1)', () => {
    const VALUES = new Map(
      [...'ABCDEFGH', ...'JKLMN', 'P', 'R', ...'STUVWXYZ'].map((letter) => [
        letter,
        'ABCDEFGH'.indexOf(letter) + 1 || 'JKLMN'.indexOf(letter) + 1 || ({ P: 7, R: 9 }[letter] ?? 'STUVWXYZ'.indexOf(letter) + 2),
      ]),
    );
    const valueOf = (character: string): number => VALUES.get(character) ?? Number(character);
    const alphabet = LETTERS.replace(/[IOQ]/g, '') + DIGITS;
    fc.assert(
      fc.property(
        fc.constantFrom(...'12345L', ...[...'FGHJKLMNPRSTUVWXYZ1234567890'].map((second) => `7${second}`)),
        text(alphabet, 16),
        fc.integer({ min: 2, max: 16 }),
        fc.nat(32),
        (region, rest, at, pick) => {
          const body = (region + rest).slice(0, 17);
          const vin = substitute(body, 8, vinCheckDigit(body));
          const character = alphabet.charAt(pick);
          fc.pre(character !== vin.charAt(at));
          const detected = at === 8 || valueOf(character) !== valueOf(vin.charAt(at));
          expect(verdict(`vin:${vin}`)).toBe('valid');
          expect(verdict(`vin:${substitute(vin, at, character)}`)).toBe(detected ? 'invalid' : 'valid');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('and nothing is said against a VIN of other regions', () => {
    fc.assert(
      fc.property(fc.constantFrom(...'ABCDEFGHJKMNPRSTUVWXYZ67890'), text('ABCDEFGHJKLMNPRSTUVWXYZ0123456789', 16), (region, rest) => {
        fc.pre(!/^7[F-Z0-9]/.test(region + rest));
        expect(verdict(`vin:${region}${rest}`)).toBe('not-checkable');
      }),
    );
  });
});

test('an invalid verdict says what was found and what was computed', () => {
  expect(parseIdentifier('vin:1HGCM82633A004353')).toMatchObject({ ok: true, check: { verdict: 'invalid', expected: '5', actual: '3' } });
  expect(parseIdentifier('container:SYNU0000041')).toMatchObject({ ok: true, check: { verdict: 'invalid', actual: '1' } });
});
