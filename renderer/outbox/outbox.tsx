/** The outbox: what waits, is sending, was refused or meets somebody else's change; each with its way out. */
import { CircleCheck, Clock, LoaderCircle, Slash, TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Assignment, Directory, OutboxEntry } from '../../contract/model.ts';
import { useDirectory } from '../bridge/board-input.ts';
import { useOutbox } from '../bridge/outbox.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { Button } from '../ui/button.tsx';
import { actionLabel, assigneeName, teamName } from '../ui/names.ts';
import { Empty, Page } from '../ui/page.tsx';
import page from '../ui/page.module.css';
import { clockWords, useNow } from '../ui/time.ts';
import css from './outbox.module.css';
import { sortEntries } from './sort-entries.ts';

export const Outbox = () => {
  const { t } = useServices();
  const directory = useDirectory();
  const { data, isError, error } = useOutbox();
  const { stopped, open, done } = sortEntries(data?.entries ?? []);
  return (
    <Page title={t('ui.outbox.title')} subtitle={t('ui.outbox.subtitle')} narrow>
      {isError && <Empty title={t('ui.outbox.failed')}>{error.message}</Empty>}
      {data && data.entries.length === 0 && (
        <Empty title={t('ui.outbox.empty')}>{t('ui.outbox.emptyHint')}</Empty>
      )}
      {[
        { title: t('ui.outbox.stopped'), entries: stopped },
        { title: t('ui.outbox.open'), entries: open },
        { title: t('ui.outbox.done'), entries: done },
      ].map(
        ({ title, entries }) =>
          entries.length > 0 && (
            <section key={title} aria-label={title} className={css.section}>
              <h2 className={css.title}>
                {title} <span className={css.count}>{entries.length}</span>
              </h2>
              <ul className={page.list}>
                {entries.map((entry) => (
                  <Entry key={entry.id} entry={entry} directory={directory} />
                ))}
              </ul>
            </section>
          ),
      )}
    </Page>
  );
};

const Entry = ({ entry, directory }: { entry: OutboxEntry; directory: Directory | null }) => {
  const { state, t, say } = useServices();
  const now = useNow();
  const box = useRef<HTMLLIElement>(null);
  const reviewed = useStore(state, (window) => window.review === entry.id);
  useEffect(() => {
    if (!reviewed) return;
    box.current?.scrollIntoView({ block: 'center' });
    box.current?.querySelector('button')?.focus();
  }, [reviewed]);
  return (
    <li ref={box} className={css.entry} data-state={entry.state} data-reviewed={reviewed || undefined}>
      <div className={css.line}>
        <StateIcon state={entry.state} />
        <div className={page.lineMain}>
          <p>
            <span className={page.lineTitle}>{say(actionLabel(t, directory, entry.action))}</span>
            <span className={page.lineText}>
              {' · '}#{entry.conversation} <bdi>{entry.contact}</bdi>
            </span>
          </p>
          <p className={page.lineText}>
            {[
              t(`ui.outbox.state.${entry.state}`),
              entry.reason && say(entry.reason),
              entry.serverWords !== null && t('ui.outbox.serverSaid', { words: entry.serverWords }),
            ]
              .filter(Boolean)
              .join('. ')}
          </p>
        </div>
        <span className={page.time}>{clockWords(entry.settledAt ?? entry.createdAt, now)}</span>
      </div>
      {entry.state === 'conflict' && <BothSides entry={entry} directory={directory} />}
      <EntryActions entry={entry} />
    </li>
  );
};

const holderWords = (
  t: ReturnType<typeof useServices>['t'],
  directory: Directory | null,
  { assignee, team }: Assignment,
): string => {
  const agent = assignee ? assigneeName(t, directory, assignee) : t('ui.outbox.nobody');
  return team === null
    ? t('ui.outbox.holder', { agent })
    : t('ui.outbox.holderTeam', { agent, team: teamName(t, directory, team) });
};

/** What they did and what I asked for, side by side. */
const BothSides = ({ entry, directory }: { entry: OutboxEntry; directory: Directory | null }) => {
  const { t, say } = useServices();
  return (
    <dl className={css.sides}>
      <div className={css.side}>
        <dt>{t('ui.outbox.saw')}</dt>
        <dd>{holderWords(t, directory, entry.base)}</dd>
      </div>
      <div className={css.side}>
        <dt>{t('ui.outbox.theirs')}</dt>
        <dd>{entry.result ? holderWords(t, directory, entry.result) : t('ui.outbox.unknown')}</dd>
      </div>
      <div className={css.side}>
        <dt>{t('ui.outbox.mine')}</dt>
        <dd>{say(actionLabel(t, directory, entry.action))}</dd>
      </div>
    </dl>
  );
};

const EntryActions = ({ entry }: { entry: OutboxEntry }) => {
  const { client, state, t, toaster } = useServices();
  const failed = (error: unknown) =>
    toaster.show({
      title: t('ui.toast.failed'),
      details: [error instanceof Error ? error.message : String(error)],
      tone: 'bad',
    });
  const settle = (choice: 'keep' | 'apply' | 'retry' | 'discard') => {
    client.invoke('outbox.settle', { commands: [entry.id], choice }).catch(failed);
  };
  const about = t('ui.outbox.about', { id: entry.conversation, contact: entry.contact });
  const button = (words: string, run: () => void, look: 'plain' | 'accent' = 'plain') => (
    <Button size="small" look={look} aria-label={`${words}, ${about}`} onClick={run}>
      {words}
    </Button>
  );
  return (
    <div className={css.actions}>
      {entry.state === 'conflict' && (
        <>
          {button(t('ui.outbox.keep'), () => settle('keep'))}
          {button(t('ui.outbox.apply'), () => settle('apply'), 'accent')}
        </>
      )}
      {entry.state === 'refused' && (
        <>
          {button(t('ui.outbox.retry'), () => settle('retry'))}
          {button(t('ui.outbox.discard'), () => settle('discard'))}
        </>
      )}
      {entry.state === 'waiting' &&
        button(t('ui.action.cancel'), () => {
          client.invoke('outbox.cancel', { commands: [entry.id] }).catch(failed);
        })}
      {button(t('ui.outbox.openConversation'), () => state.set({ open: entry.conversation }))}
    </div>
  );
};

const StateIcon = ({ state }: { state: OutboxEntry['state'] }) => {
  const props = { size: 16, 'aria-hidden': true, className: css.icon ?? '' } as const;
  switch (state) {
    case 'waiting':
      return <Clock {...props} />;
    case 'sending':
      return <LoaderCircle {...props} />;
    case 'confirmed':
      return <CircleCheck {...props} />;
    case 'refused':
    case 'conflict':
      return <TriangleAlert {...props} />;
    case 'superseded':
    case 'cancelled':
      return <Slash {...props} />;
  }
};
