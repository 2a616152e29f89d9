/** The renderer's entry: builds the services once and mounts the window. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '../contract/ipc.ts';
import { createWords } from '../contract/words.ts';
import { App } from './app.tsx';
import { createClient } from './bridge/client.ts';
import { createFollower } from './bridge/follower.ts';
import { createMover } from './bridge/mover.ts';
import { ServicesContext, type Services } from './bridge/services.ts';
import { createUndoer } from './bridge/undoer.ts';
import { createWindowState } from './bridge/window-state.ts';
import { createAnnouncer } from './ui/announcer.ts';
import './ui/base.css';
import { createStrings } from './ui/strings.ts';
import { Toast } from '@base-ui/react/toast';
import { createToaster, type ToastContent } from './ui/toaster.ts';

declare global {
  interface Window {
    bridge: Bridge;
  }
}

const client = createClient(window.bridge);
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Main answers from the cache with and without a network; topics say when to ask again.
      networkMode: 'always',
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
      retry: 1,
      retryDelay: 300,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  },
});
const state = createWindowState();
const t = createStrings();
const say = createWords('en');
const announcer = createAnnouncer();
const toasts = Toast.createToastManager<ToastContent>();
const toaster = createToaster(toasts);
const follower = createFollower({ client, queries, announcer, toaster, t, say });
const shared = { client, queries, state, announcer, toaster, follower, t, say };
const services: Services = {
  ...shared,
  mover: createMover(shared),
  undoer: createUndoer(shared),
  visibleLanes: new Set(),
};

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <QueryClientProvider client={queries}>
        <App toasts={toasts} />
      </QueryClientProvider>
    </ServicesContext>
  </StrictMode>,
);
