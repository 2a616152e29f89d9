/** Gives every property of a unit test the seed that a mutant names. */
import { env } from 'node:process';
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(env['PROPERTY_SEED']) });
