/** What this computer has of what the project runs on: Node, Electron's binary, a Chromium, Debian's packages. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findChromium } from '../e2e/host/find-chromium.ts';

export const root = resolve(import.meta.dirname, '..');
export const standIn = join(root, 'e2e', 'host');

/** What shows the app: the real Electron, or the stand-in over a Chromium. */
export type Host = { kind: 'electron'; path: string } | { kind: 'stand-in'; path: string };

/** Electron's own binary, if it has been fetched. */
export function findElectron(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const note = join(folder, 'path.txt');
  if (!existsSync(note)) return null;
  const path = join(folder, 'dist', readFileSync(note, 'utf8'));
  return existsSync(path) ? path : null;
}

/** `SUPERVISOR_HOST=stand-in` leaves a real Electron unused. */
export function findHost(env: NodeJS.ProcessEnv = process.env): Host | null {
  const electron = env['SUPERVISOR_HOST'] === 'stand-in' ? null : findElectron();
  if (electron !== null) return { kind: 'electron', path: electron };
  return findChromium(env) === null ? null : { kind: 'stand-in', path: join(standIn, 'electron') };
}

/** What a started program needs in its environment to find this host. */
export function hostEnvironment(host: Host): NodeJS.ProcessEnv {
  return host.kind === 'stand-in' ? { ELECTRON_OVERRIDE_DIST_PATH: standIn } : {};
}

export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** One sentence when this Node is too old to run TypeScript by itself, else null. */
export function nodeComplaint(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const enough = major > 22 || (major === 22 && minor >= 18);
  return enough
    ? null
    : `Node 22.18 or newer is needed and this is ${version}: install a newer one from https://nodejs.org.`;
}
