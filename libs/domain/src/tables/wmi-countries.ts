/**
 * Countries and regions by the first two characters of a VIN, after ISO 3780:2009, written by hand (NOTICE). The code says where the
 * maker is seated that the WMI was assigned to, not where the vehicle was built and still less where it is.
 */

/** The order of the second character in ISO 3780: letters without I, O, Q, then 1 to 9, then 0. */
const ORDER = 'ABCDEFGHJKLMNPRSTUVWXYZ1234567890';

/** `first second-to-last country`, ISO 3166-1 alpha-2. 7F-70 was assigned to the United States after 2009. */
const RANGES =
  'AA-H ZA|AJ-N CI|BA-E AO|BF-K KE|BL-R TZ|CA-E BJ|CF-K MG|CL-R TN|DA-E EG|DF-K MA|DL-R ZM|EA-E ET|EF-K MZ|FA-E GH|FF-K NG|' +
  'JA-0 JP|KA-E LK|KF-K IL|KL-R KR|KS-0 JO|LA-0 CN|MA-E IN|MF-K ID|ML-R TH|MS-0 MM|NA-E IR|NF-K PK|NL-R TR|PA-E PH|PF-K SG|PL-R MY|' +
  'RA-E AE|RF-K TW|RL-R VN|RS-0 SA|SA-M GB|SN-T DE|SU-Z PL|S1-4 LV|TA-H CH|TJ-P CZ|TR-V HU|TW-1 PT|UH-M DK|UN-T IE|UU-Z RO|U5-7 SK|' +
  'VA-E AT|VF-R FR|VS-W ES|VX-2 RS|V3-5 HR|V6-0 EE|WA-0 DE|XA-E BG|XF-K GR|XL-R NL|XS-W RU|XX-2 LU|X3-0 RU|YA-E BE|YF-K FI|YL-R MT|' +
  'YS-W SE|YX-2 NO|Y3-5 BY|Y6-0 UA|ZA-R IT|ZX-2 SI|Z3-5 LT|Z6-0 RU|1A-0 US|2A-0 CA|3A-W MX|3X-7 CR|38-0 KY|4A-0 US|5A-0 US|6A-W AU|' +
  '7A-E NZ|7F-0 US|8A-E AR|8F-K CL|8L-R EC|8S-W PE|8X-2 VE|9A-E BR|9F-K CO|9L-R PY|9S-W UY|9X-2 TT|93-9 BR';

const ranges = RANGES.split('|').map((text) => ({
  first: text.charAt(0),
  from: ORDER.indexOf(text.charAt(1)),
  to: ORDER.indexOf(text.charAt(3)),
  country: text.slice(5),
}));

/** ISO 3166-1 alpha-2 of a WMI; undefined where ISO 3780 assigns its first two characters to nobody. */
export function countryOfWmi(wmi: string): string | undefined {
  const second = ORDER.indexOf(wmi.charAt(1));
  return ranges.find(({ first, from, to }) => first === wmi.charAt(0) && from <= second && second <= to)?.country;
}

const REGIONS: readonly (readonly [RegExp, string])[] = [
  [/^[A-H]/, 'Africa'],
  [/^[J-R]/, 'Asia'],
  [/^[S-Z]/, 'Europe'],
  [/^([1-5]|7[F-Z0-9])/, 'North America'],
  [/^[67]/, 'Oceania'],
  [/^[890]/, 'South America'],
];

/** The region of ISO 3780, table 1; every WMI has one. */
export function regionOfWmi(wmi: string): string {
  const region = REGIONS.find(([pattern]) => pattern.test(wmi));
  if (region === undefined) throw new Error('a WMI starts with A-Z or 0-9');
  return region[1];
}
