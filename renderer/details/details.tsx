/** The open conversation: who, the transcript, what is known, what happened, and Conversation Actions. */
import { Tabs } from '@base-ui/react/tabs';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ConversationDetails, Directory } from '../../contract/model.ts';
import { useDirectory } from '../bridge/board-input.ts';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { IconButton } from '../ui/button.tsx';
import { channelWords, WaitMark, waitWords } from '../ui/marks.tsx';
import { Empty } from '../ui/page.tsx';
import { clockWords, useNow } from '../ui/time.ts';
import { Actions } from './actions.tsx';
import { Composer } from './composer.tsx';
import css from './details.module.css';
import { Facts } from './facts.tsx';
import { PendingNote } from './pending-note.tsx';
import { History, Transcript } from './transcript.tsx';

export const Details = ({ id }: { id: number }) => {
  const { state, t, client } = useServices();
  const directory = useDirectory();
  const { data, isError } = useCall(
    'conversation.get',
    { id },
    { topics: [`conversation:${id}`, 'directory'] },
  );
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // Asks for the newest messages once; they arrive as a topic. Without a network the saved ones stay.
    client.invoke('conversation.load', { id, older: false }).catch(() => undefined);
  }, [client, id]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (key !== 'Escape' || !(target instanceof Element) || !box.current?.contains(target)) return;
      // Escape in an open list closes that list only.
      if (target.getAttribute('aria-expanded') !== 'true') state.set({ open: null });
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [state]);
  const close = () => state.set({ open: null });
  return (
    <section ref={box} className={css.details} aria-label={t('ui.details.region')}>
      {data ? (
        <Opened details={data} directory={directory} onClose={close} />
      ) : (
        <>
          <div className={css.head}>
            <span className={css.headNames} />
            <IconButton label={t('ui.details.close')} onClick={close}>
              <X size={18} />
            </IconButton>
          </div>
          {(data === null || isError) && (
            <Empty title={t('ui.details.missing', { id })}>{t('ui.details.missingHint')}</Empty>
          )}
        </>
      )}
    </section>
  );
};

const Opened = ({
  details,
  directory,
  onClose,
}: {
  details: ConversationDetails;
  directory: Directory | null;
  onClose: () => void;
}) => {
  const { t } = useServices();
  const now = useNow();
  const { card } = details;
  const wait = waitWords(t, card, now);
  const inbox = directory?.inboxes.find((one) => one.id === card.inbox)?.name;
  return (
    <Tabs.Root defaultValue="conversation" className={css.tabsRoot}>
      <div className={css.head}>
        <div className={css.headNames}>
          <h2 className={css.title}>
            <bdi>{card.contact}</bdi>
          </h2>
          <p className={css.subtitle}>
            #{card.id} · {inbox ?? channelWords(card.channel)}
          </p>
        </div>
        <WaitMark level={wait.level} text={wait.short} />
        <IconButton label={t('ui.details.close')} onClick={onClose}>
          <X size={18} />
        </IconButton>
      </div>
      <Tabs.List className={css.tabs}>
        {(['conversation', 'details', 'history'] as const).map((tab) => (
          <Tabs.Tab key={tab} value={tab} className={css.tab}>
            {t(`ui.details.tab.${tab}`)}
          </Tabs.Tab>
        ))}
        <span className={css.saved}>
          {details.savedAt === null
            ? t('ui.details.notSaved')
            : t(details.newerMissing ? 'ui.details.savedBehind' : 'ui.details.saved', {
                time: clockWords(details.savedAt, now),
              })}
        </span>
      </Tabs.List>
      <Tabs.Panel value="conversation" className={css.panel} keepMounted={false}>
        <Transcript details={details} />
      </Tabs.Panel>
      <Tabs.Panel value="details" className={css.panel} keepMounted={false}>
        <Facts details={details} directory={directory} />
      </Tabs.Panel>
      <Tabs.Panel value="history" className={css.panel} keepMounted={false}>
        <History details={details} />
      </Tabs.Panel>
      <Composer conversation={card.id} draft={details.draft} />
      <PendingNote card={card} />
      <Actions details={details} directory={directory} />
    </Tabs.Root>
  );
};
