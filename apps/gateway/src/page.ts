/** Where a page of stored events ends: at its number of results, or before one whose document would make the answer too large. */

/**
 * Documents of one page, in bytes as stored: eight of the largest, and about 5,000 of the usual. An answer tells each about three times over
 * (as submitted, in words, indexed), and is held in memory with what the page refers to.
 */
export const PAGE_CONTENT_BYTES_MAX = 8 * 1024 * 1024;

/**
 * @param rows at most one more than `limit`, at most one beyond the bytes: the statements of libs/store read no further
 * @returns the rows that are shown, at least one where there is one, and whether there are more
 */
export function pageOf<Row extends { readonly content: Uint8Array }>(
  rows: readonly Row[],
  limit: number,
  bytesMax = PAGE_CONTENT_BYTES_MAX,
): { readonly shown: readonly Row[]; readonly more: boolean } {
  let bytes = 0;
  let count = 0;
  for (const { content } of rows.slice(0, limit)) {
    bytes += content.length;
    if (bytes > bytesMax && count > 0) break;
    count++;
  }
  // Behind a first document that is too large by itself nothing was read: there may be more.
  return { shown: rows.slice(0, count), more: rows.length > count || bytes > bytesMax };
}
