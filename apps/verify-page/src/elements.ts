/** Elements of the page. Text from a bundle is only ever a text node: it may hold anything. */

type Content = string | Node | null | undefined;

/** An element with classes and content. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  classes: string,
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (classes !== '') made.className = classes;
  for (const part of content) if (part !== null && part !== undefined) made.append(part);
  return made;
}

/** Text whose direction is its own: names in any script, quoted from a bundle. */
export function quoted(text: string, classes = ''): HTMLElement {
  const made = element('bdi', classes, text);
  made.dir = 'auto';
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A drawing that says nothing which does not stand in words beside it. @param path in a square of 24 */
export function icon(path: string): SVGSVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.setAttribute('focusable', 'false');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  drawing.append(line);
  return drawing;
}

/** Part of the page as it is delivered. */
export function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}
