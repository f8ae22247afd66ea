import { printable } from './printable.ts';

describe('text of a record on a terminal', () => {
  it.each([
    ['an escape sequence', '\u001b[2Jgone', '⟨U+001B⟩[2Jgone'],
    ['a C1 control sequence introducer', '\u009b31m', '⟨U+009B⟩31m'],
    ['a carriage return that writes over the line', 'Busan\rPyongyang', 'Busan⟨U+000D⟩Pyongyang'],
    ['line breaks of both kinds', 'a\nb\r\nc', 'a ⏎ b ⏎ c'],
    ['line and paragraph separators', 'a\u2028b\u2029c', 'a⟨U+2028⟩b⟨U+2029⟩c'],
    ['bidi overrides and isolates', '\u202eabc\u202c\u2066d\u2069', '⟨U+202E⟩abc⟨U+202C⟩⟨U+2066⟩d⟨U+2069⟩'],
    ['zero-width characters', 'a\u200bb\u200dc\ufeffd\u2060', 'a⟨U+200B⟩b⟨U+200D⟩c⟨U+FEFF⟩d⟨U+2060⟩'],
    ['tags that spell unseen words', '\u{e0041}', '⟨U+E0041⟩'],
    ['NUL, tab, delete and half a surrogate pair', '\0\t\u007f\ud800', '⟨U+0000⟩⟨U+0009⟩⟨U+007F⟩⟨U+D800⟩'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('is unchanged where every character is seen', () => {
    const text = "Busan, 대한민국 · Владивосток · İzmir · “B/L” €5 · S'pore 🚢";
    expect(printable(text)).toBe(text);
  });
});
