/** The page around what is shown of evidence: ours alone, without scripts, and without anything that evidence could put into it but text. */
import { createHash } from 'node:crypto';
import { markup, type Html } from '#lib/contracts';

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
