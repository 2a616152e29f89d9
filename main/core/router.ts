/** From the name of a call to its handler, and from whatever goes wrong to a value: nothing is thrown out of the core. */
import type { CallError, Handlers, Reply } from '../../contract/ipc.ts';
import { CallProblem } from './data/problem.ts';
import type { Log } from './ports.ts';
import { troubleOf } from './trouble.ts';

const failed = (code: CallError['code'], message: string): Reply<never> => ({
  ok: false,
  error: { code, message },
});

const explain = (error: unknown): Reply<never> => {
  if (error instanceof CallProblem) return failed(error.code, error.message);
  const trouble = troubleOf(error);
  switch (trouble?.kind) {
    case 'full':
      return failed('read-only', 'The disk is full. Nothing was saved; make room and try again.');
    case 'busy':
      return failed('internal', 'The files of this workspace are busy. Try again.');
    case 'damaged':
      return failed('internal', 'A file of this workspace is damaged.');
    case 'gone':
      return failed('read-only', 'The folder with the saved data was gone. Nothing was saved; try again.');
    case 'read-only':
    case 'device':
    case 'too-many-files':
    case 'unusable':
      return failed(
        'read-only',
        `Nothing was saved. The files of this workspace cannot be used: ${trouble.detail}`,
      );
    case undefined:
      return failed('internal', 'Something went wrong inside the app.');
  }
};

/** Answers a call by name. `input` was parsed at the door, against the schema of that name. */
export const createRouter =
  (handlers: Handlers<'core'>, log: Log) =>
  async (name: string, input: unknown): Promise<Reply<unknown>> => {
    if (!Object.hasOwn(handlers, name)) return failed('unknown-call', `There is no call ${name}.`);
    // The door parsed the input with the schema that this handler's type is made of.
    const handler = handlers[name as keyof typeof handlers] as (input: unknown) => Promise<unknown>;
    try {
      return { ok: true, value: await handler(input) };
    } catch (error) {
      const trouble = troubleOf(error);
      // Trouble with files is written down by whoever watches over them.
      if (trouble) log.info('a call met trouble', { call: name, detail: trouble.detail });
      else if (!(error instanceof CallProblem))
        log.error('a call failed', {
          call: name,
          error: error instanceof Error ? error.stack : String(error),
        });
      return explain(error);
    }
  };
