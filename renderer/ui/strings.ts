/** The renderer's own words (keys under `ui.`), through i18next so that plurals follow the language. */
import { createInstance } from 'i18next';
import en from '../strings/en.json' with { type: 'json' };

type Stem<K extends string> = K extends `${infer S}_one` | `${infer S}_other` ? S : K;
export type StringKey = Stem<keyof typeof en & string>;
export type Translate = (key: StringKey, params?: Record<string, string | number>) => string;

export const createStrings = (): Translate => {
  const i18n = createInstance({
    lng: 'en',
    resources: { en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    initAsync: false,
  });
  void i18n.init();
  return (key, params) => i18n.t(key, params ?? {});
};
