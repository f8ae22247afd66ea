/** The page of a journey: nothing in it but what records say, nothing that runs, and nothing drawn as what it is not. */
import { createHash } from 'node:crypto';
import type { EventView, JourneyView, TimelineView } from '#lib/contracts';
import { journeyPage } from './page.ts';
import { SORTS } from './records.ts';
import { STYLE, STYLE_SHA256 } from './style.ts';
import { conflict, entry, journey, lastProved, LEG, placed, position, saying, timeline } from './told.contract.ts';

const AS_OF = 'As of log size 85; none of it is sealed yet.';
const ALL = timeline([
  entry('seen'),
  saying('said', 'statement'),
  saying('concluded', 'assessment'),
  saying('planned', 'planned'),
  saying('not-found', 'negative'),
  saying('tip', 'statement', { standing: 'withdrawn' }),
  saying('about', 'relation'),
]);
const page = (of: TimelineView = ALL, beside: JourneyView | null = journey()): string => journeyPage(of, beside, AS_OF);
const answersOf = (html: string): string[] =>
  [...html.matchAll(/<div><dt>(.*?)<\/dt>(.*?)<\/div>/gs)].map(
    ([, asks = '', says = '']) => `${asks}: ${says.replaceAll(/<\/?dd>/g, ' ').trim()}`,
  );

test('its policy takes nothing from anywhere, runs nothing, and knows its style by its hash', () => {
  expect(STYLE_SHA256).toBe(createHash('sha256').update(STYLE).digest('base64'));
  const html = page();
  expect(html).toContain(
    `content="default-src &#39;none&#39;; style-src &#39;sha256-${STYLE_SHA256}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
  );
  expect(html.match(/<style>/g)).toHaveLength(1);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|<form|<a |style="|url\((?!#)|@import|https?:|\son\w+=/i);
  // What is drawn by reference is in the page.
  for (const [, id = ''] of html.matchAll(/(?:href="|url\()#([\w-]+)/g)) expect(html).toContain(`id="${id}"`);
});

describe('what records say is text, wherever it stands', () => {
  const HOSTILE = `"'><script>alert(1)</script><style>*{display:none}</style>]]>-->&amp;\u202eX\u200b</title></svg>`;
  const display = {
    summary: HOSTILE,
    occurred: HOSTILE,
    place: HOSTILE,
    grade: HOSTILE,
    items: [HOSTILE],
    source: HOSTILE,
    occurredUtc: HOSTILE,
  };
  const place = { name: HOSTILE, lat: 35.1, lon: 129.08 };
  const hostile = (made: EventView): EventView => ({
    ...made,
    display,
    document: { ...made.document, place },
    reportedBy: { by: HOSTILE, agency: HOSTILE, at: HOSTILE, proved: false },
    evidence: [{ sha256: null, ref: HOSTILE, locator: HOSTILE, type: HOSTILE, held: false }],
  });
  const told = journey({
    placings: [placed('seen', { place: HOSTILE, occurred: HOSTILE })],
    lastProved: lastProved(placed('seen', { place: HOSTILE, occurred: HOSTILE })),
    conflicts: [{ ...conflict('a', 'b'), by: { ...conflict('a', 'b').by, statement: HOSTILE, occurred: HOSTILE, place: HOSTILE } }],
    custody: {
      holdings: [
        {
          holder: { role: HOSTILE, name: HOSTILE, lei: HOSTILE, country: HOSTILE },
          since: null,
          until: null,
          isOver: false,
          by: [{ agency: 'local', id: 'a' }],
          moreRecords: 0,
          tlp: 'GREEN',
        },
      ],
      moreHoldings: 0,
      uncovered: [],
      moreUncovered: 0,
    },
  });
  const of = timeline([hostile(entry('seen')), hostile(saying('said', 'statement'))], {
    item: { id: 'vin:X', scheme: 'vin', display: HOSTILE, check: { verdict: 'not-checkable', reason: HOSTILE }, facts: [] },
    notes: [HOSTILE],
    openQuestions: [{ code: 'contradiction', refs: [], display: HOSTILE }],
  });

  it('opens no element and closes none, hides nothing and turns nothing around', () => {
    const html = journeyPage(of, told, HOSTILE);
    expect(html.split('alert(1)').length).toBeGreaterThan(20);
    expect(html).not.toMatch(/<script|alert\(1\)<\/script|-->|\]\]>|\u202e|\u200b/);
    expect(html.match(/<style>/g)).toHaveLength(1);
    expect(html.match(/<\/title>/g)).toHaveLength(1);
    expect((html.match(/<svg/g) ?? []).length).toBe((html.match(/<\/svg>/g) ?? []).length);
  });

  it('changes no element: the page has those of a page of harmless texts', () => {
    const shape = (html: string): string[] => [...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([tag]) => tag);
    const harmless = JSON.parse(JSON.stringify([of, told]).replaceAll(JSON.stringify(HOSTILE), '"plain"')) as [TimelineView, JourneyView];
    expect(shape(journeyPage(of, told, HOSTILE))).toEqual(shape(journeyPage(harmless[0], harmless[1], 'plain')));
  });
});

test('answers come first: where it was last proved, that nothing is known since, in what it is last recorded', () => {
  const said = answersOf(page(ALL, journey({ conflicts: [conflict('said', 'concluded')] })));
  expect(said[0]).toBe(
    'Last proved: 2018-10-01T08:30:00Z, 35.62, 129.95: INFERRED from track line 32 of IMO 0000048, in which it was by loaded, aboard; C3, AMBER.',
  );
  expect(said[1]).toBe('Since then: UNKNOWN where it was after 2018-10-01T08:30:00Z: no record here proves it.');
  expect(said[2]).toMatch(/^Last recorded in: container SYNU 000001 4 \(loaded\), last recorded/);
  expect(said[3]).toBe(
    'Said of it since, and proved by nothing: Nakhodka (said, stated, not graded); Nakhodka (concluded, assessed, not graded); Nakhodka (planned, planned, not graded); Nakhodka (not-found, not found, not graded).',
  );
  expect(said[4]).toBe('Records against each other: said (statement, D4) contradicts concluded (statement, C3): open.');
});

test('of what is withdrawn, or said of a time before, no place is told as said since', () => {
  const of = timeline([saying('tip', 'statement', { standing: 'withdrawn' }), saying('before', 'statement', {}, '2018-09-01')]);
  expect(page(of)).not.toContain('Said of it since');
});

test('a longer list says how much more there is', () => {
  const of = timeline(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => saying(id, 'statement')));
  expect(answersOf(page(of)).find((answer) => answer.startsWith('Said of it since'))).toMatch(/\(d, stated, not graded\); 2 more below\.$/);
});

test('where nothing proves where it was, the page says so and draws no last place', () => {
  const html = page(ALL, journey({ lastProved: null, placings: [], legs: [], containments: [], inWhat: [] }));
  expect(answersOf(html)[0]).toBe('Last proved: Nothing here proves where it was at any time.');
  expect(html).toContain('UNKNOWN where it was at any time');
  expect(html.match(/href="#s-end"/g)).toHaveLength(1); // In the legend alone.
});

test('a journey that is not followed is said to be none, and the records are there', () => {
  const html = page(ALL, null);
  expect(answersOf(html)).toEqual(['Its journey: is not followed: it is too large. Below is what its own records say.']);
  expect(html).toContain('what seen says');
});

/** Shapes as they are drawn, by the name of what they stand for. */
function shapesOf(html: string): Map<string, string> {
  return new Map(
    [...html.matchAll(/<g id="s-([\w-]+)" class="mark ([\w-]+)">(.*?)<\/g>/g)].map(([, id = '', , shape = '']) => [id, shape]),
  );
}

test('each thing has a shape and a class of its own', () => {
  const shapes = shapesOf(page());
  expect([...shapes.keys()]).toEqual([...SORTS, 'against', 'end']);
  expect(new Set(shapes.values()).size).toBe(shapes.size);
  for (const sort of SORTS) expect(STYLE).toContain(`.mark.${sort}{`);
});

test('each record is drawn as what it is, in the timeline and on the map, and what was taken back is on no map', () => {
  const html = page();
  const [map = '', rest = ''] = html.slice(html.indexOf('id="where"'), html.indexOf('id="legend"')).split('id="when"');
  const drawn = (part: string): string[] => [...new Set([...part.matchAll(/href="#s-([\w-]+)"/g)].map(([, name = '']) => name))].sort();
  expect(drawn(map)).toEqual(['assessed', 'end', 'inferred', 'negative', 'observed', 'planned', 'stated']);
  expect(drawn(rest)).toEqual(['assessed', 'negative', 'observed', 'planned', 'stated', 'unplaced', 'withdrawn']);
});

test('what is contradicted is marked beside its own mark', () => {
  const drawn = page(ALL, journey({ conflicts: [conflict('said', 'concluded')] }));
  expect(drawn.match(/href="#s-against"/g)?.length).toBeGreaterThan(2);
  expect(page().match(/href="#s-against"/g)).toHaveLength(1);
});

test('a silence, and what follows the last that is proved, are segments of the unknown, and of nothing else', () => {
  const html = page();
  const row = (label: string): string => {
    const from = html.indexOf(label, html.indexOf('id="when"'));
    return html.slice(from, html.indexOf('</tr>', from));
  };
  expect(row('Leg 1: in').match(/class="segment \w+"/g)).toEqual(['class="segment inferred"', 'class="segment unknown"']);
  expect(row('UNKNOWN where it was').match(/class="segment \w+"/g)).toEqual(['class="segment unknown"']);
});

test('a track of the item itself is observed, and its silences are unknown', () => {
  const own = { leg: null, basis: 'observed' as const };
  const placings = [
    position(1, '2018-10-01T00:00', 129, 35, own),
    position(2, '2018-10-01T08:00', 129.5, 35, own),
    position(3, '2018-10-19T08:00', 130, 35, own),
    position(4, '2018-10-19T09:00', 130, 35.5, own),
  ];
  const html = page(timeline([]), journey({ placings, legs: [], lastProved: lastProved(placings.at(-1)) }));
  const row = html.slice(html.indexOf('Its own track, and its silences'), html.indexOf('UNKNOWN where it was', html.indexOf('id="when"')));
  expect(row.match(/class="segment \w+"/g)).toEqual(['class="segment observed"', 'class="segment observed"', 'class="segment unknown"']);
  const map = html.slice(html.indexOf('id="where"'), html.indexOf('id="when"'));
  expect(map.match(/class="way \w+"/g)).toEqual(['class="way observed"', 'class="way observed"']);
});

test('it is labelled with the strictest of what it shows, above and below, and on each page that is printed', () => {
  const html = page(timeline([entry('seen', { handling: { tlp: 'AMBER+STRICT', agencies: [] } })]));
  expect(html.match(/<p class="handling">TLP:AMBER\+STRICT<\/p>/g)).toHaveLength(2);
  expect(html).toContain('<body class="tlp-amber-strict">');
  for (const label of ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED']) {
    const name = `tlp-${label.toLowerCase().replace('+', '-')}`;
    expect(STYLE).toContain(`@page ${name}{@top-center{content:"TLP:${label}"}@bottom-center{content:"TLP:${label}, page `);
    expect(STYLE).toContain(`.${name}{page:${name}}`);
  }
});

test('it says as known when, and how many of its records cite what they call synthetic', () => {
  const evidence = [{ sha256: null, synthetic: true, held: false }];
  const html = page(timeline([entry('seen', { evidence }), saying('said', 'statement')]));
  expect(html.split(AS_OF)).toHaveLength(3);
  expect(html).toContain('Log size 85, policy 0.');
  expect(html).toContain('SYNTHETIC DATA: 1 of 2 records cite documents that they call synthetic.');
  expect(page()).not.toContain('SYNTHETIC');
});

test('the same answers give the same bytes', () => {
  expect(page()).toBe(page());
});

test('a record of a year long gone leaves room for the rest, and is counted', () => {
  const html = page(timeline([...ALL.entries, saying('slip', 'statement', {}, '1918-10-05')]));
  expect(html).toContain('(not drawn: 1 of other times)');
});

test('says of records against each other what they are, and of times without a document for whom that is so', () => {
  const uncovered = [{ since: '2018-08-01T00:00:30.000000Z', until: '2018-08-19T00:00:30.000000Z', isOfOne: false, tlp: 'GREEN' as const }];
  const html = page(
    ALL,
    journey({
      conflicts: [{ ...conflict('a', 'b'), kind: 'moved-on' }],
      custody: { holdings: [], moreHoldings: 0, uncovered, moreUncovered: 3 },
    }),
  );
  expect(html).not.toContain('moved-on');
  expect(html.split('puts it into something else, while it is recorded as inside')).toHaveLength(3);
  expect(
    html.split('No document covers 2018-08-01T00:01Z to 2018-08-19T00:00Z: none that you may see and that nobody disputes.'),
  ).toHaveLength(3);
  expect(html).toContain('3 more below');
});

test('a leg begins no earlier than it is proved, and what ships did stands there as in words', () => {
  const from = '2018-10-01T00:31:40.000000Z';
  const html = page(ALL, journey({ legs: [{ ...LEG, from }], vessels: [], moreVessels: 2 }));
  expect(html).toContain('<h3>What ships did by their tracks</h3><ul><li>2 more ships.</li></ul>');
  expect(html).toContain('from 2018-10-01T00:32Z, confirmed until');
  expect(html).not.toContain('00:31Z, confirmed');
});
