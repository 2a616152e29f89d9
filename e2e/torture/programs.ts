/** The torture programs by name. */
import { corrupt } from './corrupt/run.ts';
import { io } from './io/run.ts';
import { kill9 } from './kill9/run.ts';
import type { Program } from './part.ts';
import { powerloss } from './powerloss/run.ts';

export const programs = { kill9, powerloss, corrupt, io } satisfies Record<string, Program>;
export type ProgramName = keyof typeof programs;
