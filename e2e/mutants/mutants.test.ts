/** The mutants as files: each must say what it is, and apply to the tree as it is; and the judge must not be easily content. */
import { describe, expect, it, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { judge } from './judge.ts';
import { readMutant, readMutants } from './patch.ts';
import { refusalOf } from './scratch.ts';

const mutants = readMutants(fileURLToPath(new URL('patches', import.meta.url)));

test('there are at least forty', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(40);
});

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s applies', (_, mutant) => {
  expect(refusalOf(mutant.file)).toBeNull();
});

test('a patch that does not fit is noticed', () => {
  const fits = mutants[0];
  expect(fits).toBeDefined();
  expect(refusalOf(`${fits?.file ?? ''}.missing`)).not.toBeNull();
});

describe('a patch must say', () => {
  const patch = 'diff --git a/x b/x\n';
  it.each([
    ['its bug', `Caught by: simulate --from 1\nNotices: R3\n\n${patch}`, /no line "Bug/],
    ['a program that there is', `Bug: b\nCaught by: hope --seed 1\nNotices: R3\n\n${patch}`, /not a program/],
    ['a seed', `Bug: b\nCaught by: simulate --seeds 1\nNotices: R3\n\n${patch}`, /names no seed/],
    ['what notices it', `Bug: b\nCaught by: simulate --from 1\n\n${patch}`, /no line "Notices/],
    ['a change', `Bug: b\nCaught by: simulate --from 1\nNotices: R3\n`, /holds no patch/],
  ])('%s', (_, text, complaint) => {
    expect(() => readMutant('x.patch', text)).toThrow(complaint);
  });
});

describe('the verdict', () => {
  const found = { code: 1, output: 'seed 4 failed: R3 lost at 5 ms\n' };
  const nothing = { code: 0, output: '{"failures":0}\n' };
  it('is caught when the program passes the whole core and says of the mutant what it promised', () => {
    expect(judge({ notices: 'R3 lost' }, nothing, found).outcome).toBe('caught');
  });
  it('is missed when the program finds nothing, something else, or breaks', () => {
    expect(judge({ notices: 'R3 lost' }, nothing, nothing).outcome).toBe('missed');
    expect(judge({ notices: 'R5 double' }, nothing, found).outcome).toBe('missed');
    expect(judge({ notices: 'R3 lost' }, nothing, { ...found, code: 2 }).outcome).toBe('missed');
  });
  it('is void when the whole core fails too', () => {
    expect(judge({ notices: 'R3 lost' }, found, found).outcome).toBe('void');
  });
});
