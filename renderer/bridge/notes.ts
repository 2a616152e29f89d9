/** Private notes that are not on the server yet: what is said of them, and the ways out. */
import { useCallback } from 'react';
import type { NoteEntry } from '../../contract/model.ts';
import { useEvent } from './queries.ts';
import { useServices } from './services.ts';
import { failureOf, tellerOf } from './telling.ts';

export const useNotes = () => {
  const { client, t, say, toaster } = useServices();
  const failed = (error: unknown): void => void toaster.show(failureOf(t, error));
  return {
    /** How far it has come, and why no further. */
    stateWords: ({ state, reason, serverWords }: NoteEntry): string =>
      [
        t(`ui.notes.state.${state}`),
        reason && say(reason),
        serverWords !== null && t('ui.outbox.serverSaid', { words: serverWords }),
      ]
        .filter(Boolean)
        .join('. '),
    settle: ({ id }: NoteEntry, choice: 'retry' | 'discard'): void => {
      client.invoke('note.settle', { notes: [id], choice }).catch(failed);
    },
    copy: ({ text }: NoteEntry): void => {
      navigator.clipboard.writeText(text).catch(failed);
    },
  };
};

/** Says aloud that a note arrived, and shows that one was refused, wherever the window is. */
export const useNoteNews = (): void => {
  const { t, say, toaster, announcer } = useServices();
  useEvent(
    'note-settled',
    useCallback(
      ({ note }: { note: NoteEntry }) => {
        const about = { id: note.conversation, contact: note.contact };
        if (note.state === 'sent') announcer.say(t('ui.notes.arrived', about));
        if (note.state !== 'refused') return;
        const title = t('ui.notes.refused', about);
        const details = [note.reason ? say(note.reason) : '', note.serverWords ?? ''].filter(Boolean);
        tellerOf({ toaster, announcer })({ title, details, tone: 'bad', review: note.id });
      },
      [t, say, toaster, announcer],
    ),
  );
};
