/** The line that was asked for by "Review": scrolled to, with its first way out in focus. */
import { useEffect, useRef } from 'react';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';

export const useReviewed = (id: string) => {
  const { state } = useServices();
  const box = useRef<HTMLLIElement>(null);
  const reviewed = useStore(state, (window) => window.review === id);
  useEffect(() => {
    if (!reviewed) return;
    box.current?.scrollIntoView({ block: 'center' });
    box.current?.querySelector('button')?.focus();
  }, [reviewed]);
  return { box, reviewed };
};
