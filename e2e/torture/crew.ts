/** Gives numbered chunks of a program to workers until there were enough units, and adds up what they count. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Workshop } from './bundle.ts';
import type { Chunk, Counts, Part } from './part.ts';
import { addCounts, countOf, faultsIn } from './part.ts';
import { programs } from './programs.ts';
import type { ProgramName } from './programs.ts';
import type { Answer, Assignment } from './worker.ts';

export type Done = Part & {
  chunk: Chunk;
  /** By the clock, and by the processor with all processes of the chunk. */
  seconds: number;
  cpuSeconds: number;
};

export type CrewOptions = {
  program: ProgramName;
  units: number;
  jobs: number;
  seed: number;
  /** Index of the first chunk. */
  from: number;
  until: number;
  control: string | null;
  onDone: (done: Done) => void;
};

type Hand = { work: (chunk: Chunk) => Promise<Done>; stop: () => void };

/** As often nothing came of a chunk in a row, nothing will. */
const IN_VAIN = 20;

const hire = (assignment: Assignment): Promise<Hand> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [JSON.stringify(assignment)]);
    let onAnswer: (answer: Answer) => void = () => undefined;
    const died = (why: string) => {
      onAnswer({ error: why });
      reject(new Error(why));
    };
    child.once('error', (error) => died(error.message));
    child.once('exit', (code, signal) => died(`A worker ended with ${String(code ?? signal)}.`));
    child.on('message', (message: Answer | 'ready') => {
      if (message !== 'ready') {
        onAnswer(message);
        return;
      }
      resolve({
        work: (chunk) =>
          new Promise((done, failed) => {
            const began = performance.now();
            onAnswer = (answer) => {
              if ('error' in answer) failed(new Error(answer.error));
              else
                done({
                  ...answer.part,
                  chunk,
                  cpuSeconds: answer.cpuSeconds,
                  seconds: (performance.now() - began) / 1000,
                });
            };
            child.send(chunk);
          }),
        stop: () => {
          if (child.connected) child.disconnect();
        },
      });
    });
  });

/** Rejects when a chunk cannot be done at all. */
export const runCrew = async (options: CrewOptions, workshop: Workshop): Promise<void> => {
  const program = programs[options.program];
  const { jobs, seed, until } = options;
  let next = options.from;
  let done = 0;
  let given = 0;
  let inVain = 0;
  /** A short run is shared by all. */
  const share = Math.ceil(options.units / jobs);
  const keepBusy = async (hand: Hand) => {
    for (;;) {
      const left = options.units - done - given;
      if (left <= 0 || Date.now() > until) return;
      const most = Math.min(program.chunk, share, left);
      given += most;
      const result = await hand.work({ seed, index: next++, most, control: options.control, until });
      given -= most;
      const units = countOf(result.counts, program.unit);
      done += units;
      inVain = units === 0 ? inVain + 1 : 0;
      if (inVain >= IN_VAIN) throw new Error(`${IN_VAIN} chunks in a row came to nothing.`);
      options.onDone(result);
    }
  };
  const hands = await Promise.all(
    Array.from({ length: jobs }, () => hire({ program: options.program, folder: workshop.folder })),
  );
  try {
    // Again: a hand may have stopped before another one gave back units that it could not do.
    while (done < options.units && Date.now() <= until) await Promise.all(hands.map(keepBusy));
  } finally {
    for (const hand of hands) hand.stop();
  }
};

/** Each cheat of the program once; answers what was counted, and which of them were not found out. */
export const runControls = async (
  parts: { program: ProgramName; seed: number; until: number },
  workshop: Workshop,
): Promise<{ found: Record<string, number>; unnoticed: string[] }> => {
  const { controls, faults } = programs[parts.program];
  const found: Record<string, number> = {};
  const play = async (control: string, units: number) => {
    const counts: Counts = {};
    await runCrew(
      { ...parts, control, units, jobs: 1, from: 0, onDone: (part) => addCounts(counts, part.counts) },
      workshop,
    );
    found[control] = faultsIn(counts, faults);
  };
  await Promise.all(Object.entries(controls).map(([control, units]) => play(control, units)));
  return { found, unnoticed: Object.keys(controls).filter((control) => found[control] === 0) };
};
