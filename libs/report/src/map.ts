/**
 * A journey on maps: places by their coordinates, lines along tracks. Places too near to each other for the map of all of them have one of their own. No
 * coastline: we ship none, and what is drawn is what records say.
 */
import { markup, type Html } from '#lib/contracts';
import { flat, frameAround, graticuleOf, isOn, projectionOf, within, type Flat, type Frame, type Projection } from './frames.ts';
import {
  ASCENT_PX,
  DESCENT_PX,
  everMeet,
  HEIGHT_RATIO,
  isInside,
  isPlain,
  labelAt,
  widthOf,
  type Anchored,
  type Label,
} from './labels-apart.ts';
import type { Line, LonLat } from './lines.ts';
import type { MapPlace, MapPlaces } from './places.ts';
import { SYMBOL_PX } from './symbols.ts';

/** Maps of a part, beside that of all. */
const LETTERS = ['A', 'B', 'C'] as const;
/** Units of a drawing's lines, across. */
const UNITS = 2_000;
/** A degree of latitude, in metres: for how far around a point something may have been. */
const DEGREE_METRES = 111_195;

/** A map: of all, or of a part that one of the others has too little room for. */
interface Sheet {
  readonly letter: string;
  readonly frame: Frame;
  readonly parts: Sheet[];
}

interface Mark extends Anchored {
  readonly places: readonly MapPlace[];
}

/** A sentence where nothing has coordinates. */
export function maps({ places, morePlaces }: MapPlaces, lines: readonly Line[]): Html {
  const points = [...places.map(({ lon, lat }): LonLat => [lon, lat]), ...lines.flatMap((line) => line.points)];
  if (points.length === 0) return markup`<p>No record that is drawn gives coordinates: there is no map.</p>`;
  const projection = projectionOf(points);
  const drawing = { projection, places, lines };
  const sheets = sheetsOf(drawing, frameAround(points.map((point) => flat(projection, point))));
  return markup`<div class="maps">
${sheets.map((sheet) => figure(sheet, drawing))}
</div>
<p class="small">Places by their coordinates alone; no coastline is drawn. A line leads from one position of a track to the next, never through a silence of twelve hours or more, and never between two records. Marks that would cover each other are drawn as one.${morePlaces === 0 ? '' : ` ${morePlaces} more places are not drawn.`}</p>`;
}

interface Drawing {
  readonly projection: Projection;
  readonly places: readonly MapPlace[];
  readonly lines: readonly Line[];
}

/** The whole first. Where several places lie too near to each other they have a map of their own, those of most places first. */
function sheetsOf({ projection, places }: Drawing, whole: Frame): readonly Sheet[] {
  const sheets: Sheet[] = [{ letter: '', frame: whole, parts: [] }];
  for (const sheet of sheets) {
    const crowded = marksOf(places, projection, sheet.frame)
      .map((mark) => mark.places)
      .filter((near) => near.length > 1)
      .sort((a, b) => b.length - a.length);
    for (const near of crowded) {
      const frame = frameAround(near.map(({ lon, lat }) => flat(projection, [lon, lat])));
      const letter = LETTERS[sheets.length - 1];
      // One that shows little less than this one would show no more of it.
      if (letter === undefined || frame.width > sheet.frame.width * 0.7) continue;
      const part: Sheet = { letter, frame, parts: [] };
      sheet.parts.push(part);
      sheets.push(part);
    }
  }
  return sheets;
}

/** Those on the map, each a mark; those that would ever cover each other one together, in the middle between them. */
function marksOf(places: readonly MapPlace[], projection: Projection, frame: Frame): readonly Mark[] {
  let marks = places.flatMap((place): Mark[] => {
    const at = within(frame, flat(projection, [place.lon, place.lat]));
    return isOn(at) ? [markOf([place], at)] : [];
  });
  for (let joined = joinFirst(marks); joined !== undefined; joined = joinFirst(marks)) marks = joined;
  return marks;
}

function joinFirst(marks: readonly Mark[]): Mark[] | undefined {
  for (const [n, mark] of marks.entries()) {
    const other = marks.slice(n + 1).find((each) => everMeet(mark, each));
    if (other === undefined) continue;
    const [a, b] = [mark.places.length, other.places.length];
    const at = { x: (mark.x * a + other.x * b) / (a + b), y: (mark.y * a + other.y * b) / (a + b) };
    const places = [...mark.places, ...other.places].sort((one, two) => one.number - two.number);
    return marks.flatMap((each) => (each === mark ? [markOf(places, at)] : each === other ? [] : [each]));
  }
  return undefined;
}

const sortsOf = ({ places }: Pick<Mark, 'places'>) => [...new Set(places.flatMap(({ sorts }) => sorts))];
const isLast = ({ places }: Pick<Mark, 'places'>): boolean => places.some((place) => place.isLast);
const isAgainst = ({ places }: Pick<Mark, 'places'>): boolean => places.some(({ isContradicted }) => isContradicted);

/** Its symbols stand side by side; that others speak against it stands above their end, that nothing is known from here on behind them. */
function markOf(places: readonly MapPlace[], { x, y }: Flat): Mark {
  const half = halfOf({ places });
  const right = half + (isLast({ places }) ? SYMBOL_PX : isAgainst({ places }) ? 5 : 0);
  return { places, x, y, left: -half, top: isAgainst({ places }) ? -12 : -7, right, bottom: 7 };
}
const halfOf = (mark: Pick<Mark, 'places'>): number => (sortsOf(mark).length * (SYMBOL_PX + 1)) / 2;

function figure({ letter, frame, parts }: Sheet, { projection, places, lines }: Drawing): Html {
  const title = letter === '' ? 'Map' : `Map ${letter}`;
  const inParts = (place: MapPlace): boolean => parts.some((part) => isOn(within(part.frame, flat(projection, [place.lon, place.lat]))));
  const marks = marksOf(
    places.filter((place) => !inParts(place)),
    projection,
    frame,
  );
  const frames = parts.map((part) => partBox(part, frame));
  const taken: Anchored[] = [...marks, ...frames];
  const texts: Label[] = [];
  const put = (label: Label | undefined): void => {
    if (label === undefined) return;
    taken.push(label);
    texts.push(label);
  };
  for (const box of frames) put(box.labels.find((label) => isInside(label) && !taken.some((other) => everMeet(label, other))));
  for (const mark of marks) put(labelAt(mark, labelTexts(mark), taken));
  const grid = graticuleOf(projection, frame);
  for (const label of gridLabels(grid)) if (isInside(label) && !taken.some((other) => everMeet(label, other))) put(label);
  const name = `${title}: ${marks
    .flatMap((mark) => mark.places)
    .map(({ number, place }) => `${number} ${place}`)
    .join('; ')}`;
  return markup`<figure><figcaption>${title}</figcaption>
<svg class="map" role="img" aria-label="${name}" width="100%">
<svg class="lines" width="100%" height="100%" viewBox="0 0 ${UNITS} ${UNITS * HEIGHT_RATIO}" preserveAspectRatio="none">
${grid.meridians.map(({ at }) => markup`<path class="grid" d="M${units(at)} 0V${UNITS * HEIGHT_RATIO}"/>`)}
${grid.parallels.map(({ at }) => markup`<path class="grid" d="M0 ${units(at * HEIGHT_RATIO)}H${UNITS}"/>`)}
${marks.flatMap((mark) => mark.places).map((place) => aroundOf(place, frame, projection))}
${lines.map((line) => wayOf(line, frame, projection))}
${frames.map(({ box }) => box)}
</svg>
${marks.map(symbolsOf)}
${texts.map(textOf)}
</svg></figure>`;
}

interface PartBox extends Anchored {
  readonly box: Html;
  /** Above it and below. */
  readonly labels: readonly Label[];
}

/** The frame of a part's map, in that of the whole. */
function partBox({ frame: { left, top, width }, letter }: Sheet, whole: Frame): PartBox {
  const from = within(whole, { x: left, y: top });
  const to = within(whole, { x: left + width, y: top + width * HEIGHT_RATIO });
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const box = markup`<rect class="part" x="${units(from.x)}" y="${units(from.y * HEIGHT_RATIO)}" width="${units(to.x - from.x)}" height="${units((to.y - from.y) * HEIGHT_RATIO)}"/>`;
  const height = ASCENT_PX + DESCENT_PX;
  const label = (at: Flat, top: number): Label => {
    const text = `map ${letter}`;
    return { text, ...at, left: 0, top, right: widthOf(text), bottom: top + height };
  };
  const labels = [label(from, -height - 2), label({ x: from.x, y: to.y }, 2)];
  return { box, labels, x, y, left: 0, top: 0, right: 0, bottom: 0 };
}

function labelTexts(mark: Mark): string[] {
  const numbers = mark.places.map(({ number }) => number).join(', ');
  const names = [...new Set(mark.places.map(({ name }) => name))];
  const [first = ''] = names;
  return [`${numbers} ${first}${names.length === 1 ? '' : ' …'}`, numbers, String(mark.places[0]?.number ?? '')];
}

/** At the left side and at the lower one. */
function gridLabels({ meridians, parallels }: ReturnType<typeof graticuleOf>): Label[] {
  const height = ASCENT_PX + DESCENT_PX;
  return [
    ...parallels.map(({ at, text }): Label => ({ text, x: 0, y: at, left: 3, top: -height - 1, right: 3 + widthOf(text), bottom: -1 })),
    ...meridians.map(({ at, text }): Label => ({ text, x: at, y: 1, left: 3, top: -height - 2, right: 3 + widthOf(text), bottom: -2 })),
  ];
}

const units = (fraction: number): string => Number((fraction * UNITS).toFixed(1)).toString();
const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))}%`;

function symbolsOf(mark: Mark): Html {
  const [x, y, half] = [percent(mark.x), percent(mark.y), halfOf(mark)];
  const symbol = (name: string, right: number, down = 0): Html =>
    markup`<use href="#s-${name}" x="${x}" y="${y}" transform="translate(${right} ${down})"/>`;
  return markup`<g class="symbols">${[
    ...sortsOf(mark).map((name, at) => symbol(name, (at + 0.5) * (SYMBOL_PX + 1) - half)),
    ...(isAgainst(mark) ? [symbol('against', half, -7)] : []),
    ...(isLast(mark) ? [symbol('end', half)] : []),
  ]}</g>`;
}

function textOf({ text, x, y, left, top, right }: Label): Html {
  const length = isPlain(text) ? markup`` : markup` textLength="${right - left}" lengthAdjust="spacingAndGlyphs"`;
  return markup`<text x="${percent(x)}" y="${percent(y)}" dx="${left}" dy="${top + ASCENT_PX}"${length}>${text}</text>`;
}

/** How far from its point a place may be; of what places nothing there is none. */
function aroundOf({ lon, lat, radiusMetres }: MapPlace, frame: Frame, projection: Projection): Html {
  if (radiusMetres === undefined) return markup``;
  const { x, y } = within(frame, flat(projection, [lon, lat]));
  return markup`<circle class="around" cx="${units(x)}" cy="${units(y * HEIGHT_RATIO)}" r="${units(radiusMetres / DEGREE_METRES / frame.width)}"/>`;
}

/** What lies beyond one side of the drawing is left out, and points that it cannot tell apart are one. */
function wayOf({ leg, points }: Line, frame: Frame, projection: Projection): Html {
  const half = (180 * projection.stretch) / frame.width;
  let [path, before, isOpen]: [string, Flat | undefined, boolean] = ['', undefined, false];
  for (const point of points) {
    const at = within(frame, flat(projection, point));
    const isDrawn: boolean = before !== undefined && Math.abs(at.x - before.x) <= half && mayMeet(before, at);
    if (before !== undefined && isDrawn) {
      const [from, to] = [unitsOf(before), unitsOf(at)];
      // Of a track that does not move on the map a dot.
      path += `${isOpen ? '' : `M${from}h.1`}${from === to ? '' : `L${to}`}`;
    }
    [before, isOpen] = [at, isDrawn];
  }
  return path === '' ? markup`` : markup`<path class="way ${leg === null ? 'observed' : 'inferred'}" d="${path}"/>`;
}

const unitsOf = ({ x, y }: Flat): string => `${units(x)} ${units(y * HEIGHT_RATIO)}`;

/** They are not both beyond one side of the drawing. */
const mayMeet = (a: Flat, b: Flat): boolean =>
  Math.max(a.x, b.x) >= 0 && Math.min(a.x, b.x) <= 1 && Math.max(a.y, b.y) >= 0 && Math.min(a.y, b.y) <= 1;
