/** The newest value of something, for handlers that live longer than one render. */
import { useLayoutEffect, useRef, type RefObject } from 'react';

export const useLatest = <V>(value: V): RefObject<V> => {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
};
