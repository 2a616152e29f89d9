/** Turns words (a key and what to fill in) into text of one language; the same in every thread and in the renderer. */
import { createInstance } from 'i18next';
import en from './words.en.json' with { type: 'json' };
import type { Words } from './model.ts';

/** Languages that the app speaks. English is the fallback for what another one lacks. */
export type Locale = 'en';

/** `words` -> text. A key that no language knows comes back as the key itself. */
export type Translate = (words: Words) => string;

/** A translator of its own: no shared instance, so that two languages can live side by side. */
export const createWords = (locale: Locale): Translate => {
  const instance = createInstance({
    lng: locale,
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // Keys hold dots and texts hold anything: both are taken as they are. React escapes when it draws.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    initAsync: false,
    returnEmptyString: true,
  });
  void instance.init();
  return ({ key, params }) => instance.t(key, params);
};

/** Every key of the English words, for tests. */
export const wordKeys: readonly string[] = Object.keys(en);
