/** The API's own pages: OpenAPI, AsyncAPI, schemas, error codes, and a reader for them that needs no network. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { asyncApiDocument, isErrorCode, openApiDocument, problemPage, schemaOf } from '#lib/contracts';
import { KINDS } from '#lib/domain';
import { DomainError } from '#lib/runtime';

/** Nothing but what this server itself serves; the API page may call this server only. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";
const PLAIN_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'";

/** The only files of the package that are served, and as what. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Custody Ledger API</title>
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="/docs/api/swagger-ui-bundle.js"></script>
<script src="/docs/api/start.js"></script>
</body>
</html>
`;

@Controller()
export class ReferenceController {
  readonly #folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  readonly #openApi = JSON.stringify(openApiDocument());
  readonly #asyncApi = JSON.stringify(asyncApiDocument());

  @Get()
  root(@Res() reply: FastifyReply): void {
    void reply.redirect('/docs/api', 302);
  }

  @Get('docs/api')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return PAGE;
  }

  @Get('docs/api/:name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const type = name === 'start.js' ? 'text/javascript; charset=utf-8' : Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (type === undefined) throw new DomainError('not-found', 'The API page has no such part.');
    const bytes = name === 'start.js' ? START : readFileSync(join(this.#folder, name));
    void reply.type(type).header('cache-control', 'public, max-age=86400').send(bytes);
  }

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openApi(): string {
    return this.#openApi;
  }

  @Get('asyncapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  asyncApi(): string {
    return this.#asyncApi;
  }

  @Get('schemas/sighting/1/:kind')
  @Header('content-type', 'application/schema+json')
  schema(@Param('kind') kind: string): string {
    const known = KINDS.find((name) => name === kind);
    if (known === undefined) throw new DomainError('not-found', 'There is no kind of sighting of this name.');
    return JSON.stringify(schemaOf(known));
  }

  @Get('problems/:code')
  problem(@Param('code') code: string, @Res() reply: FastifyReply): void {
    if (!isErrorCode(code)) throw new DomainError('not-found', 'There is no error code of this name.');
    void reply.type('text/html; charset=utf-8').header('content-security-policy', PLAIN_POLICY).send(problemPage(code));
  }
}
