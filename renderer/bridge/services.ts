/** What every part of the window may use, handed down once from the entry. */
import type { QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import type { Words } from '../../contract/model.ts';
import type { Announcer } from '../ui/announcer.ts';
import type { Toaster } from '../ui/toaster.ts';
import type { Translate } from '../ui/strings.ts';
import type { Client } from './client.ts';
import type { Follower } from './follower.ts';
import type { Mover } from './mover.ts';
import type { Store } from './store.ts';
import type { Undoer } from './undoer.ts';
import type { WindowState } from './window-state.ts';

export type Services = {
  client: Client;
  queries: QueryClient;
  state: Store<WindowState>;
  t: Translate;
  /** Words that come from core, in the user's language. */
  say: (words: Words) => string;
  announcer: Announcer;
  toaster: Toaster;
  mover: Mover;
  undoer: Undoer;
  follower: Follower;
  /** Lanes on screen, kept by the board and read by the topic flush. */
  visibleLanes: Set<string>;
};

export const ServicesContext = createContext<Services | null>(null);

export const useServices = (): Services => {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('ServicesContext is missing above this component.');
  return services;
};
