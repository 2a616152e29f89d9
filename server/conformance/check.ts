/** Checks of the conformance suite: a failed one says what was expected, a skip says why a case does not apply. */

/** A case that found the server to be different. */
export class Failure extends Error {}

/** A case that does not apply to this server or cannot be run with what was given. */
export class Skip extends Error {}

const show = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** Order of keys does not matter. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

export function same(a: unknown, b: unknown): boolean {
  return show(canonical(a)) === show(canonical(b));
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!same(actual, expected)) throw new Failure(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function ok(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Failure(what);
}

/** The value, which must be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Failure(`${what} is missing`);
  return value;
}

/** Every key is there. */
export function hasKeys(value: unknown, keys: readonly string[], what: string): void {
  ok(isObject(value), `${what} is not an object: ${show(value)}`);
  const missing = keys.filter((key) => !(key in value));
  ok(missing.length === 0, `${what} lacks ${missing.join(', ')}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value inside nested objects and arrays; undefined when a step is missing. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current) && typeof step === 'number') current = current[step];
    else if (isObject(current)) current = current[String(step)];
    else return undefined;
  }
  return current;
}

/** A list inside nested objects; empty when it is none. */
export function list(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** Unwraps ids of a list of objects. */
export const idsOf = (rows: readonly unknown[]): number[] => rows.map((row) => Number(at(row, 'id')));

/** Numbers in order, to compare sets. */
export const sorted = (numbers: readonly (number | null)[]): (number | null)[] =>
  numbers.toSorted((a, b) => (a ?? 0) - (b ?? 0));
