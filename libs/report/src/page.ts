/**
 * The journey of an item as one page, for a reader who has nothing else: no script, no network, nothing beside it. What is asked first is answered
 * first; then maps, the timeline, and the same facts as tables. Pure: the same answers give the same bytes.
 */
import { markup, type Html, type JourneyView, type TimelineView } from '#lib/contracts';
import { answersOf } from './answers.ts';
import { chart } from './chart.ts';
import { besideLists, inheritedTable, legsTable, placesTable, recordsTable } from './facts.ts';
import { strictestOf } from './handlings.ts';
import { linesOf } from './lines.ts';
import { maps } from './map.ts';
import { placesOf } from './places.ts';
import { recordsOf } from './records.ts';
import { STYLE, STYLE_SHA256 } from './style.ts';
import { legend, symbolDefinitions } from './symbols.ts';

/** Nothing from anywhere, no script, and this page's own style alone. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_SHA256}'; base-uri 'none'; form-action 'none'`;

/**
 * @param journey null: it could not be followed; the page says so
 * @param knownAs one sentence: as known when, and how much of it is recorded
 */
export function journeyPage(timeline: TimelineView, journey: JourneyView | null, knownAs: string): string {
  const { item } = timeline;
  const records = recordsOf(timeline, journey);
  const lines = journey === null ? [] : linesOf(journey);
  const places = placesOf(records, journey);
  const label = `TLP:${strictestOf(timeline, journey)}`;
  const handling = markup`<p class="handling">${label}</p>`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${item.display}: what its records prove</title><style>${{ html: STYLE }}</style></head>
<body class="${classOf(label)}">${symbolDefinitions()}
<header>${handling}
<h1>${item.display}</h1>
<p class="small">${checkText(timeline)} ${knownAs}${syntheticText(timeline)}</p></header>
<main>
<section aria-labelledby="answers"><h2 id="answers">What its records prove</h2>
<dl class="answers">${answersOf(timeline, journey, records).map(
    ({ asks, says }) => markup`<div><dt>${asks}</dt>${says.map((sentence) => markup`<dd>${sentence}</dd>`)}</div>`,
  )}</dl></section>
<section aria-labelledby="where"><h2 id="where">Where</h2>
${maps(places, lines)}
${placesTable(places.places)}</section>
<section aria-labelledby="when"><h2 id="when">When</h2>
${chart(records, journey)}
<p class="small">Times are UTC. Where nothing is drawn, nothing is proved.</p></section>
<section aria-labelledby="legend"><h2 id="legend">How it is drawn</h2>
${legend(new Set(records.map(({ sort }) => sort)))}</section>
${factsOf(timeline, journey, records)}
</main>
<footer><p class="small">${knownAs} Log size ${timeline.coordinates.asOf.logSize}, policy ${timeline.coordinates.policy}.</p>${handling}</footer>
</body></html>
`.html;
}

function factsOf(timeline: TimelineView, journey: JourneyView | null, records: ReturnType<typeof recordsOf>): Html {
  return markup`<section aria-labelledby="facts"><h2 id="facts">The same facts</h2>
${journey === null ? markup`` : markup`<h3>Inside of what it was</h3>${legsTable(journey)}<h3>What follows from that</h3>${inheritedTable(records)}`}
<h3>Records that name it</h3>
${recordsTable(timeline, records)}
${besideLists(timeline, journey)}</section>`;
}

/** `tlp-amber-strict`: the name of the pages that it is printed on, too. */
const classOf = (label: string): string => label.toLowerCase().replaceAll(/[^a-z]/g, '-');

function checkText({ item: { check } }: TimelineView): string {
  if (check.verdict === 'valid') return 'Its check digit fits.';
  if (check.verdict === 'not-checkable') return `Its check digit is not checkable${check.reason === undefined ? '' : `: ${check.reason}`}`;
  return `ITS CHECK DIGIT FAILS${check.expected === undefined ? '' : `, ${check.expected} expected`}: kept as written, merged with nothing.`;
}

/** As its records say of the documents that they cite. */
function syntheticText({ entries }: TimelineView): Html {
  const synthetic = entries.filter(({ evidence }) => evidence.some((cited) => cited.synthetic === true)).length;
  return synthetic === 0
    ? markup``
    : markup` <b class="synthetic">SYNTHETIC DATA: ${synthetic} of ${entries.length} records cite documents that they call synthetic.</b>`;
}
