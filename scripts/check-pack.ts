/** Checks that packing without a download puts the right files in, leaves the rest out, and closes Electron's side doors. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { build } from './build.ts';
import { pack } from './pack.ts';

/** Stands for Electron's folder: a binary with the fuses that electron-builder looks for, all at their defaults. */
function fakeElectron(path: string): void {
  mkdirSync(join(path, 'resources'), { recursive: true });
  mkdirSync(join(path, 'locales'));
  for (const name of ['en-US.pak', 'de.pak', 'fr.pak']) writeFileSync(join(path, 'locales', name), '');
  const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
  const fuses = [0x01, 0x09, ...Buffer.from('101100110')];
  const binary = [Buffer.from('ELF'), Buffer.from(sentinel), Buffer.from(fuses)];
  writeFileSync(join(path, 'electron'), Buffer.concat(binary));
  writeFileSync(join(path, 'version'), '45.4.1');
}

type AsarEntry = { files?: Record<string, AsarEntry> };

/** Paths of an asar archive, from the JSON in its head. */
function listArchive(path: string): string[] {
  const archive = readFileSync(path);
  const head = JSON.parse(archive.subarray(16, 16 + archive.readUInt32LE(12)).toString('utf8')) as AsarEntry;
  const list = (entry: AsarEntry, under: string): string[] =>
    Object.entries(entry.files ?? {}).flatMap(([name, inner]) =>
      inner.files ? list(inner, `${under}/${name}`) : [`${under}/${name}`],
    );
  return list(head, '');
}

const folder = mkdtempSync(join(tmpdir(), 'pack-'));
fakeElectron(join(folder, 'electron-dist'));
assert(build());
await pack({
  platform: 'linux',
  folderOnly: true,
  electronDist: join(folder, 'electron-dist'),
  output: join(folder, 'dist'),
});
const packed = (path: string): string => join(folder, 'dist/linux-unpacked', path);
const files = listArchive(packed('resources/app.asar'));
const native = `linux-${process.arch}.node`;

const checks: [what: string, check: () => unknown][] = [
  [
    'the three bundles and what they need are inside',
    () => {
      const needed = [
        '/package.json',
        '/out/main/index.js',
        '/out/main/demo-server.js',
        '/out/preload/index.cjs',
        '/out/renderer/index.html',
        '/node_modules/better-sqlite3/lib/database.js',
        '/node_modules/electron-store/index.js',
        '/node_modules/zod/package.json',
      ];
      assert.deepEqual(
        needed.filter((file) => !files.includes(file)),
        [],
      );
    },
  ],
  [
    'there is one native file, of this platform, outside the archive',
    () => {
      const inside = files.filter((file) => file.endsWith('.node'));
      assert.deepEqual(inside, [`/node_modules/better-sqlite3/prebuilds/${native}`]);
      const place = packed('resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds');
      assert.deepEqual(readdirSync(place), [native]);
    },
  ],
  [
    'sources, maps and tools stay outside',
    () => {
      const stray =
        /\.map$|^\/(main|renderer|server|e2e|scripts|contract)\/|better-sqlite3\/(deps|src)\/|^\/node_modules\/(electron|vite|vitest|react|fastify|typescript|playwright)\//;
      assert.deepEqual(
        files.filter((file) => stray.test(file)),
        [],
      );
    },
  ],
  [
    'the binary has the name of the app and runs nothing else',
    async () => {
      assert(!existsSync(packed('resources/default_app.asar')));
      const fuses = await getCurrentFuseWire(packed('live-agent-supervisor'));
      assert.equal(fuses[FuseV1Options.RunAsNode], FuseState.DISABLE);
      assert.equal(fuses[FuseV1Options.EnableNodeOptionsEnvironmentVariable], FuseState.DISABLE);
      assert.equal(fuses[FuseV1Options.EnableNodeCliInspectArguments], FuseState.DISABLE);
      assert.equal(fuses[FuseV1Options.OnlyLoadAppFromAsar], FuseState.ENABLE);
      assert.equal(fuses[FuseV1Options.EnableEmbeddedAsarIntegrityValidation], FuseState.ENABLE);
    },
  ],
];

let failed = 0;
for (const [what, check] of checks) {
  try {
    await check();
    console.log(`ok   ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${what}\n${String(error)}`);
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
