/** Pages that are made from code are committed; `UPDATE_DOCS=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.ts';
import { openApiDocument } from './openapi.ts';
import { errorsPage } from './problem.ts';

const asText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

describe('a committed page', () => {
  it.each([
    ['docs/errors.md', errorsPage()],
    ['docs/openapi.json', asText(openApiDocument())],
    ['docs/asyncapi.json', asText(asyncApiDocument())],
  ])('%s is what the code makes today', (path, made) => {
    const file = new URL(`../../../${path}`, import.meta.url);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, made);
    expect(readFileSync(file, 'utf8')).toBe(made);
    expect(made).not.toBe('');
  });
});
