/** The Random port over the machine's randomness. */
import { randomUUID } from 'node:crypto';
import type { Random } from '../ports.ts';

/** The real source of chance. */
export const createRandom = (): Random => ({ next: () => Math.random(), id: () => randomUUID() });
