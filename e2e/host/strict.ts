/** Makes reading a member that the stand-in does not have an error with a name, instead of a silent `undefined`. */

/** Asked for by JavaScript itself, or by libraries that look before they leap. */
const harmless = new Set(['then', 'toJSON', 'constructor', 'prototype', 'domain', 'default', '__esModule']);

/** A view of `target` that throws on unknown members. Writing stays allowed: tests replace members. */
export function strict<T extends object>(target: T, name: string): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (typeof key === 'string' && !(key in object) && !harmless.has(key)) {
        throw new Error(`electron ${name}.${key} is not in the stand-in`);
      }
      return Reflect.get(object, key, receiver) as unknown;
    },
  });
}
