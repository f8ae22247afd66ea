// Writes the pages and documents under docs that are made from code (`npm run generate`); suites fail when one is stale.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asyncApiDocument, errorsPage, openApiDocument } from '#lib/contracts';
import { configReference } from '#lib/runtime';

const json = (document) => `${JSON.stringify(document, null, 2)}\n`;

const PAGES = {
  'asyncapi.json': json(asyncApiDocument()),
  'configuration.md': configReference(),
  'errors.md': errorsPage(),
  'openapi.json': json(openApiDocument()),
};

for (const [name, text] of Object.entries(PAGES)) writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
