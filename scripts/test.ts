/** `npm test`: every check there is, and one last line with what passed and failed. */
import { setUp } from './setup.ts';
import { flakyTests, forgetReports, runStep, steps } from './steps.ts';
import type { Outcome, Step } from './steps.ts';

const outcomes: Outcome[] = [];

async function inTurn(...list: Step[]): Promise<void> {
  for (const step of list) {
    const outcome = await runStep(step);
    outcomes.push(outcome);
    const { name, passed, failed, seconds } = outcome;
    console.log(
      `${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed, in ${seconds.toFixed(1)} s`,
    );
    if (failed > 0) console.log(outcome.output);
  }
}

const ready = setUp('test');
if (ready) {
  forgetReports();
  // Two at a time: more would only make each other late on a small machine.
  await Promise.all([
    inTurn(steps.build, steps.unit),
    inTurn(steps.types, steps.lint, steps.format, steps.dead),
  ]);
  await Promise.all([inTurn(steps.conformance), inTurn(steps.pack, steps.simulate, steps.mutants)]);
  // These two have it alone: both are about what happens at a moment.
  await inTurn(steps.torture, steps.e2e);
  for (const name of flakyTests()) console.log(`flaky, to be mended: ${name}`);
}
const sum = (key: 'passed' | 'failed'): number =>
  outcomes.reduce((total, outcome) => total + outcome[key], 0);
const failed = sum('failed') + (ready ? 0 : 1);
console.log(`${sum('passed')} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
