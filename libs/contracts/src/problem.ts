/** RFC 9457 problems and everything else that is made from the catalogue: the answer, its page, the reference page in docs. */
import { ERRORS, ERROR_CODES, type ErrorCode, type ErrorEntry } from './errors.ts';
import { type Fault, FAULTS_MAX } from './fault.ts';

/** The body of `application/problem+json`. */
export interface Problem {
  /** Where the page of this code is: `/problems/{code}`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request that failed, or the part of it. */
  readonly instance: string;
  readonly code: ErrorCode;
  /** What to do now. */
  readonly remedy: string;
  readonly requestId: string;
  readonly errors?: readonly Fault[];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Answered when a code that never is an answer leaves through HTTP all the same. */
const STATUS_OF_SILENT = 500;

const entryOf = (code: ErrorCode): ErrorEntry => ERRORS[code];

/** The status of a code's answers. */
export const statusOf = (code: ErrorCode): number => entryOf(code).status ?? STATUS_OF_SILENT;

/** @param of `detail` never holds content; absent: the code's meaning. At most FAULTS_MAX of `errors` are shown. */
export function problem(
  code: ErrorCode,
  of: { readonly detail?: string; readonly instance: string; readonly requestId: string; readonly errors?: readonly Fault[] },
): Problem {
  return {
    type: `/problems/${code}`,
    title: entryOf(code).title,
    status: statusOf(code),
    detail: of.detail ?? entryOf(code).meaning,
    instance: of.instance,
    code,
    remedy: entryOf(code).remedy,
    requestId: of.requestId,
    ...(of.errors === undefined ? {} : { errors: of.errors.slice(0, FAULTS_MAX) }),
  };
}

/** Is this a code of the catalogue? For `/problems/{code}`, where it comes from outside. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

/** A page of its own, without script, style sheet or picture: it reads in any browser and under any content policy. */
export function problemPage(code: ErrorCode): string {
  const { title, meaning, remedy, status } = entryOf(code);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(`${title} (${code})`)}</title>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p><code>${escapeHtml(code)}</code>${status === null ? '' : `, HTTP status ${status}`}</p>`,
    `<h2>What happened</h2>\n<p>${escapeHtml(meaning)}</p>`,
    `<h2>What to do</h2>\n<p>${escapeHtml(remedy)}</p>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const HTML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? character);

/** The text of docs/errors.md: one section per group of codes, in the catalogue's order. */
export function errorsPage(): string {
  const groups = new Map<string, ErrorCode[]>();
  for (const code of ERROR_CODES) {
    const group = code.split('.')[0] ?? code;
    groups.set(group, [...(groups.get(group) ?? []), code]);
  }
  const sections = [...groups].map(([group, codes]) =>
    [`## ${group}`, '', '| code | status | meaning | remedy |', '|---|---|---|---|', ...codes.map(tableRow), ''].join('\n'),
  );
  return [
    '# Error codes',
    '',
    'Every code that the product answers, logs or keeps with a dead letter. An answer is `application/problem+json` (RFC 9457) with the code,',
    'the request id and, for refused input, up to 20 `errors` with a JSON pointer, a byte offset where the text is not JSON or was not read',
    'further, or the name of the header or query parameter.',
    'Made from `libs/contracts/src/errors.ts`; a test fails when the two differ. Without status: never an HTTP answer.',
    '',
    ...sections,
  ].join('\n');
}

function tableRow(code: ErrorCode): string {
  const { status, title, meaning, remedy } = entryOf(code);
  return `| \`${code}\` | ${status ?? ''} | **${title}.** ${meaning} | ${remedy} |`.replaceAll('\n', ' ');
}
