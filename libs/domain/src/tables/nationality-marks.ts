/** Nationality marks of aircraft registrations (ICAO Annex 7 and its supplement), written by hand (NOTICE). */

/**
 * `mark-country` where registrations are painted with a hyphen after the mark, `mark=country` where without. `VPB/2-BM`: the mark has two
 * characters, and registrations under it that go on with B belong to BM.
 */
const MARKS =
  'AP-PK A2-BW A3-TO A4O-OM A5-BT A6-AE A7-QA A8-LR A9C-BH B-CN BH/1-HK BK/1-HK BL/1-HK BM/1-MO C-CA CC-CL CN-MA CP-BO CR-PT CS-PT CU-CU CX-UY C2-NR C3-AD C5-GM ' +
  'C6-BS C9-MZ D-DE DQ-FJ D2-AO D4-CV D6-KM EC-ES EI-IE EJ-IE EK-AM EL-LR EP-IR ER-MD ES-EE ET-ET EW-BY EX-KG EY-TJ EZ-TM E3-ER E5-CK E7-BA F-FR G-GB HA-HU HB-CH ' +
  'HC-EC HH-HT HI=DO HK-CO HL=KR HP-PA HR-HN HS-TH HZ-SA H4-SB I-IT JA=JP JU-MN JY-JO J2-DJ J3-GD J5-GW J6-LC J7-DM J8-VC LN-NO LQ-AR LV-AR LX-LU LY-LT LZ-BG M-IM ' +
  'N=US OB-PE OD-LB OE-AT OH-FI OK-CZ OM-SK OO-BE OY-DK P-KP PH-NL PJ-CW PK-ID PP-BR PR-BR PS-BR PT-BR PU-BR PZ-SR P2-PG P4-AW RA-RU RF-RU RDPL-LA RP-PH SE-SE SP-PL ' +
  'ST-SD SU-EG SX-GR S2-BD S3-BD S5-SI S7-SC S9-ST TC-TR TF-IS TG-GT TI-CR TJ-CM TL-CF TN-CG TR-GA TS-TN TT-TD TU-CI TY-BJ TZ-ML T2-TV T3-KI T7-SM T8A-PW UK-UZ UN-KZ ' +
  'UP-KZ UR-UA VH-AU VN-VN VPA/2-AI VPB/2-BM VPC/2-KY VPF/2-FK VPG/2-GI VPL/2-VG VPM/2-MS VQB/2-BM VQT/2-TC VT-IN V2-AG V3-BZ V4-KN V5-NA V6-FM V7-MH V8-BN XA-MX ' +
  'XB-MX XC-MX XT-BF XU-KH XV-VN XY-MM XZ-MM YA-AF YI-IQ YJ-VU YK-SY YL-LV YN-NI YR-RO YS-SV YU-RS YV=VE Z-ZW ZA-AL ZJ-JE ZK-NZ ZL-NZ ZM-NZ ZP-PY ZS-ZA ZT-ZA ZU-ZA Z3-MK ' +
  'Z8-SS 2-GG 3A-MC 3B-MU 3C-GQ 3D-SZ 3DC-SZ 3X-GN 4K-AZ 4L-GE 4O-ME 4R-LK 4W-TL 4X-IL 5A-LY 5B-CY 5H-TZ 5N-NG 5R-MG 5T-MR 5U-NE 5V-TG 5W-WS 5X-UG 5Y-KE 6O-SO 6V-SN 6W-SN ' +
  '6Y-JM 7O-YE 7P-LS 7Q-MW 7T-DZ 8P-BB 8Q-MV 8R-GY 9A-HR 9G-GH 9H-MT 9J-ZM 9K-KW 9L-SL 9M-MY 9N-NP 9Q-CD 9S-CD 9T-CD 9U-BI 9V-SG 9XR-RW 9Y-TT';

export interface NationalityMark {
  /** What a registration written without its hyphen starts with. */
  readonly start: string;
  /** How many of its first characters are the mark. */
  readonly length: number;
  readonly hyphen: boolean;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

const marks = new Map(MARKS.split(' ').map((entry) => {
  const [, start = '', length, sign, country = ''] = /^([A-Z0-9]+)(?:\/(\d))?([-=])([A-Z]{2})$/.exec(entry) ?? [];
  return [start, { start, length: length === undefined ? start.length : Number(length), hyphen: sign === '-', country }] as const;
}));

/** The longest entry is four characters (`RDPL`). */
const START_LENGTH_MAX = 4;

/** Marks of one letter whose registrations are digits: German gliders have four, North Korea's aircraft three or four. */
const ONE_LETTER_AND_DIGITS = /^(?:D[0-9]{4}|P[0-9]{3,4})$/;
/** Z of Zimbabwe goes on with letters, D2, D4, D6, P2 and P4 do, too. What does not is nobody's, rather than another State's. */
const WITHOUT_MARK = /^(?:(?:D[246]|P[24])[0-9]|Z[0-24-79])/;
/** Behind the one letter are letters, of Germany, or as many digits as above. */
const ONE_LETTER_AND_OTHERS = /^(?:D.*[0-9]|P)/;

/** The mark of a registration written without its hyphen, by the longest start that is known; undefined where none is. */
export function nationalityMark(registration: string): NationalityMark | undefined {
  if (ONE_LETTER_AND_DIGITS.test(registration)) return marks.get(registration.charAt(0));
  if (WITHOUT_MARK.test(registration)) return undefined;
  for (let length = START_LENGTH_MAX; length > 0; length -= 1) {
    const mark = marks.get(registration.slice(0, length));
    if (mark === undefined || registration.length <= mark.length) continue;
    return length === 1 && ONE_LETTER_AND_OTHERS.test(registration) ? undefined : mark;
  }
  return undefined;
}

/** All marks. */
export const NATIONALITY_MARKS: readonly NationalityMark[] = [...marks.values()];
