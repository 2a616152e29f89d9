/** The transcript: messages, private notes and activity in order, attachments as links; and the activity alone. */
import { LockKeyhole, Paperclip } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { ConversationDetails, Message } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/page.tsx';
import { clockWords, useNow } from '../ui/time.ts';
import css from './transcript.module.css';
import { WaitingNotes } from './waiting-notes.tsx';

export const Transcript = ({ details }: { details: ConversationDetails }) => {
  const { t, client } = useServices();
  const box = useRef<HTMLDivElement>(null);
  const newest = details.notes.at(-1)?.id ?? details.messages.at(-1)?.id;
  useLayoutEffect(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [newest]);
  return (
    <div
      ref={box}
      className={css.transcript}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('ui.transcript.label')}
    >
      {details.moreBefore && (
        <Button
          look="link"
          className={css.older}
          onClick={() => {
            client.invoke('conversation.load', { id: details.card.id, older: true }).catch(() => undefined);
          }}
        >
          {t('ui.transcript.older')}
        </Button>
      )}
      {details.messages.length + details.notes.length === 0 && <Empty title={t('ui.transcript.empty')} />}
      {details.messages.map((message, index) => (
        <Entry key={message.id} message={message} previous={details.messages[index - 1]} />
      ))}
      <WaitingNotes notes={details.notes} />
    </div>
  );
};

const Entry = ({ message, previous }: { message: Message; previous: Message | undefined }) => {
  const { t, client } = useServices();
  const now = useNow();
  const time = clockWords(message.at * 1000, now);
  if (message.kind === 'activity')
    return (
      <p className={css.activity}>
        <bdi>{message.text}</bdi> <span className={css.time}>· {time}</span>
      </p>
    );
  const sender =
    message.sender ?? t(message.senderType === 'contact' ? 'ui.transcript.customer' : 'ui.transcript.agent');
  const followsOn =
    previous?.kind === message.kind && previous.sender === message.sender && message.at - previous.at < 300;
  return (
    <div className={css.entry} data-kind={message.kind} data-bot={message.senderType === 'bot' || undefined}>
      {!followsOn && (
        <p className={css.by}>
          {message.kind === 'note' && (
            <>
              <LockKeyhole size={11} aria-hidden="true" /> {t('ui.transcript.note')} ·{' '}
            </>
          )}
          <bdi>{sender}</bdi> · <span className={css.time}>{time}</span>
        </p>
      )}
      {message.text !== '' && (
        <p className={css.bubble} dir="auto">
          {message.text}
        </p>
      )}
      {message.attachments.map((attachment) => (
        <button
          key={attachment.url}
          type="button"
          className={css.attachment}
          onClick={() => {
            client.invoke('link.open', { url: attachment.url }).catch(() => undefined);
          }}
        >
          <Paperclip size={14} aria-hidden="true" />
          <span className={css.attachmentName}>{t('ui.transcript.open', { type: attachment.type })}</span>
        </button>
      ))}
      {message.status === 'failed' && <p className={css.failed}>{t('ui.transcript.failed')}</p>}
    </div>
  );
};

/** Who did what to this conversation, newest first. */
export const History = ({ details }: { details: ConversationDetails }) => {
  const { t } = useServices();
  const now = useNow();
  const activity = details.messages.filter((message) => message.kind === 'activity').toReversed();
  if (activity.length === 0) return <Empty title={t('ui.history.empty')}>{t('ui.history.emptyHint')}</Empty>;
  return (
    <ol className={css.history} tabIndex={0} aria-label={t('ui.details.tab.history')}>
      {activity.map((message) => (
        <li key={message.id} className={css.historyLine}>
          <span className={css.historyTime}>{clockWords(message.at * 1000, now)}</span>
          <bdi>{message.text}</bdi>
        </li>
      ))}
    </ol>
  );
};
