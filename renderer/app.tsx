/** The window: sign-in or workspace, the rail, the view chosen there, Details beside it, and what floats above. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { useCallback, useEffect } from 'react';
import type { EventPayload, Settings, Workspace } from '../contract/ipc.ts';
import type { Connection, OutboxEntry } from '../contract/model.ts';
import { Alerts } from './alerts/alerts.tsx';
import css from './app.module.css';
import { Board } from './board/board.tsx';
import { ProgressBar } from './board/connection-pill.tsx';
import { SummaryBar } from './board/summary-bar.tsx';
import { TopBar } from './board/top-bar.tsx';
import { UnassignedList } from './board/unassigned-list.tsx';
import { useSettings } from './bridge/board-input.ts';
import { useNoteNews } from './bridge/notes.ts';
import { useConnection } from './bridge/connection.ts';
import { useCall, useEvent } from './bridge/queries.ts';
import { useServices } from './bridge/services.ts';
import { useStore } from './bridge/store.ts';
import { followTopics } from './bridge/topics.ts';
import { undoFromMenu, useUndoKeys } from './bridge/use-undo.ts';
import { changeWorkspace } from './bridge/workspace-change.ts';
import { Details } from './details/details.tsx';
import { Outbox } from './outbox/outbox.tsx';
import { Palette } from './palette/palette.tsx';
import { Rail } from './rail.tsx';
import { SearchView } from './search/search.tsx';
import { SettingsView } from './settings/settings.tsx';
import { useAlertAnnouncements } from './alerts/announce.ts';
import { ConnectionBanner } from './signin/connection-banner.tsx';
import { Notices } from './signin/notices.tsx';
import { FirstRun } from './signin/first-run.tsx';
import { SignIn } from './signin/sign-in.tsx';
import { Chooser } from './ui/chooser.tsx';
import type { ToastManager } from './ui/toaster.ts';
import { Toasts } from './ui/toasts.tsx';

export const App = ({ toasts }: { toasts: ToastManager }) => {
  const services = useServices();
  const { queries, client, visibleLanes, follower, state } = services;
  const current = useCall('workspace.current', {});
  useTheme(useSettings().theme);
  useEffect(() => followTopics(client, queries, visibleLanes), [client, queries, visibleLanes]);
  useEvent(
    'connection',
    useCallback(
      (connection: Connection) => queries.setQueryData(['connection.get', {}], connection),
      [queries],
    ),
  );
  useEvent(
    'settings',
    useCallback((settings: Settings) => queries.setQueryData(['settings.get', {}], settings), [queries]),
  );
  useEvent(
    'settled',
    useCallback(({ entry }: { entry: OutboxEntry }) => follower.settled(entry), [follower]),
  );
  useEvent(
    'open',
    useCallback(
      ({ conversation }: { conversation: number }) => state.set({ view: 'board', open: conversation }),
      [state],
    ),
  );
  useEvent(
    'menu',
    useCallback(
      ({ item }: EventPayload<'menu'>) => {
        switch (item) {
          case 'settings':
          case 'about':
            state.set({ view: 'settings' });
            break;
          case 'search':
          case 'outbox':
          case 'alerts':
            state.set({ view: item });
            break;
          case 'palette':
            state.set({ palette: true });
            break;
          case 'undo':
          case 'redo':
            undoFromMenu(services, item);
        }
      },
      [services, state],
    ),
  );
  useEvent(
    'workspace',
    useCallback(
      ({ workspace }: { workspace: Workspace | null }) => {
        if (changeWorkspace(queries, workspace))
          state.set({ open: null, selected: new Set(), lifted: null, view: 'board' });
      },
      [queries, state],
    ),
  );
  if (!current.data) return null;
  const { workspace } = current.data;
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500}>
        {workspace ? <Workplace workspace={workspace} /> : <SignIn />}
        <Chooser />
        <Toasts manager={toasts} />
      </Tooltip.Provider>
    </CSPProvider>
  );
};

const Workplace = ({ workspace }: { workspace: Workspace }) => {
  const { state } = useServices();
  const view = useStore(state, (window) => window.view);
  const open = useStore(state, (window) => window.open);
  const settings = useCall('settings.get', {}).data;
  // Without access nothing of the account is shown any more, but what was asked for and never sent.
  const shut = useConnection()?.state === 'no-access';
  const shown = shut && view !== 'settings' ? 'outbox' : view;
  useAlertAnnouncements();
  useUndoKeys();
  useNoteNews();
  return (
    <div className={css.window}>
      <Rail />
      <div className={css.column}>
        <TopBar workspace={workspace} />
        <ProgressBar />
        <Notices />
        <ConnectionBanner workspace={workspace} />
        <div className={css.content}>
          <main className={css.main}>
            {shown === 'board' && (
              <>
                <SummaryBar />
                <Board />
              </>
            )}
            {shown === 'unassigned' && <UnassignedList />}
            {shown === 'alerts' && <Alerts />}
            {shown === 'outbox' && <Outbox />}
            {shown === 'search' && <SearchView />}
            {shown === 'settings' && <SettingsView workspace={workspace} />}
          </main>
          {open !== null && !shut && <Details key={open} id={open} />}
        </div>
      </div>
      {settings && !settings.firstRunDone && <FirstRun workspace={workspace} />}
      <Palette />
    </div>
  );
};

/** Sets `data-theme` on the root; follows the system when asked to. */
const useTheme = (theme: Settings['theme']): void => {
  useEffect(() => {
    const media = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset['theme'] =
        theme === 'system' ? (media.matches ? 'dark' : 'light') : theme;
    };
    apply();
    media.addEventListener('change', apply);
    return () => media.removeEventListener('change', apply);
  }, [theme]);
};
