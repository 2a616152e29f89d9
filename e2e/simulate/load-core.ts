/** Loads the built core, and makes real time and chance an error while it runs. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CreateCore } from './life.ts';

/** The bundle that `npm run build` makes. */
export const builtCore = new URL('../../out/main/core.js', import.meta.url);

/** @param path another bundle than the built one, for mutants */
export const loadCore = (path: string | null): CreateCore => {
  const file = path ?? fileURLToPath(builtCore);
  if (!existsSync(file)) throw new Error(`There is no built core at ${file}: run "npm run build" first.`);
  // Not by `import()`: the runner of the unit tests would load it itself, past the hook that puts our disk under it.
  const bundle = createRequire(import.meta.url)(resolve(file)) as { createCore: CreateCore };
  return bundle.createCore;
};

/** Real sources of time, chance and input that a deterministic core must not touch; restored by the answer. */
export const forbidReality = (report: (what: string) => void): (() => void) => {
  const real = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    fetch: globalThis.fetch,
    random: Math.random,
    now: Date.now,
  };
  const complain = (name: string) => {
    if (/out\/main|core\.js/.test(new Error(name).stack ?? '')) report(`the core used ${name}`);
  };
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof real.setTimeout>) => {
    complain('setTimeout');
    return real.setTimeout(...args);
  }, real.setTimeout);
  globalThis.setInterval = ((...args: Parameters<typeof real.setInterval>) => {
    complain('setInterval');
    return real.setInterval(...args);
  }) as typeof globalThis.setInterval;
  globalThis.fetch = (...args) => {
    complain('fetch');
    return real.fetch(...args);
  };
  Math.random = () => {
    complain('Math.random');
    return real.random();
  };
  Date.now = () => {
    complain('Date.now');
    return real.now();
  };
  return () => {
    Date.now = real.now;
    globalThis.setTimeout = real.setTimeout;
    globalThis.setInterval = real.setInterval;
    globalThis.fetch = real.fetch;
    Math.random = real.random;
  };
};
