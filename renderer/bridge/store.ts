/** A small observable value: what the window itself is doing (never domain state). */
import { useSyncExternalStore } from 'react';

export type Store<S> = {
  get: () => S;
  set: (patch: Partial<S> | ((state: S) => Partial<S>)) => void;
  subscribe: (listener: () => void) => () => void;
};

export const createStore = <S extends object>(initial: S): Store<S> => {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (patch) => {
      const next = typeof patch === 'function' ? patch(state) : patch;
      state = { ...state, ...next };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** Re-renders when the selected part changes; the selector returns a primitive or a kept reference. */
export const useStore = <S extends object, R>(store: Store<S>, select: (state: S) => R): R =>
  useSyncExternalStore(store.subscribe, () => select(store.get()));
