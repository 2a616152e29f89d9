/** What every part of the window may use, handed down once from the entry. */
import { createContext, useContext } from 'react';
import type { Follower } from './follower.ts';
import type { Mover } from './mover.ts';
import type { Store } from './store.ts';
import type { Telling } from './telling.ts';
import type { Undoer } from './undoer.ts';
import type { WindowState } from './window-state.ts';

export type Services = Telling & {
  state: Store<WindowState>;
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
