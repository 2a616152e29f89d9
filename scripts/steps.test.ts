/** The last line of the test command counts what it should, and cannot be green by accident. */
import { expect, test } from 'vitest';
import { nodeComplaint } from './computer.ts';
import { flakyTests, judge, lastLineCounts, playwrightCounts, runStep, vitestCounts } from './steps.ts';

test('counts are read from each runner', () => {
  expect(vitestCounts({ numPassedTests: 3, numFailedTests: 1 })).toEqual({ passed: 3, failed: 1 });
  expect(playwrightCounts({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 } })).toEqual({
    passed: 6,
    failed: 1,
  });
  expect(lastLineCounts('level a\n2 passed, 0 failed\nall\n7 passed, 3 failed\n')).toEqual({
    passed: 7,
    failed: 3,
  });
});

test('what passed only when tried again is named', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const nested = { title: 'inner', specs: [spec('shaky', 'flaky')] };
  const suites = [{ title: 'a.spec.ts', specs: [spec('firm', 'expected')], suites: [nested] }];
  expect(flakyTests({ suites })).toEqual(['inner › shaky']);
  expect(flakyTests(null)).toEqual([]);
});

test('no report is no count', () => {
  expect([vitestCounts(null), playwrightCounts(null), lastLineCounts('crashed')]).toEqual([null, null, null]);
});

test.each([
  ['a check that succeeded', true, null, { passed: 1, failed: 0 }],
  ['a check that failed', false, null, { passed: 0, failed: 1 }],
  ['tests that all passed', true, { passed: 9, failed: 0 }, { passed: 9, failed: 0 }],
  ['tests of which some failed', false, { passed: 9, failed: 2 }, { passed: 9, failed: 2 }],
  ['a runner that broke after its tests', false, { passed: 9, failed: 0 }, { passed: 9, failed: 1 }],
  ['a runner that found no tests', true, { passed: 0, failed: 0 }, { passed: 0, failed: 1 }],
])('%s', (_what, succeeded, counted, result) => {
  expect(judge(succeeded, counted)).toEqual(result);
});

test('a step that ends badly or cannot start has failed', async () => {
  expect(await runStep({ name: 'bad', command: ['-e', 'process.exit(3)'] })).toMatchObject({
    passed: 0,
    failed: 1,
  });
  expect(await runStep({ name: 'good', command: ['-e', 'console.log(1)'] })).toMatchObject({
    passed: 1,
    output: '1\n',
  });
});

test('too old a Node is one sentence', () => {
  expect(nodeComplaint('v22.18.0')).toBeNull();
  expect(nodeComplaint('v24.0.0')).toBeNull();
  expect(nodeComplaint('v22.17.9')).toContain('22.18');
  expect(nodeComplaint('v20.20.2')).toContain('v20.20.2');
});
