/** HTML and SVG of ours, in which whatever somebody submitted is text and nothing else. Pure. */

/** HTML that is known to be safe: made by `markup`, never by joining. */
export interface Html {
  readonly html: string;
}

/** A template whose values are put in as text, but for those that are HTML already. What is not seen in a text is shown by its number. */
export function markup(parts: TemplateStringsArray, ...values: readonly (Html | string | number | readonly Html[])[]): Html {
  const written = (value: Html | string | number | readonly Html[]): string => {
    if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
    return 'html' in value ? value.html : value.map((each) => each.html).join('');
  };
  return { html: parts.map((part, n) => (n < values.length ? part + written(values[n] as Html) : part)).join('') };
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Controls, and what changes the direction or the look of what stands beside it. */
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** What is not seen is shown by its number: a name must not read as another. */
function escaped(value: string): string {
  const shown = value.replaceAll(HIDDEN, (sign) => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
  return shown.replaceAll(/[&<>"']/g, (sign) => NAMES[sign] ?? '');
}
