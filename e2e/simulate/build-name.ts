/** The name of a build: a checksum of the core with all that it imports, and of this program. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The bundle with its chunks. */
const bundleOf = (path: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, chunk] of readFileSync(path, 'utf8').matchAll(/from\s*"(\.{1,2}\/[^"]+\.js)"/g))
    if (chunk !== undefined) bundleOf(join(dirname(path), chunk), seen);
  return seen;
};

const programFiles = (): string[] =>
  readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .toSorted()
    .map((name) => join(here, name));

/** @param core path of the bundle */
export const buildName = (core: string): string => {
  const hash = createHash('sha256');
  for (const path of [...bundleOf(core), ...programFiles()]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
};
