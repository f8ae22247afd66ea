/** What is shown of evidence, by its type: lines, rows, an image; of anything else that it is to be downloaded. */
import { markup, type Html } from '#lib/contracts';
import type { Locator } from '#lib/domain';
import { imageSizeOf, type EvidenceStore, type MediaType } from '#lib/evidence';
import { lineSplitter, readWindow, rowSplitter, type Shown, type Wanted } from './window.ts';

export interface Rendering {
  readonly content: Html;
  readonly notes: readonly string[];
  readonly hasImage: boolean;
}

export interface Subject {
  readonly sha256: string;
  readonly bytes: number;
  readonly type: MediaType;
  readonly head: Uint8Array;
}

/** A browser holds four bytes for each, whatever the file has: what says that it is larger is not unpacked by anybody. */
const IMAGE_PIXELS_MAX = 40_000_000;
const IMAGE_BYTES_MAX = 64 * 1024 * 1024;

/** `null`: the bytes went away meanwhile. */
export async function renderingOf(store: EvidenceStore, subject: Subject, locator: Locator | undefined): Promise<Rendering | null> {
  const { sha256, type } = subject;
  if (type.startsWith('image/')) return image(subject, locator);
  if (type !== 'text/plain' && type !== 'text/csv') return onlyDownloaded(`It is ${type}, which is not shown here: download it.`);
  const stream = await store.open(sha256);
  if (stream === null) return null;
  try {
    const isTable = locator?.kind === 'row' || (locator?.kind !== 'line' && type === 'text/csv');
    return isTable
      ? rows(await readWindow(stream, rowSplitter(), placeOf(locator, 'row')), locator)
      : lines(await readWindow(stream, lineSplitter(), placeOf(locator, 'line')), locator);
  } finally {
    stream.destroy();
  }
}

const onlyDownloaded = (note: string): Rendering => ({ content: markup``, notes: [note], hasImage: false });

const placeOf = (locator: Locator | undefined, kind: 'line' | 'row'): Wanted | undefined =>
  locator?.kind === kind ? { from: locator.from, to: locator.to } : undefined;

function lines(shown: Shown<string>, locator: Locator | undefined): Rendering {
  const body = shown.parts.map(({ number, part, isCited }) =>
    isCited
      ? markup`<tr class="cited" id="line-${number}"><th scope="row">${number}</th><td><mark>${part}</mark></td></tr>`
      : markup`<tr><th scope="row">${number}</th><td>${part}</td></tr>`,
  );
  const content = markup`<div class="frame"><table class="lines"><tbody>${body}</tbody></table></div>`;
  return { content, notes: notesOf(shown, locator, 'line'), hasImage: false };
}

function rows(shown: Shown<readonly string[]>, locator: Locator | undefined): Rendering {
  const body = shown.parts.map(({ number, part, isCited }) => {
    const cells = part.map((cell) => (isCited ? markup`<td><mark>${cell}</mark></td>` : markup`<td>${cell}</td>`));
    return isCited
      ? markup`<tr class="cited" id="row-${number}"><th scope="row">${number}</th>${cells}</tr>`
      : markup`<tr><th scope="row">${number}</th>${cells}</tr>`;
  });
  const content = markup`<div class="frame"><table class="rows"><tbody>${body}</tbody></table></div>`;
  return { content, notes: notesOf(shown, locator, 'row'), hasImage: false };
}

function notesOf({ parts, more, isBeyond }: Shown<unknown>, locator: Locator | undefined, kind: 'line' | 'row'): string[] {
  const isFound = parts.some(({ isCited }) => isCited);
  const beyond = isBeyond && !isFound ? [`The file ends, or is read here, before the cited ${kind}: it is not shown.`] : [];
  const other =
    locator !== undefined && locator.kind !== kind
      ? [`A ${locator.kind} cannot be marked in this file: it is shown from its beginning.`]
      : [];
  return [...beyond, ...other, ...(more ? [`Only a part is shown: the file has more ${kind}s.`] : [])];
}

/**
 * The very file, drawn by the browser as an image and never as a document: what it says in other languages is not read. It stands in a drawing
 * of ours, whose units are its pixels, so that the region needs no style of its own.
 */
function image({ sha256, bytes, type, head }: Subject, locator: Locator | undefined): Rendering {
  const size = imageSizeOf(head, type);
  if (size === undefined) return onlyDownloaded('Its size cannot be read from its beginning, so it is not shown here: download it.');
  const { width, height } = size;
  if (width * height > IMAGE_PIXELS_MAX || bytes > IMAGE_BYTES_MAX)
    return onlyDownloaded(`It says that it has ${width} by ${height} pixels, in ${bytes} bytes: that is not shown here. Download it.`);
  const region = locator?.kind === 'region' ? locator : undefined;
  const pen = Math.max(2, Math.round(Math.max(width, height) / 300));
  const mark = region === undefined ? markup`` : regionMark(region, pen);
  const outside = region !== undefined && (region.x >= width || region.y >= height);
  const drawn = markup`<image href="../${sha256}" width="${width}" height="${height}"/>`;
  return {
    content: markup`<svg role="img" aria-label="The image" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${drawn}${mark}</svg>`,
    notes: [
      ...(outside ? ['The cited region lies outside of the image.'] : []),
      ...(locator !== undefined && region === undefined ? [`A ${locator.kind} cannot be marked in an image.`] : []),
    ],
    hasImage: true,
  };
}

const regionMark = ({ x, y, width, height }: Extract<Locator, { kind: 'region' }>, pen: number): Html =>
  markup`<rect id="region" x="${x}" y="${y}" width="${width}" height="${height}" fill="#ffd54f" fill-opacity="0.25" stroke="#b26a00" stroke-width="${pen}"/>`;
