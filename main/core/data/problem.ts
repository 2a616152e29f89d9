/** Why a call cannot be answered, on its way to the door of the core, where it becomes a value. */
import type { CallError } from '../../../contract/ipc.ts';

/** Thrown inside the data half only; the router turns it into a CallError. `message` is a sentence for a person. */
export class CallProblem extends Error {
  readonly code: CallError['code'];
  constructor(code: CallError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
