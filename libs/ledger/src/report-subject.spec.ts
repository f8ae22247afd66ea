import { namesOf, subjectText, type ReportSubject } from './report-subject.ts';

const subject: ReportSubject = {
  item: 'vin:A',
  groups: ['clear', 'green'],
  shown: 3,
  partly: 0,
  covers: null,
  listed: 3,
  withheld: 0,
  since: null,
  groupsAsked: true,
  isPart: false,
};

test.each<[Partial<ReportSubject>, string]>([
  [{}, 'all 3 events about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said'],
  [
    { groups: ['clear'], groupsAsked: false },
    'all 3 events about vin:A, as sealed for the reader group clear alone; of any other group, and of what a marking opened later, nothing is said',
  ],
  [
    { shown: 1 },
    '1 of the 3 events about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { shown: 1, listed: 1 },
    'all 1 event about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { shown: 0, listed: 0 },
    'no event about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { partly: 2 },
    'all 3 events, of 2 parts are withheld, about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { partly: 3, covers: 7n },
    'all 3 events, of which parts are withheld, about vin:A, below index 7 of the log, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { shown: 2, listed: 2, isPart: true },
    '2 events of a part of the list about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { shown: 2, partly: 1, withheld: 1, since: 20n },
    '2 of the 3 events, of 1 parts are withheld, the other withheld since index 20 by a marking in the name of its own agency, about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [
    { shown: 1, withheld: 2, since: 20n },
    '1 of the 3 events, the other 2 withheld since index 20 or later by markings in the names of their own agencies, about vin:A, as sealed for the reader groups clear, green; of what a marking opened later nothing is said',
  ],
  [{ item: null, groups: [], listed: null }, '3 events, each by itself; whether there are others nothing is said'],
  [{ item: null, groups: [], shown: 1, listed: null }, '1 event, by itself; whether there are others nothing is said'],
  [{ item: null, groups: [], shown: 1, listed: null, isPart: true }, '1 event'],
  [{ item: null, groups: [], shown: 0, listed: null }, 'the head of the log; of no item and no event anything is said'],
])('%j', (given, said) => {
  expect(subjectText({ ...subject, ...given })).toBe(said);
});

test('a name that could be read as two, or as the end of a sentence, stands in quotes', () => {
  expect(namesOf(['clear', 'clear, green', 'agency:b', 'clear alone; all', 'a"b', 'x.', 'grün\n'])).toBe(
    'clear, "clear, green", agency:b, "clear alone; all", "a\\"b", "x.", "grün\\n"',
  );
});
