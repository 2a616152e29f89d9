/** The person's settings: what they are at first, and changing some of them. */
import { firstSettings } from '../../contract/first-settings.ts';
import type { Settings } from '../../contract/ipc.ts';
import { settingsSchema } from '../../contract/ipc.ts';
import type { Log } from '../core/ports.ts';
import type { OpenShelf, TellNotice } from './keep.ts';
import { keep } from './keep.ts';

/** Files of older versions lack newer keys: each missing one takes its first value. */
const stored = settingsSchema
  .partial()
  .transform((some): Settings => ({ ...firstSettings, ...some }) as Settings);

export type SettingsKeeper = {
  get: () => Settings;
  /** Changes some of them and tells `onChange`. */
  change: (some: { [K in keyof Settings]?: Settings[K] | undefined }) => Settings;
};

export function createSettings(
  openShelf: OpenShelf,
  folder: string,
  log: Log,
  tell: TellNotice,
  onChange: (settings: Settings) => void,
): SettingsKeeper {
  const kept = keep({
    openShelf,
    folder,
    name: 'settings',
    schema: stored,
    fallback: firstSettings,
    log,
    tell,
    now: () => new Date(),
  });
  return {
    get: () => kept.get(),
    change: (some) => {
      const given = Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
      const settings: Settings = { ...kept.get(), ...given };
      kept.set(settings);
      onChange(settings);
      return settings;
    },
  };
}
