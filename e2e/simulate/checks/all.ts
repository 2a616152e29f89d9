/** Every checker over one trace. */
import type { Checker, Finding, TraceEvent } from '../trace.ts';
import { checkAlerts, checkArrivals, checkBursts } from './alerts.ts';
import { checkConvergence } from './convergence.ts';
import { checkFresh } from './freshness.ts';
import { checkLive } from './honesty.ts';
import { checkNotes } from './notes.ts';
import { checkAskedAgain, checkConfirmed, checkKept, checkUnblocked } from './outcomes.ts';
import { checkWrites } from './strands.ts';
import { checkGoesOn } from './went-back.ts';

const checkers: readonly Checker[] = [
  checkWrites,
  checkConfirmed,
  checkKept,
  checkAskedAgain,
  checkNotes,
  checkUnblocked,
  checkLive,
  checkFresh,
  checkConvergence,
  checkAlerts,
  checkArrivals,
  checkBursts,
  checkGoesOn,
];

/** What is wrong with a run, in the order of time. */
export const checkTrace = (events: readonly TraceEvent[]): Finding[] =>
  checkers.flatMap((check) => check(events)).toSorted((a, b) => a.t - b.t);
