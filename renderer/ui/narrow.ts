/** Whether the window is so narrow (or zoomed so far) that lanes become one list. */
import { useSyncExternalStore } from 'react';

const QUERY = '(max-width: 640px)';

export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(QUERY);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => window.matchMedia(QUERY).matches,
  );
