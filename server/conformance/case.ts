/** A case of the conformance suite. */
import type { Stage } from './stage.ts';

export interface Case {
  /** What the case belongs to in the report, such as `assignments` or `team rule`. */
  group: string;
  /** A sentence that is true when the case passes. */
  name: string;
  /** Passes by returning, fails by throwing Failure, is skipped by throwing Skip. */
  run(stage: Stage): Promise<void>;
}

/** Cases of one group. */
export function group(name: string, cases: Record<string, (stage: Stage) => Promise<void>>): Case[] {
  return Object.entries(cases).map(([sentence, run]) => ({ group: name, name: sentence, run }));
}
