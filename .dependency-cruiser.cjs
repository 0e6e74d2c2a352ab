/** The import rules that docs/architecture.md explains. */
const NODE_SIDE = '(server|bridge|client)';

/** Workspace → the workspaces that it may import. The server and the bridge meet only on the wire. */
const ARROWS = {
  protocol: [],
  kit: ['protocol'],
  server: ['protocol', 'kit'],
  bridge: ['protocol', 'kit'],
  client: ['protocol'],
  test: ['protocol'],
};

const arrows = Object.entries(ARROWS).map(([from, allowed]) => ({
  name: `${from}-imports-${allowed.length ? `only-${allowed.join('-and-')}` : 'no-workspace'}`,
  severity: 'error',
  // A bench may measure a part of the product alone, in a process that imports it.
  from: { path: `^${from}/src/`, pathNot: '^test/src/bench/.+Process\\.ts$' },
  to: {
    path: `^(${Object.keys(ARROWS).join('|')}|scripts)/`,
    pathNot: `^(${[`${from}/`, ...allowed.map((name) => `${name}/(src|dist)/index\\.`)].join('|')})`,
  },
}));

/** Wing of the bridge → the wings that it may import; the files beside them join them. Tests may reach further. */
const BRIDGE_WINGS = {
  runtime: [],
  media: ['runtime'],
  hub: ['media', 'runtime'],
  servers: ['hub', 'media', 'runtime'],
  pull: ['hub', 'media', 'runtime'],
  sfu: ['hub', 'media', 'runtime'],
  egress: ['hub', 'media', 'runtime'],
  recorder: ['hub', 'media', 'runtime'],
  program: ['egress', 'hub', 'media', 'runtime'],
  jobs: ['egress', 'hub', 'runtime'],
};

const wings = Object.entries(BRIDGE_WINGS).map(([from, allowed]) => ({
  name: `bridge-${from}-imports-${allowed.length ? `only-${allowed.join('-and-')}` : 'no-wing'}`,
  severity: 'error',
  from: { path: `^bridge/src/${from}/`, pathNot: ['\\.test\\.ts$', '/testing/'] },
  to: { path: '^bridge/src/', pathNot: `^bridge/src/(${[from, ...allowed].join('|')})/` },
}));

/** Only `places` may import the package, so that replacing it touches one folder. */
function onlyIn(name, modules, places, extra = {}) {
  return {
    name,
    severity: 'error',
    from: { path: '^(protocol|kit|server|bridge|client|test)/', pathNot: places },
    to: { path: modules, ...extra },
  };
}

module.exports = {
  forbidden: [
    ...arrows,
    ...wings,
    {
      name: 'no-cycles',
      comment: 'type-only imports do not count: two classes of a folder may name each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'across-folders-only-the-index-or-contract',
      severity: 'error',
      from: { path: `^${NODE_SIDE}/src/([^/]+)/` },
      to: { path: '^$1/src/[^/]+/.+\\.tsx?$', pathNot: ['^$1/src/$2/', '/(index|contract)\\.tsx?$'] },
    },
    {
      name: 'root-files-import-a-folders-index-or-contract',
      severity: 'error',
      from: { path: `^${NODE_SIDE}/src/[^/]+$` },
      to: { path: '^$1/src/[^/]+/.+\\.tsx?$', pathNot: '/(index|contract)\\.tsx?$' },
    },
    {
      name: 'folders-of-a-wing-import-each-others-index',
      comment: 'program/encoder, hub/gate, egress/rtmp, media/formats, ...: each folder inside a wing has its own index',
      severity: 'error',
      from: { path: '^(bridge/src/(?:servers|sfu|program|hub|media|runtime|egress)|server/src/api)/([^/]+)/' },
      to: { path: '^$1/[^/]+/.+\\.tsx?$', pathNot: ['^$1/$2/', '/(index|contract)\\.tsx?$'] },
    },
    {
      name: 'files-of-a-wing-import-a-folders-index',
      severity: 'error',
      from: { path: '^(bridge/src/(?:servers|sfu|program|hub|media|runtime|egress))/[^/]+$' },
      to: { path: '^$1/[^/]+/.+\\.tsx?$', pathNot: '/(index|contract)\\.tsx?$' },
    },
    {
      name: 'kinds-import-each-others-index',
      comment: 'servers/http/flv, media/protocols/srt, media/formats/mpegts, ...',
      severity: 'error',
      from: { path: '^(bridge/src/(?:servers/http|media/protocols|media/formats))/([^/]+)/' },
      to: { path: '^$1/[^/]+/.+\\.tsx?$', pathNot: ['^$1/$2/', '/(index|contract)\\.tsx?$'] },
    },
    {
      name: 'features-never-import-features',
      severity: 'error',
      from: { path: '^client/src/features/([^/]+)/' },
      to: { path: '^client/src/features/', pathNot: '^client/src/features/$1/' },
    },
    {
      name: 'session-has-no-react',
      severity: 'error',
      from: { path: '^client/src/session/' },
      to: { path: 'node_modules/(react|react-dom|zustand)/|^client/src/(features|ui)/' },
    },
    {
      name: 'state-does-not-know-the-screen',
      severity: 'error',
      from: { path: '^client/src/state/' },
      to: { path: '^client/src/(features|ui)/' },
    },
    { name: 'ui-is-dumb', severity: 'error', from: { path: '^client/src/ui/' }, to: { path: '^client/src/(session|state|features)/' } },
    onlyIn('mediasoup-only-in-the-sfu', 'node_modules/mediasoup/', '^server/src/sfu/', { dependencyTypesNot: ['type-only'] }),
    onlyIn('mediasoup-client-only-in-the-session', 'node_modules/mediasoup-client/', '^(client/src/session/|test/)', {
      dependencyTypesNot: ['type-only'],
    }),
    onlyIn('processes-start-in-one-place', '^(node:)?child_process$', [
      '^(bridge/src/media/ffmpeg/startProcess|server/src/supervisor/|test/)',
      '/testing/|\\.test\\.tsx?$',
    ]),
    {
      name: 'product-code-does-not-import-tests',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { path: '\\.test\\.tsx?$' },
    },
    { name: 'imports-exist', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'browser', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'metadata' },
  },
};
