/** The sum: killed at any moment it is an old one or a new one, and sums of different builds are never one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { addRun, loadSaved, resume, save, summary, type Part } from './tally.ts';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const part = (seed: number, rule: string | null): Part => ({
  seed,
  level: '4.14',
  steps: 60,
  events: 1000,
  virtualMs: 3_600_000,
  findings: rule === null ? [] : [{ rule, t: 0, what: 'x' }],
  faults: { crash: 2 },
  cpuSeconds: 0.5,
});

it('adds up over runs, and begins behind the seeds of other builds', () => {
  const path = join(folder, 'sum.json');
  const first = loadSaved(path);
  const begun = resume(first, 'a', null);
  if (!begun) return expect.fail('it does not begin');
  for (let seed = begun.from; seed <= 3; seed++)
    addRun(begun.tally, part(seed, seed === 2 ? 'R5 own' : null));
  save(path, first);
  // Whoever is killed while writing leaves this one behind.
  writeFileSync(`${path}.new`, '{"half":');
  const second = loadSaved(path);
  expect(second).toEqual(first);
  const other = resume(second, 'b', null);
  if (!other) return expect.fail('it does not begin');
  expect(other.from).toBe(4);
  addRun(other.tally, part(4, null));
  const line = JSON.parse(summary(other.tally, 'b', 1, second)) as Record<string, unknown>;
  expect(line).toMatchObject({
    seeds: 1,
    failures: 0,
    seedsPerCpuMinute: 120,
    otherBuilds: { a: { seeds: 3, rules: { 'R5 own': 1 } } },
  });
});

it('counts no seed twice and leaves none out', () => {
  const saved = loadSaved('');
  const first = resume(saved, 'a', 1000);
  if (!first) return expect.fail('it does not begin');
  expect(first.from).toBe(1000);
  addRun(first.tally, part(1000, null));
  expect(resume(saved, 'a', 1000)).toBe(null);
  expect(resume(saved, 'a', 2000)).toBe(null);
  for (const from of [null, 1001])
    expect(resume(saved, 'a', from)).toEqual({ tally: first.tally, from: 1001 });
});

it('refuses a file that is something else', () => {
  const path = join(folder, 'other.json');
  writeFileSync(path, '{"seeds":1}');
  expect(() => loadSaved(path)).toThrow();
});
