/** The map of the rooms: what may import what. The test beside it holds every import line against this table. */

export type Room = {
  /** Files that belong to it; the first room of the list that matches owns a file. */
  files: RegExp;
  /** Files of the project that it may import, besides its own. */
  rooms: RegExp[];
  /** Packages and Node's modules that it may import. */
  packages: RegExp[];
  /** Of these it may import types only. */
  typesOnly?: RegExp[];
};

const contract = /^contract\//;
const node = /^node:/;
/** Words that the halves of the core share: shapes, and the names of what disks do. */
const shared = /^main\/core\/(facts|link|ports|trouble)\.ts$/;
const rules = /^main\/core\/rules\//;
const commands = /^main\/core\/commands\//;
const alerts = /^main\/core\/alerts\//;
const liveagent = /^main\/core\/liveagent\//;
const store = /^main\/core\/store\//;
const sync = /^main\/core\/sync\//;
const core = /^main\/core\//;
const page = [
  /^react($|\/)/,
  /^react-dom\//,
  /^@tanstack\//,
  /^@base-ui\//,
  /^@atlaskit\//,
  /^lucide-react$/,
  /^i18next$/,
  /^@fontsource/,
];
const rendererShared = /^renderer\/(bridge|ui|strings)\//;

export const features = [
  'alerts',
  'board',
  'details',
  'outbox',
  'palette',
  'search',
  'settings',
  'signin',
] as const;

export const rooms: Record<string, Room> = {
  contract: { files: contract, rooms: [], packages: [/^zod$/, /^i18next$/] },

  // Pure: decisions without effects.
  'core/rules': { files: rules, rooms: [contract, shared], packages: [] },
  'core/commands': { files: commands, rooms: [contract, shared, rules], packages: [/^zod$/] },
  'core/alerts': { files: alerts, rooms: [contract, shared, rules, commands], packages: [/^zod$/] },

  // Effects on disk and wire.
  'core/host': { files: /^main\/core\/host\//, rooms: [shared], packages: [node] },
  'core/liveagent': { files: liveagent, rooms: [contract, shared], packages: [/^zod$/] },
  'core/store': {
    files: store,
    rooms: [contract, shared, commands, alerts, sync],
    packages: [node, /^better-sqlite3$/, /^zod$/],
  },

  // Reducers, and the engine that performs what they decide.
  'core/sync engine': {
    files: /^main\/core\/sync\/(engine|workspace)\.ts$/,
    rooms: [core, contract],
    packages: [node],
  },
  'core/sync': {
    files: sync,
    rooms: [contract, shared, rules, commands, liveagent, store],
    packages: [],
    typesOnly: [store],
  },

  core: { files: core, rooms: [contract, core], packages: [node, /^zod$/] },
  'shell/electron': { files: /^main\/shell\/electron\.ts$/, rooms: [], packages: [/^electron$/] },
  shell: {
    files: /^main\/shell\//,
    rooms: [contract, /^main\/core\/ports\.ts$/],
    packages: [node, /^zod$/, /^electron-(store|log\/node)$/],
    typesOnly: [core],
  },
  main: { files: /^main\//, rooms: [contract, core, /^main\/shell\//], packages: [node] },
  preload: { files: /^preload\//, rooms: [contract], packages: [/^electron$/], typesOnly: [contract] },

  'renderer/bridge': { files: /^renderer\/bridge\//, rooms: [contract, rendererShared], packages: page },
  'renderer/ui': { files: /^renderer\/(ui|strings)\//, rooms: [contract, rendererShared], packages: page },
  ...Object.fromEntries(
    features.map((name): [string, Room] => [
      `renderer/${name}`,
      { files: new RegExp(`^renderer/${name}/`), rooms: [contract, rendererShared], packages: page },
    ]),
  ),
  // Shows the renderer alone, while it is being worked on.
  'renderer/dev': { files: /^renderer\/dev\//, rooms: [contract, /^renderer\//], packages: [/./] },
  renderer: { files: /^renderer\//, rooms: [contract, /^renderer\//], packages: page },

  server: {
    files: /^server\//,
    rooms: [/^contract\/(cases\.ts|manual-mode-cases\.json)$/],
    packages: [node, /^fastify$/, /^ws$/, /^better-sqlite3$/, /^zod$/],
  },
  'e2e/host': {
    files: /^e2e\/host\//,
    rooms: [/^main\/shell\/electron\.ts$/],
    packages: [node, /^dbus-next$/, /^electron$/],
    typesOnly: [/^main\//],
  },
  e2e: { files: /^e2e\//, rooms: [/./], packages: [/./] },
  scripts: {
    files: /^scripts\//,
    rooms: [/^e2e\/host\/find-chromium\.ts$/],
    packages: [node, /^@electron\//, /^electron-builder$/],
  },
};

/** Of the contract a page takes types and plain words; its parsers (and zod) stay in main. */
const pageTakesTypes = { from: /^(renderer|preload)\//, of: /^contract\/(ipc|model|cases)\.ts$/ };

export type SourceFile = { path: string; text: string };
type ImportLine = { target: string; typeOnly: boolean };

/** Every import, re-export and dynamic import of a file. */
export function importsOf(text: string): ImportLine[] {
  // Prettier forms only: the formatter runs first.
  const pattern =
    /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;
  return [...text.matchAll(pattern)].map(([line, type, target, dynamic]) => ({
    target: target ?? dynamic ?? '',
    typeOnly:
      (type !== undefined && line.startsWith('import')) || (type !== undefined && line.startsWith('export')),
  }));
}

function resolveImport(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const step of target.split('?')[0]?.split('/') ?? []) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

const isTest = (path: string): boolean => /\.(test|spec|fixture|testing)\.tsx?$/.test(path);
const some = (patterns: readonly RegExp[], text: string): boolean =>
  patterns.some((pattern) => pattern.test(text));

/** One sentence per import that crosses a wall. */
export function violationsOf(file: SourceFile): string[] {
  const owner = Object.entries(rooms).find(([, room]) => room.files.test(file.path));
  if (!owner) return [`${file.path} is in no room`];
  const [name, room] = owner;
  const complaints: string[] = [];
  for (const { target, typeOnly } of importsOf(file.text)) {
    if (!target.startsWith('.')) {
      // Tests may use any package; what the product may use is the room's.
      if (!isTest(file.path) && !some(room.packages, target))
        complaints.push(`${file.path} (${name}) imports ${target}`);
      continue;
    }
    const path = resolveImport(file.path, target);
    if (!room.files.test(path) && !some(room.rooms, path)) {
      complaints.push(`${file.path} (${name}) imports ${path}`);
    } else if (
      !typeOnly &&
      !room.files.test(path) &&
      !isTest(file.path) &&
      some(room.typesOnly ?? [], path)
    ) {
      complaints.push(`${file.path} (${name}) imports more than types of ${path}`);
    } else if (
      !typeOnly &&
      pageTakesTypes.from.test(file.path) &&
      pageTakesTypes.of.test(path) &&
      !isTest(file.path)
    ) {
      complaints.push(`${file.path} (${name}) imports more than types of ${path}`);
    }
  }
  return complaints;
}
