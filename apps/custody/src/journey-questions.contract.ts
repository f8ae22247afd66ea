/**
 * What an investigator asks first of the demo's car, and what the first screen of its page has to hold. Answers are those of demo/README.md (each names the
 * words there that it is from) and, for grades, of the records themselves; none is taken from the program.
 */
export interface Question {
  readonly asks: string;
  /** Stand in demo/README.md as they are. */
  readonly readme: readonly string[];
  /** Stand on the first screen. `{lux-0049}` is the grade of that record in the case file. */
  readonly answer: readonly string[];
}

export const QUESTIONS: readonly Question[] = [
  {
    asks: 'Where was it last proved?',
    readme: ['Busan, DN5505, then unknown', 'IMO 0000048 and MMSI 671990004 are synthetic'],
    answer: ['Last proved', 'INFERRED from lux-0040 line 32 of IMO 0000048'],
  },
  {
    asks: 'Since when is it unknown where it is?',
    readme: ['dn5505 has the dark gap 2018-10-01T08:30 to 2018-10-19T08:30 = 18 d exactly', 'then unknown (a gap, not a place)'],
    answer: ['UNKNOWN where it was after 2018-10-01T08:30'],
  },
  {
    asks: 'In what is it last recorded?',
    readme: ['each in its own sealed container', 'moved to the Togo-flagged DN5505', 'corrected to SYNU0000014'],
    answer: ['container SYNU 000001 4', 'that is in IMO 0000048', 'not confirmed since 2018-10-01T08:30'],
  },
  {
    asks: 'How long was that ship silent?',
    readme: ['dn5505 has the dark gap 2018-10-01T08:30 to 2018-10-19T08:30 = 18 d exactly'],
    answer: ['2018-10-01T08:30Z to 2018-10-19T08:30Z (18 d)'],
  },
  {
    asks: 'Who says where it went then, and how well is that graded?',
    readme: ['off-loaded at Nakhodka against Vladivostok'],
    answer: ['proved by nothing', 'Nakhodka (lux-0049, stated, {lux-0049})', 'Vladivostok (lux-0050, stated, {lux-0050})'],
  },
  {
    asks: 'Which records speak against each other, how well is each graded, and is it settled?',
    readme: ['41 days at sea (25 July) against arrival 31 July (47 days)', 'S600 Guard against S600 Pullman Guard'],
    answer: [
      'lux-0020 (statement, {lux-0020}) contradicts lux-0017 (observed, {lux-0017}): open',
      'lux-0057 (statement, {lux-0057}) contradicts lux-0015 (observed, {lux-0015}): open',
    ],
  },
  {
    asks: 'What says that it was where it cannot have been, and does that still stand?',
    readme: ['a tip that implies impossible travel, later retracted', '527 km in half an hour'],
    answer: ['lux-0051 (statement, withdrawn, {lux-0051})', '527 km apart'],
  },
  {
    asks: 'By which places did it go before?',
    readme: ['Both cars: container by 11 June, main-line ship, Dalian, feeder, Osaka, feeder, Busan, DN5505', 'right: 31 August'],
    answer: ['Rotterdam', 'Dalian', 'Osaka 2018-08-31', 'Busan'],
  },
];
