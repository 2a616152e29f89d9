/** What moving, taking back and following share: whom they ask, and how they say what came of it. */
import type { QueryClient } from '@tanstack/react-query';
import type { Directory, Words } from '../../contract/model.ts';
import type { Announcer } from '../ui/announcer.ts';
import type { Translate } from '../ui/strings.ts';
import type { Toaster, ToastContent } from '../ui/toaster.ts';
import type { Client } from './client.ts';

export type Telling = {
  client: Client;
  queries: QueryClient;
  announcer: Announcer;
  toaster: Toaster;
  t: Translate;
  /** Words that come from core, in the user's language. */
  say: (words: Words) => string;
};

/** Says it twice: in a toast to see, and in the live region to hear. */
export const tellerOf =
  ({ toaster, announcer }: Pick<Telling, 'toaster' | 'announcer'>) =>
  (content: ToastContent): void => {
    toaster.show(content);
    const text = [content.title, ...content.details].join(' ');
    if (content.tone === 'bad') announcer.warn(text);
    else announcer.say(text);
  };

/** A call that core could not answer, in its words. */
export const failureOf = (t: Translate, error: unknown): ToastContent => ({
  title: t('ui.toast.failed'),
  details: [error instanceof Error ? error.message : String(error)],
  tone: 'bad',
});

/** Agents and teams as they were last asked for. */
export const directoryIn = (queries: QueryClient): Directory | null =>
  queries.getQueryData<Directory | null>(['directory.get', {}]) ?? null;
