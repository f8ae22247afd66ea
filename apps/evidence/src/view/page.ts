/** The page around what is shown of evidence: ours alone, without scripts, and without anything that evidence could put into it but text. */
import { createHash } from 'node:crypto';

/** HTML that is known to be safe: made by `markup`, never by joining. */
export interface Html {
  readonly html: string;
}

/** A template whose values are put in as text, but for those that are HTML already. */
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

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:75rem;padding:1rem}
h1{font-size:1.1rem;overflow-wrap:anywhere}dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}dd{margin:0;overflow-wrap:anywhere}
.frame{overflow-x:auto;border:1px solid #8888}table{border-collapse:collapse;font:13px/1.5 ui-monospace,monospace}
th{font-weight:normal;text-align:right;padding:0 .75rem;color:#767676;user-select:none;vertical-align:top}td{white-space:pre-wrap;overflow-wrap:anywhere;padding:0 .5rem}
.rows td,.rows th{border:1px solid #8886}tr.cited{background:#ffd54f66;outline:2px solid #b26a00}mark{background:none;color:inherit;font-weight:bold}
svg{max-width:100%;height:auto;display:block}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export interface PageParts {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  readonly content: Html;
  readonly download: string;
}

export function pageOf({ title, facts, notes, content, download }: PageParts): string {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${{ html: STYLE }}</style></head>
<body><main><h1>${title}</h1>
<dl>${facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${notes.map((note) => markup`<p role="note">${note}</p>`)}
<p><a href="${download}" download rel="noreferrer">Download the file as it is</a></p>
${content}
</main></body></html>
`.html;
}

/**
 * Of a page: its own style and, where it shows one, the image from here; no script, no frame, no form, nothing from anywhere else, and a
 * sandbox around it. Its origin stays ours where there is an image, which is for this origin alone (Cross-Origin-Resource-Policy).
 */
export const pageHeaders = (hasImage: boolean): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    ...(hasImage ? ["img-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `sandbox allow-downloads${hasImage ? ' allow-same-origin' : ''}`,
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-cache',
});
