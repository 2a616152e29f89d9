/** The walls stand: no import crosses them, and a planted one is caught by the compiler, the linter and this test. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from './computer.ts';
import { features, importsOf, rooms, violationsOf } from './rooms.ts';

const sources = globSync('{contract,main,preload,renderer,server,e2e,scripts}/**/*.{ts,tsx}', {
  cwd: root,
}).map((path) => path.replaceAll('\\', '/'));
const read = (path: string): { path: string; text: string } => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
});

test('import lines of every form are read', () => {
  const text = [
    "import type { A } from './a.ts';",
    "import { b, type C } from '../b.ts';",
    "import 'side-effect';",
    "export { d } from './d.ts';",
    "export type { e } from './e.ts';",
    "import {\n  f,\n  g,\n} from './f.ts';",
    "const h = await import('./h.ts');",
    "import data from './data.ts?modulePath';",
  ].join('\n');
  expect(importsOf(text)).toEqual([
    { target: './a.ts', typeOnly: true },
    { target: '../b.ts', typeOnly: false },
    { target: 'side-effect', typeOnly: false },
    { target: './d.ts', typeOnly: false },
    { target: './e.ts', typeOnly: true },
    { target: './f.ts', typeOnly: false },
    { target: './h.ts', typeOnly: false },
    { target: './data.ts?modulePath', typeOnly: false },
  ]);
});

test('no import crosses a wall', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((path) => violationsOf(read(path)))).toEqual([]);
});

test('every room of the map has files', () => {
  const empty = Object.entries(rooms).filter(([, room]) => !sources.some((path) => room.files.test(path)));
  expect(empty.map(([name]) => name)).toEqual([]);
});

test('electron is imported at its two doors only', () => {
  const importers = sources
    .filter((path) => !path.startsWith('e2e/'))
    .filter((path) => importsOf(read(path).text).some(({ target }) => target === 'electron'));
  expect(importers.toSorted()).toEqual(['main/shell/electron.ts', 'preload/index.ts']);
});

describe('planted imports are caught by this test', () => {
  test.each([
    ['contract/x.ts', "import { a } from '../main/core/ports.ts';"],
    ['contract/x.ts', "import fs from 'node:fs';"],
    ['main/core/rules/x.ts', "import { a } from '../store/open.ts';"],
    ['main/core/rules/x.ts', "import fs from 'node:fs';"],
    ['main/core/liveagent/x.ts', "import { a } from '../store/open.ts';"],
    ['main/core/sync/x.ts', "import { openCache } from '../store/open.ts';"],
    ['main/core/sync/x.ts', "import { setTimeout } from 'node:timers/promises';"],
    ['main/core/x.ts', "import { app } from 'electron';"],
    ['main/core/x.ts', "import { a } from '../shell/ipc.ts';"],
    ['main/shell/x.ts', "import { app } from 'electron';"],
    ['main/shell/x.ts', "import { createCore } from '../core/index.ts';"],
    ['preload/x.ts', "import { calls } from '../contract/ipc.ts';"],
    ['preload/x.ts', "import fs from 'node:fs';"],
    ['renderer/board/x.tsx', "import { a } from '../details/details.tsx';"],
    ['renderer/board/x.tsx', "import { a } from '../../main/core/ports.ts';"],
    ['renderer/board/x.tsx', "import { calls } from '../../contract/ipc.ts';"],
    ['renderer/ui/x.tsx', "import { a } from '../board/board.tsx';"],
    ['renderer/board/x.tsx', "import 'node:fs';"],
    ['server/x.ts', "import { calls } from '../contract/ipc.ts';"],
    ['server/x.ts', "export { a } from '../main/core/ports.ts';"],
    ['main/core/x.ts', `const server = await ${'import'}('../../server/server.ts');`],
    ['e2e/host/x.ts', "import { app } from '../../main/shell/electron.ts';"],
    ['elsewhere/x.ts', ''],
  ])('%s: %s', (path, text) => {
    expect(violationsOf({ path, text })).toHaveLength(1);
  });

  test('a feature imports no other feature, whichever two they are', () => {
    for (const from of features) {
      for (const to of features) {
        const text = `import { a } from '../${to}/x.tsx';`;
        expect(violationsOf({ path: `renderer/${from}/y.tsx`, text })).toHaveLength(from === to ? 0 : 1);
      }
    }
  });
});

const planted = mkdtempSync(join(root, 'node_modules', '.planted-'));
afterAll(() => rmSync(planted, { recursive: true }));

function run(program: string, args: string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

describe('planted uses are caught by the compiler', () => {
  test.each([
    ['contract', 'export const a = process.pid;', 'process'],
    ['contract', 'export const a = document.title;', 'document'],
    ['main/core', 'export const a = document.title;', 'document'],
    ['main/shell', 'export const a = window.name;', 'window'],
    ['main', 'export const a = document.title;', 'document'],
    ['preload', 'export const a = process.pid;', 'process'],
    ['renderer', "export { readFileSync } from 'node:fs';", 'node:fs'],
    ['renderer', 'export const a = process.pid;', 'process'],
    ['server', 'export const a = document.title;', 'document'],
    ['scripts', 'export const a = document.title;', 'document'],
  ])('%s: %s', (room, text, named) => {
    const folder = mkdtempSync(join(planted, 'types-'));
    writeFileSync(join(folder, 'planted.ts'), text);
    const config = {
      extends: join(root, room, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        composite: false,
        emitDeclarationOnly: false,
        declaration: false,
        rootDir: folder,
      },
      include: ['planted.ts'],
      references: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const output = run('typescript/bin/tsc', ['-p', folder], folder);
    expect(output).toContain('planted.ts');
    expect(output).toContain(named);
  });
});

test('planted lines are caught by the linter, each by its rule', () => {
  const plants: [path: string, text: string, rule: string][] = [
    [
      'contract/a.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
      'no-restricted-imports',
    ],
    [
      'contract/b.ts',
      "import { a } from '../main/core/ports.ts';\nexport const b = a;",
      'no-restricted-imports',
    ],
    ['main/core/c.ts', "import { app } from 'electron';\nexport const c = app;", 'no-restricted-imports'],
    [
      'main/core/d.ts',
      'export const d = (): unknown => setTimeout(() => undefined, 1);',
      'no-restricted-globals',
    ],
    [
      'main/core/e.ts',
      "export const e = (): unknown => fetch('https://example.com');",
      'no-restricted-globals',
    ],
    [
      'main/core/f.ts',
      "export const f = (): unknown => new WebSocket('wss://example.com');",
      'no-restricted-globals',
    ],
    ['main/core/g.ts', 'export const g = (): number => Date.now();', 'no-restricted-properties'],
    ['main/core/h.ts', 'export const h = (): number => Math.random();', 'no-restricted-properties'],
    ['main/core/i.ts', "import { b } from '../shell/b.ts';\nexport const i = b;", 'no-restricted-imports'],
    ['main/shell/j.ts', "import { app } from 'electron';\nexport const j = app;", 'no-restricted-imports'],
    [
      'renderer/board/k.ts',
      "import { readFileSync } from 'node:fs';\nexport const k = readFileSync;",
      'no-restricted-imports',
    ],
    [
      'renderer/board/l.ts',
      "import { a } from '../../main/core/ports.ts';\nexport const l = a;",
      'no-restricted-imports',
    ],
    ['renderer/board/m.ts', 'export const m = (): unknown => window.bridge;', 'no-restricted-properties'],
    [
      'renderer/board/w.ts',
      "import { a } from '../details/x.ts';\nexport const w = a;",
      'no-restricted-imports',
    ],
    [
      'server/n.ts',
      "import { calls } from '../contract/ipc.ts';\nexport const n = calls;",
      'no-restricted-imports',
    ],
    ['main/o.ts', 'export default 1;', 'no-default-export'],
    ['main/p.ts', 'export const p = (given: any): unknown => given;', 'no-explicit-any'],
    ['main/q.ts', 'export function q(): void {\n  Promise.resolve(1);\n}', 'no-floating-promises'],
    [
      'main/r.ts',
      "export function r(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
      'switch-exhaustiveness-check',
    ],
    ['main/s.ts', '// @ts-ignore\nexport const s = 1;', 'ban-ts-comment'],
    ['main/t.ts', `// ${'TO'}${'DO'}: later\nexport const t = 1;`, 'no-warning-comments'],
    [
      'main/u.test.ts',
      "import { test } from 'vitest';\ntest.only('a', () => undefined);",
      'no-focused-tests',
    ],
    [
      'main/v.test.ts',
      "import { test } from 'vitest';\ntest.skip('a', () => undefined);",
      'no-disabled-tests',
    ],
  ];
  // Not in node_modules, where the linter never looks.
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, target: 'ES2024' } }),
  );
  for (const [path, text] of plants) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  const args = ['--type-aware', '--no-ignore', '--format=json', '-c', '.oxlintrc.json', '.'];
  const report = JSON.parse(run('oxlint/bin/oxlint', args, folder)) as {
    diagnostics: { filename: string; code: string }[];
  };
  rmSync(folder, { recursive: true });
  const missed = plants.filter(
    ([path, , rule]) =>
      !report.diagnostics.some(({ filename, code }) => filename.endsWith(path) && code.includes(`(${rule})`)),
  );
  expect(missed.map(([path, , rule]) => `${path} ${rule}`)).toEqual([]);
});
