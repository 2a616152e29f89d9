/** A private note in the outbox: its text, how far it has come, and its way out. */
import { CircleCheck, Clock, LoaderCircle, type LucideIcon, Slash, TriangleAlert } from 'lucide-react';
import type { NoteEntry } from '../../contract/model.ts';
import { useNotes } from '../bridge/notes.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import page from '../ui/page.module.css';
import { clockWords, useNow } from '../ui/time.ts';
import css from './outbox.module.css';
import { useReviewed } from './use-reviewed.ts';

const ICONS: Record<NoteEntry['state'], LucideIcon> = {
  waiting: Clock,
  sending: LoaderCircle,
  sent: CircleCheck,
  refused: TriangleAlert,
  discarded: Slash,
};
/** The look of the lines of commands. */
const LOOKS = {
  waiting: 'waiting',
  sending: 'sending',
  sent: 'confirmed',
  refused: 'refused',
  discarded: 'cancelled',
} as const;

export const NoteLine = ({ note }: { note: NoteEntry }) => {
  const { state, t } = useServices();
  const { stateWords, settle, copy } = useNotes();
  const now = useNow();
  const { box, reviewed } = useReviewed(note.id);
  const Icon = ICONS[note.state];
  const about = t('ui.outbox.about', { id: note.conversation, contact: note.contact });
  const button = (words: string, run: () => void) => (
    <Button size="small" aria-label={`${words}, ${about}`} onClick={run}>
      {words}
    </Button>
  );
  return (
    <li ref={box} className={css.entry} data-state={LOOKS[note.state]} data-reviewed={reviewed || undefined}>
      <div className={css.line}>
        <Icon size={16} aria-hidden={true} className={css.icon ?? ''} />
        <div className={page.lineMain}>
          <p>
            <span className={page.lineTitle}>{t('ui.transcript.note')}</span>
            <span className={page.lineText}>
              {' · '}#{note.conversation} <bdi>{note.contact}</bdi>
            </span>
          </p>
          <p className={css.noteText} dir="auto">
            {note.text}
          </p>
          <p className={page.lineText}>{stateWords(note)}</p>
        </div>
        <span className={page.time}>{clockWords(note.settledAt ?? note.createdAt, now)}</span>
      </div>
      <div className={css.actions}>
        {note.state === 'refused' && button(t('ui.outbox.retry'), () => settle(note, 'retry'))}
        {note.state === 'refused' && button(t('ui.notes.copy'), () => copy(note))}
        {(note.state === 'refused' || note.state === 'waiting') &&
          button(t('ui.outbox.discard'), () => settle(note, 'discard'))}
        {button(t('ui.outbox.openConversation'), () => state.set({ open: note.conversation }))}
      </div>
    </li>
  );
};
