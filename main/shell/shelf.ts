/** Opens a small file of the app's data with electron-store, which writes atomically. */
import Store from 'electron-store';
import type { Shelf } from './keep.ts';

export function openShelf(folder: string, name: string): Shelf {
  return new Store<{ value: unknown }>({ cwd: folder, name, configFileMode: 0o600 });
}
