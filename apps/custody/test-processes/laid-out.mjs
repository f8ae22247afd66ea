/**
 * How a page is laid out, as a browser has it: what of its text overlaps, is cut, or can be seen without scrolling. Sent to the page as text, and run there.
 */

/** Every text with the boxes of its lines. */
function textBoxes() {
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const of = node.parentElement;
    const text = (node.textContent ?? '').trim();
    if (text === '' || of.closest('style,title,defs') !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects())
      if (right - left > 0 && bottom - top > 0) boxes.push({ text: text.slice(0, 40), of, left, right, top, bottom });
  }
  return boxes;
}

/** A line's box has room above and below its letters, which the next one may share. */
const SHARE = 0.3;

const covers = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SHARE * Math.min(a.bottom - a.top, b.bottom - b.top);

/** Pairs of texts that cover each other, and texts of a map that a mark covers. */
function overlapsOf(boxes) {
  const overlaps = [];
  for (const [n, a] of boxes.entries())
    for (const b of boxes.slice(n + 1)) if (a.of !== b.of && covers(a, b)) overlaps.push(`${a.text} | ${b.text}`);
  for (const map of document.querySelectorAll('svg.map')) {
    const texts = boxes.filter(({ of }) => map.contains(of));
    for (const mark of map.querySelectorAll('use')) {
      const box = mark.getBoundingClientRect();
      for (const text of texts) if (covers(text, box)) overlaps.push(`${text.text} | ${mark.getAttribute('href')}`);
    }
  }
  return overlaps;
}

/** Texts beyond the sides of the drawing or the page that they stand in, and boxes whose content is wider than they are. */
function cutOf(boxes) {
  const cut = [];
  for (const { text, of, left, right, top, bottom } of boxes) {
    const drawing = of.closest('svg.map') ?? of.closest('svg');
    const within = (drawing ?? document.documentElement).getBoundingClientRect();
    if (left < within.left - 1 || right > within.right + 1) cut.push(text);
    else if (drawing !== null && (top < within.top - 1 || bottom > within.bottom + 3)) cut.push(text);
  }
  for (const box of [document.documentElement, ...document.querySelectorAll('body, body *:not(svg):not(svg *)')])
    if (box.clientWidth > 0 && box.scrollWidth > box.clientWidth) cut.push(`${box.tagName} ${box.scrollWidth} > ${box.clientWidth}`);
  return cut;
}

function layout() {
  const boxes = textBoxes();
  return { overlaps: overlapsOf(boxes), cut: cutOf(boxes), texts: boxes.length };
}

/** What is seen before anybody scrolls: of each text the letters that are on the screen as a whole. */
function firstScreen() {
  const seen = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest('style,title') !== null) continue;
    const text = node.textContent ?? '';
    const range = document.createRange();
    let line = '';
    for (let at = 0; at < text.length; at++) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { bottom, right, left, width } = range.getBoundingClientRect();
      if (width > 0 && bottom <= innerHeight && right <= innerWidth && left >= 0) line += text[at];
    }
    seen.push(line);
  }
  return seen.join('');
}

/** Blocks of text, each as it is read: what a print has to hold. */
const blocks = () =>
  [...document.querySelectorAll('h1, h2, h3, dt, dd, li, td, th, figcaption, main p')]
    .filter((block) => block.querySelector('td, th, li, p, svg.axis, dt') === null)
    .map((block) => block.innerText);
