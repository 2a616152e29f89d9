/** The short form of the simulation, and its controls: seeds pass as they are, and fail when one thing is broken on purpose. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCore } from './build-core.ts';
import type { Control } from './controls.ts';
import { controls } from './controls.ts';
import { installGuard } from './guard.ts';
import type { CreateCore } from './life.ts';
import { loadCore } from './load-core.ts';
import { runSeed, type RunResult } from './run.ts';

const guard = installGuard();
const folder = mkdtempSync(join(tmpdir(), 'simulate-test-'));
let createCore: CreateCore;

const run = (seed: number, control: Control | null = null, steps: number | null = null): Promise<RunResult> =>
  runSeed({ seed, steps, level: null, control, createCore, guard, folder: join(folder, 'run') });

beforeAll(async () => {
  createCore = await loadCore(await buildCore('test'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the simulation', () => {
  it('finds nothing in forty seeds', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { findings } = await run(seed);
      expect(findings, `seed ${seed}`).toEqual([]);
    }
  }, 120_000);

  it('gives the same trace for the same seed', async () => {
    const first = await run(7);
    const second = await run(7);
    expect(second.trace).toEqual(first.trace);
  }, 30_000);

  it('injects every kind of trouble that it claims', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60 && seen.size < 20; seed++)
      for (const kind of Object.keys((await run(seed)).faults)) seen.add(kind);
    for (const kind of [
      'crash',
      'crash-at-start',
      'sleep',
      'clock-jump',
      'answerLost',
      'captive',
      'garbled',
      'event-lost',
      'event-twice',
      'socket-zombie',
      'throttled',
      'token-replaced',
    ])
      expect(seen).toContain(kind);
  }, 120_000);
});

describe('the controls', () => {
  it.each(Object.keys(controls) as Control[])(
    '%s is noticed within thirty seeds',
    async (control) => {
      const { what, rule } = controls[control];
      for (let seed = 1; seed <= 30; seed++) {
        const { findings } = await run(seed, control);
        if (findings.some((finding) => finding.rule === rule)) return;
      }
      expect.fail(`no seed noticed: ${what}`);
    },
    120_000,
  );
});
