/** A scratch copy of the core with one patch applied: bundled like the real one, or as it is with its tests. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCore } from '../simulate/build-core.ts';
import type { Mutant } from './patch.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that packages are found from there. */
const cache = join(root, 'node_modules', '.cache', 'mutants');

/** Where the copy of a mutant stands. */
const folderOf = (name: string): string => join(cache, name);

/** Copies what the core is built from. */
const copy = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of ['contract', 'main/core'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
};

/** Answers what git says against it; null = it applies. */
const applyIn = (folder: string, patch: string, check: boolean): string | null => {
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['apply', '--verbose', ...(check ? ['--check'] : []), patch],
    // Within the repository git would take the paths as outside of this folder, and apply nothing without a word.
    { cwd: folder, encoding: 'utf8', env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) } },
  );
  if (status !== 0) return `${stdout}${stderr}`.trim();
  return /Applied patch|Checking patch/.test(`${stdout}${stderr}`) ? null : 'git applied nothing.';
};

/** Whether a patch applies to the tree as it is; answers what git says against it, or null. */
export const refusalOf = (patch: string): string | null => applyIn(root, patch, true);

/** `at` = the bundle, or the folder of the copy. The torture also loads parts of the core by themselves, from `sources`. */
export type Made = { at: string; sources: string } | { refused: string };

/** Builds the core with a patch, or as it is when there is none. */
const bundle = async (name: string, patch: string | null): Promise<Made> => {
  const folder = folderOf(name);
  copy(folder);
  const refused = patch === null ? null : applyIn(folder, patch, false);
  if (refused !== null) return { refused };
  try {
    const at = await buildCore(`mutants/${name}`, join(folder, 'main', 'core', 'index.ts'));
    return { at, sources: folder };
  } catch (error) {
    return { refused: `It does not build: ${error instanceof Error ? error.message : String(error)}` };
  }
};

/** The sources with a patch, and the tests beside them. */
const sources = (name: string, patch: string | null): Made => {
  const folder = folderOf(`${name}-sources`);
  copy(folder);
  const refused = patch === null ? null : applyIn(folder, patch, false);
  return refused === null ? { at: folder, sources: folder } : { refused };
};

/** Makes what a program runs on; null = the core as it is. */
export const makeMutant = async (
  program: Mutant['program'],
  name: string,
  patch: string | null,
): Promise<Made> => {
  switch (program) {
    case 'unit':
      return sources(name, patch);
    case 'simulate':
    case 'torture':
      return bundle(name, patch);
  }
};
