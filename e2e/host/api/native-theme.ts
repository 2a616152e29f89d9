/** `nativeTheme`: the chosen theme, which the windows show as `prefers-color-scheme`. */
import { EventEmitter } from 'node:events';

export type ThemeSource = 'system' | 'light' | 'dark';

export function createNativeTheme() {
  let source: ThemeSource = 'system';
  const emitter = new EventEmitter();
  const electronNativeTheme = Object.defineProperties(emitter, {
    themeSource: {
      get: () => source,
      set: (value: ThemeSource) => {
        source = value;
        emitter.emit('updated');
      },
      enumerable: true,
    },
    /** The stand-in's system is light. */
    shouldUseDarkColors: { get: () => source === 'dark', enumerable: true },
  }) as EventEmitter & { themeSource: ThemeSource; readonly shouldUseDarkColors: boolean };
  return { electronNativeTheme };
}

export type StandInNativeTheme = ReturnType<typeof createNativeTheme>;
