/** Writes a private note: what is typed is kept at once, what is sent waits in the outbox until the server has it. */
import { LockKeyhole } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import css from './notes.module.css';

/** Between two stored states of what is being typed. */
const KEEP_EVERY_MS = 200;
/** The contract takes no more. */
const LONGEST = 20_000;

export const Composer = ({ conversation, draft }: { conversation: number; draft: string }) => {
  const { client, t, toaster, announcer } = useServices();
  const [text, setText] = useState(draft);
  const [busy, setBusy] = useState(false);
  const typed = useRef(draft);
  const kept = useRef<string | null>(draft);
  const told = useRef(false);
  const failed = useCallback(
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      toaster.show({ title: t('ui.notes.notSaved'), details: [why], tone: 'bad' });
      announcer.warn(`${t('ui.notes.notSaved')} ${why}`);
    },
    [toaster, announcer, t],
  );
  const keep = useCallback(() => {
    if (typed.current === kept.current) return;
    kept.current = typed.current;
    client.invoke('note.draft', { conversation, text: typed.current }).then(
      () => {
        told.current = false;
      },
      (error: unknown) => {
        // Once, not at every letter.
        if (!told.current) failed(error);
        told.current = true;
      },
    );
  }, [client, conversation, failed]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const type = (now: string) => {
    typed.current = now;
    setText(now);
    timer.current ??= setTimeout(() => {
      timer.current = null;
      keep();
    }, KEEP_EVERY_MS);
  };
  // Another conversation is opened: this one is not to lose its last letters.
  useEffect(() => keep, [keep]);
  const empty = text.trim() === '';
  const send = () => {
    if (empty || busy) return;
    setBusy(true);
    // The note takes the place of the draft; what is typed is not to come back as one meanwhile.
    kept.current = typed.current;
    client
      .invoke('note.send', { conversation, text })
      .then(
        () => {
          kept.current = '';
          type('');
          announcer.say(t('ui.notes.stored'));
        },
        (error: unknown) => {
          kept.current = null;
          failed(error);
          keep();
        },
      )
      .finally(() => setBusy(false));
  };
  return (
    <form
      className={css.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        className={css.field}
        rows={1}
        dir="auto"
        maxLength={LONGEST}
        aria-label={t('ui.notes.label')}
        placeholder={t('ui.notes.placeholder')}
        value={text}
        readOnly={busy}
        onChange={(event) => type(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          send();
        }}
      />
      {text !== '' && (
        <div className={css.foot}>
          <span className={css.hint}>
            <LockKeyhole size={11} aria-hidden="true" /> {t('ui.notes.hint')}
          </span>
          <Button type="submit" look="accent" size="small" disabled={empty || busy}>
            {t('ui.notes.send')}
          </Button>
        </div>
      )}
    </form>
  );
};
