/** Private notes that are not on the server yet, at the end of the transcript: on their way, or refused with the way out. */
import { Clock, LockKeyhole, TriangleAlert } from 'lucide-react';
import type { NoteEntry } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { useNotes } from '../bridge/notes.ts';
import { Button } from '../ui/button.tsx';
import { clockWords, useNow } from '../ui/time.ts';
import css from './notes.module.css';

export const WaitingNotes = ({ notes }: { notes: readonly NoteEntry[] }) => (
  <>
    {notes.map((note) => (
      <WaitingNote key={note.id} note={note} />
    ))}
  </>
);

const WaitingNote = ({ note }: { note: NoteEntry }) => {
  const { t } = useServices();
  const now = useNow();
  const { stateWords, settle, copy } = useNotes();
  const refused = note.state === 'refused';
  const Icon = refused ? TriangleAlert : Clock;
  return (
    <div className={css.note} data-note={note.state}>
      <p className={css.by}>
        <LockKeyhole size={11} aria-hidden="true" /> {t('ui.transcript.note')} · {t('ui.notes.you')} ·{' '}
        <span className={css.time}>{clockWords(note.createdAt, now)}</span>
      </p>
      <p className={css.text} dir="auto">
        {note.text}
      </p>
      <p className={css.state}>
        <Icon size={12} aria-hidden="true" /> <span>{stateWords(note)}</span>
      </p>
      {note.state !== 'sending' && (
        <div className={css.ways}>
          {refused && (
            <Button size="small" onClick={() => settle(note, 'retry')}>
              {t('ui.outbox.retry')}
            </Button>
          )}
          {refused && (
            <Button size="small" onClick={() => copy(note)}>
              {t('ui.notes.copy')}
            </Button>
          )}
          <Button size="small" look="quiet" onClick={() => settle(note, 'discard')}>
            {t('ui.outbox.discard')}
          </Button>
        </div>
      )}
    </div>
  );
};
