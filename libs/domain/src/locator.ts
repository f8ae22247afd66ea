/** Where in evidence something stands: the text of a locator, read. What it names is for whoever shows the evidence to find. */

/** Lines and rows count from 1, both ends included; a region is in pixels of the image or of the page. */
export type Locator =
  | { readonly kind: 'line' | 'row'; readonly from: number; readonly to: number }
  | { readonly kind: 'page'; readonly page: number }
  | {
      readonly kind: 'region';
      readonly page: number | undefined;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };

/** No document has more; a number beyond would be no number any more. */
const POSITION_MAX = 1_000_000_000_000;
const SPAN = /^(line|row|page):([1-9]\d{0,12})(?:-([1-9]\d{0,12}))?$/;
const REGION = /^region:((?:(?:page|x|y|w|h)=\d{1,9}(?:\.\d{1,6})?(?:,|$)){4,5})$/;

/**
 * `line:5`, `line:5-7`, `row:14`, `page:2`, `region:page=2,x=10,y=10,w=50,h=20`. `undefined` for any other text: an author may write what he
 * likes, and is then quoted instead of followed.
 */
export function parseLocator(text: string): Locator | undefined {
  const span = SPAN.exec(text);
  if (span === null) return parseRegion(text);
  const [, kind, first, last = first] = span;
  const [from, to] = [Number(first), Number(last)];
  if (from > to || to > POSITION_MAX) return undefined;
  if (kind === 'page') return from === to ? { kind, page: from } : undefined;
  return { kind: kind as 'line' | 'row', from, to };
}

function parseRegion(text: string): Locator | undefined {
  const members = REGION.exec(text)?.[1]
    ?.split(',')
    .map((member) => member.split('=') as [string, string]);
  const named = new Map(members);
  if (members === undefined || named.size !== members.length) return undefined;
  const numbers = ['x', 'y', 'w', 'h'].map((name) => (named.has(name) ? Number(named.get(name)) : undefined));
  const [x, y, width, height] = numbers;
  if (x === undefined || y === undefined || width === undefined || height === undefined || width === 0 || height === 0) return undefined;
  const page = named.get('page');
  return { kind: 'region', page: page === undefined ? undefined : Number(page), x, y, width, height };
}
