/** What the board asks for: grouping and sort from the settings, the filter from the window. */
import { useCallback, useMemo } from 'react';
import { firstSettings } from '../../contract/first-settings.ts';
import type { Settings } from '../../contract/ipc.ts';
import type { Directory } from '../../contract/model.ts';
import { useCall, type BoardInput } from './queries.ts';
import { useServices } from './services.ts';
import { useStore } from './store.ts';
import { DEFAULT_FILTER } from './window-state.ts';

/** Shown until the settings have arrived (some milliseconds): nobody is taken for new in the meantime. */
export const FALLBACK_SETTINGS: Settings = { ...firstSettings, firstRunDone: true };

export const useSettings = (): Settings => useCall('settings.get', {}).data ?? FALLBACK_SETTINGS;

/** Changes settings; the answer replaces what is shown. */
export const useChangeSettings = (): ((patch: Partial<Settings>) => void) => {
  const { client, queries } = useServices();
  return useCallback(
    (patch) => {
      void client
        .invoke('settings.set', patch)
        .then((settings) => queries.setQueryData(['settings.get', {}], settings));
    },
    [client, queries],
  );
};

export const useBoardInput = (): BoardInput => {
  const { state } = useServices();
  const { grouping, sort } = useSettings();
  const filter = useStore(state, (window) => window.filter);
  return useMemo(() => ({ grouping, sort, filter }), [grouping, sort, filter]);
};

export const useDirectory = (): Directory | null =>
  useCall('directory.get', {}, { topics: ['directory'] }).data ?? null;

/** Lanes and totals of what the board shows. */
export const useLanes = (board: BoardInput) =>
  useCall('board.lanes', board, { topics: ['counts', 'directory'] });

/** Lanes of all agents whatever the board filters: what each agent holds. */
export const useAgentLanes = () =>
  useCall(
    'board.lanes',
    { grouping: 'agents', sort: 'waiting', filter: DEFAULT_FILTER },
    { topics: ['counts', 'directory'] },
  );
