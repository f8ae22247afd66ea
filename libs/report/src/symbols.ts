/** What each thing is drawn as: by shape as well as by colour, so that neither a printer nor an eye without colours takes one for another. */
import { markup, type Html } from '#lib/contracts';
import { SORT_WORDS, type Sort } from './records.ts';

/** Pixels of a symbol, each way. */
export const SYMBOL_PX = 12;

const SHAPES: Readonly<Record<Sort, Html>> = {
  observed: markup`<circle r="4.5"/>`,
  inferred: markup`<path d="M0-6 6 0 0 6-6 0Z"/>`,
  stated: markup`<path d="M0-5.5 5.5 4.5H-5.5Z"/>`,
  assessed: markup`<path d="M-5-3 0-6 5-3V3L0 6-5 3Z"/>`,
  planned: markup`<rect x="-4.5" y="-4.5" width="9" height="9"/>`,
  negative: markup`<circle r="4.8"/><path d="M-3.4 3.4 3.4-3.4"/>`,
  withdrawn: markup`<path d="M-4-4 4 4M-4 4 4-4"/>`,
  unplaced: markup`<path d="M0-5V5M-2.5-5h5M-2.5 5h5"/>`,
};

const NAMES = Object.keys(SHAPES) as Sort[];

/** Once in a page, before anything is drawn. */
export const symbolDefinitions = (): Html => markup`<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
${NAMES.map((name) => markup`<g id="s-${name}" class="mark ${name}">${SHAPES[name]}</g>`)}
<g id="s-against" class="mark against"><path d="M-4-1.5H4M-4 1.5H4M-2.5 4 2.5-4"/></g>
<g id="s-end" class="mark unknown"><path d="M-1-7H2V7H-1"/><path d="M5-3.5a2.5 2.5 0 1 1 3.4 2.3q-.9.4-.9 1.7M7.5 4v.2"/></g>
<pattern id="p-unknown" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern>
<pattern id="p-inferred" width="5" height="5" patternUnits="userSpaceOnUse"><circle class="dot" cx="2.5" cy="2.5" r="1.3"/></pattern>
</defs></svg>`;

/** What is not a record: a way of drawing, and what it says. */
const DRAWN: readonly (readonly [sample: Html, word: string, meaning: string])[] = [
  [
    markup`<use href="#s-against" x="50%" y="50%"/>`,
    'Contradicted',
    'beside a mark: another record speaks against it, and nobody settled that',
  ],
  [markup`<use href="#s-end" x="40%" y="50%"/>`, 'Unknown from here', 'the last that is proved; no line leads on'],
  [
    markup`<rect class="segment unknown" x="10%" y="4" width="80%" height="10"/>`,
    'Unknown',
    'nothing proves where it was: a gap, whoever says what of it',
  ],
  [markup`<rect class="segment inferred" x="10%" y="4" width="80%" height="10"/>`, 'Inside of something', 'proved by loadings; inferred'],
  [
    markup`<line class="way inferred" x1="10%" y1="50%" x2="90%" y2="50%"/>`,
    'Track of what it was in',
    'from one position to the next; inferred',
  ],
  [markup`<line class="way observed" x1="10%" y1="50%" x2="90%" y2="50%"/>`, 'Track of its own', 'from one position to the next'],
];

/** Of the sorts that the page draws, and of all other ways of drawing. */
export function legend(sorts: ReadonlySet<Sort>): Html {
  const rows = [
    ...NAMES.filter((name) => sorts.has(name)).map(
      (name) => [markup`<use href="#s-${name}" x="50%" y="50%"/>`, SORT_WORDS[name].word, SORT_WORDS[name].meaning] as const,
    ),
    ...DRAWN,
  ];
  return markup`<ul class="legend">
${rows.map(
  ([sample, word, meaning]) =>
    markup`<li><svg class="sample" width="36" height="18" aria-hidden="true" focusable="false">${sample}</svg><span><b>${word}</b>: ${meaning}</span></li>`,
)}
</ul>`;
}
