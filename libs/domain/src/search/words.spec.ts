/** Known answers from the tables' own examples and from signs and charts; and that a name is found in either script where a rule says so. */
import fc from 'fast-check';
import { romanisedTexts, wordKeys, wordsOf } from './words.ts';

const keys = (word: string): string[] => wordKeys(word).map(({ key }) => key);
const meets = (a: string, b: string): boolean => {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  return left.length === right.length && left.every((word, at) => keys(word).some((key) => keys(right[at] ?? '').includes(key)));
};

describe('a name in two scripts is one word where a table says so', () => {
  test.each([
    // Cyrillic: BGN/PCGN, the same simplified, ISO 9, passports.
    ['Находка', 'Nakhodka'],
    ['Южный', 'Yuzhnyy'],
    ['Южный', 'Yuzhny'],
    ['Южный', 'Južnyj'],
    ['Щукино', 'Ŝukino'],
    ['Щукино', 'Ščukino'],
    ['ЮЖНЫЙ', 'Iuzhnyi'],
    ['Восточный', 'Vostochny'],
    ['Елизово', 'Yelizovo'],
    ['Щербаков', 'Shcherbakov'],
    ['Одесса', 'Odessa'],
    ['Запоріжжя', 'Zaporizhzhia'],
    ['Чорноморськ', 'Chornomorsk'],
    ['Розгін', 'Rozghin'],
    ['Єнакієве', 'Yenakiieve'],
    ['Ђурђевић', 'Đurđević'],
    ['Његош', 'Njegoš'],
    ['Варна', 'Varna'],
    // Greek: ELOT 743.
    ['Πειραιάς', 'Peiraias'],
    ['Θεσσαλονίκη', 'Thessaloniki'],
    ['Εύβοια', 'Evvoia'],
    ['Ναύπακτος', 'Nafpaktos'],
    ['Μπούκουρα', 'Boukoura'],
    ['Λαμπρινή', 'Lamprini'],
    ['Αγγελική', 'Angeliki'],
    ['Κάιρο', 'Kairo'],
    ['Χαλκίδα', 'Chalkida'],
    // Hangul: Revised Romanization (its own examples), McCune-Reischauer as the names of the North are written.
    ['부산', 'Busan'],
    ['부산', 'Pusan'],
    ['평양', 'Pyeongyang'],
    ['평양', 'Pyongyang'],
    ['남포', 'Nampo'],
    ['청진', 'Chongjin'],
    ['함흥', 'Hamhung'],
    ['신의주', 'Sinuiju'],
    ['백마', 'Baengma'],
    ['신라', 'Silla'],
    ['종로', 'Jongno'],
    ['왕십리', 'Wangsimni'],
    ['별내', 'Byeollae'],
    ['독립문', 'Dongnimmun'],
    ['해돋이', 'Haedoji'],
    ['같이', 'Gachi'],
    ['좋고', 'Joko'],
    ['놓다', 'Nota'],
    ['묵호', 'Mukho'],
    ['집현전', 'Jiphyeonjeon'],
    ['한복남', 'Hanboknam'],
    ['구미', 'Gumi'],
    ['옥천', 'Okcheon'],
    ['합덕', 'Hapdeok'],
    ['울릉', 'Ulleung'],
    // Kana: Hepburn.
    ['とうきょう', 'Tōkyō'],
    ['とうきょう', 'Tokyo'],
    ['とうきょう', 'Toukyou'],
    ['トウキョウ', 'tokyo'],
    ['しんぶん', 'Shinbun'],
    ['しんぶん', 'Shimbun'],
    ['まっちゃ', 'matcha'],
    ['にっぽん', 'Nippon'],
    ['ジョージ', 'joji'],
    ['ファイル', 'fairu'],
    ['ﾖｺﾊﾏ', 'Yokohama'],
    // Latin: marks, letters that Unicode does not take apart, umlauts spelt out.
    ['Müller', 'Muller'],
    ['Müller', 'Mueller'],
    ['Łódź', 'Lodz'],
    ['Ærø', 'Aeroe'],
    ['Ålesund', 'Aalesund'],
    ['İzmir', 'IZMIR'],
    ['straße', 'Strasse'],
    ['ＦＵＬＬ', 'full'],
    ["O'Brien", 'OBrien'],
    // As it is written, without marks.
    ['أبوظبي', 'ابوظبي'],
    ['上海', '上海'],
  ])('%s, %s', (a, b) => {
    expect([keys(wordsOf(a)[0] ?? ''), meets(a, b)]).toEqual([expect.anything(), true]);
    expect(meets(b.toUpperCase(), a)).toBe(true);
  });

  test.each([
    ['Πειραιάς', 'Piraeus'],
    ['上海', 'Shanghai'],
    ['이', 'Lee'],
    ['Москва', 'Moscow'],
    ['Busan', 'Pusan'],
    ['Osaka', 'Otaru'],
  ])('control: %s is not %s', (a, b) => expect(meets(a, b)).toBe(false));
});

test('words are told apart by blanks and signs, Han by twos, scripts within a run', () => {
  expect(wordsOf('M/V "Южный-2", 東京港タワー 3号')).toEqual(['M', 'V', 'Южный', '2', '東京', '京港', 'タワー', '3', '号']);
  expect(wordsOf('…—!')).toEqual([]);
  expect(wordsOf('上')).toEqual(['上']);
});

test('whole texts in Latin letters, by each table that one of their words has', () => {
  expect(romanisedTexts('Порт Nampo').map(({ text }) => text)).toContain('port nampo');
  expect(romanisedTexts('Port Müller')).toEqual([]);
});

test('keys say by which rule, the word’s own letters first; none is empty or long', () => {
  expect(wordKeys('Южный')[0]).toEqual({ key: 'южныи', rule: 'letters' });
  expect(wordKeys('Южный').map(({ rule }) => rule)).toContain('ISO 9');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      for (const word of wordsOf(text))
        for (const { key, rule } of wordKeys(word)) {
          expect(rule).not.toBe('');
          expect(Array.from(key).length).toBeLessThanOrEqual(40);
          expect(key).not.toBe('');
        }
    }),
  );
});

test('a text is found by each of its words in other case and another normal form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const all = new Set(wordsOf(text).flatMap(keys));
      for (const word of wordsOf(text.normalize('NFD'))) expect(keys(word).some((key) => all.has(key))).toBe(true);
    }),
  );
});
