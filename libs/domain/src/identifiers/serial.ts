/** Serial numbers that a maker gives: `serial:{maker}:{value}`. No standard; the maker's name is what makes the number unique. */
import { asciiLower, asciiUpper } from '../ascii.ts';
import { accept, notCheckable, printable, refuse, type SchemeRule } from './scheme.ts';

/** Longest maker and longest number: ISO/IEC 15418 data identifiers end at 50; 100 leaves room for what people write. */
const PART_LENGTH_MAX = 100;
const NORMALISED = new RegExp(
  `^(?=[^:]{1,${PART_LENGTH_MAX}}:)[a-z0-9]+(?:[-.&+][a-z0-9]+)*:(?=.{1,${PART_LENGTH_MAX}}$)[A-Z0-9](?:[-A-Z0-9._/+#*()&]*[A-Z0-9)*#+])?$`,
);

/**
 * Makers are lower case with one hyphen where blanks or underscores were; numbers are upper case without blanks. Hyphens, dots and
 * slashes inside of a number stay: no rule says that they mean nothing.
 */
export const serialRule: SchemeRule = {
  scheme: 'serial',
  normalised: NORMALISED,
  guess: 'never',
  display: (value) => `${value.slice(0, value.indexOf(':'))} serial ${value.slice(value.indexOf(':') + 1)}`,
  read: (raw) => {
    const colon = raw.indexOf(':');
    if (colon < 0) return refuse('malformed', 'A serial number is serial:{maker}:{value}.');
    const bad = /[^A-Za-z0-9 \t\r\n:._/+#*()&-]/.exec(raw) ?? /:/.exec(raw.slice(colon + 1));
    if (bad !== null) {
      const position = bad[0] === ':' ? raw.indexOf(':', colon + 1) : bad.index;
      return refuse('character', `A serial number has no "${printable(bad[0])}".`, position);
    }
    const maker = asciiLower(raw.slice(0, colon).trim()).replace(/[\s_-]+/g, '-');
    const number = asciiUpper(raw.slice(colon + 1).replace(/\s+/g, ''));
    if (maker === '' || number === '')
      return refuse('malformed', 'A serial number needs its maker and the number: serial:{maker}:{value}.');
    if (maker.length > PART_LENGTH_MAX || number.length > PART_LENGTH_MAX)
      return refuse('length', `Maker and number have at most ${PART_LENGTH_MAX} characters each.`);
    const value = `${maker}:${number}`;
    if (!NORMALISED.test(value))
      return refuse(
        'malformed',
        'Maker and number start and end with a letter or digit; inside a maker are single ".", "-", "&", "+" only.',
      );
    return accept(value, notCheckable('A serial number has no check digit.'), { maker, number });
  },
};
