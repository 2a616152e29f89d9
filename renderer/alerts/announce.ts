/** Reads new alerts aloud: those to me at once, the others when the reader is idle. */
import { useEffect, useRef } from 'react';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';

export const useAlertAnnouncements = (): void => {
  const { announcer, say } = useServices();
  const { data } = useCall('alerts.list', { limit: 100 }, { topics: ['alerts'] });
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    // What is there at the start is history.
    const before = known.current;
    known.current = new Set(data.alerts.map((alert) => alert.id));
    if (!before) return;
    for (const alert of data.alerts) {
      if (before.has(alert.id) || alert.state === 'suppressed') continue;
      const text = `${say(alert.title)}. ${say(alert.body)}`;
      if (alert.kind === 'assigned-to-me') announcer.warn(text);
      else announcer.say(text);
    }
  }, [data, announcer, say]);
};
