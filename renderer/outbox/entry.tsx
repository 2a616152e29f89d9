/** One entry of the outbox: what was asked for, how it stands, both sides where they differ, and the ways out. */
import { CircleCheck, Clock, LoaderCircle, Slash, TriangleAlert } from 'lucide-react';
import type { Assignment, Directory, OutboxEntry } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import { actionLabel, assigneeName, teamName } from '../ui/names.ts';
import page from '../ui/page.module.css';
import { clockWords, useNow } from '../ui/time.ts';
import css from './outbox.module.css';
import { isOfBackup } from './sort-entries.ts';
import { useReviewed } from './use-reviewed.ts';
import { useSettling } from './settling.ts';

/** The contract's own comparison would bring its parsers into the page. */
const isSame = (a: Assignment, b: Assignment): boolean =>
  a.team === b.team && a.assignee?.type === b.assignee?.type && a.assignee?.id === b.assignee?.id;

type EntryProps = { entry: OutboxEntry; directory: Directory | null };

export const Entry = ({ entry, directory }: EntryProps) => {
  const { t, say } = useServices();
  const now = useNow();
  const { box, reviewed } = useReviewed(entry.id);
  const stopped = entry.state === 'conflict' || entry.state === 'refused';
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
              !isOfBackup(entry) && t(`ui.outbox.state.${entry.state}`),
              entry.reason && say(entry.reason),
              entry.serverWords !== null && t('ui.outbox.serverSaid', { words: entry.serverWords }),
            ]
              .filter(Boolean)
              .join('. ')}
          </p>
        </div>
        <span className={page.time}>{clockWords(entry.settledAt ?? entry.createdAt, now)}</span>
      </div>
      {stopped && <Sides entry={entry} directory={directory} />}
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

/** What was seen, how it is now and what I asked for, side by side; "Apply mine" is about what stands here. */
const Sides = ({ entry, directory }: EntryProps) => {
  const { t, say } = useServices();
  const { now, result, state } = entry;
  const again = now !== null && result !== null && !isSame(now, result);
  return (
    <dl className={css.sides}>
      <div className={css.side}>
        <dt>{t('ui.outbox.saw')}</dt>
        <dd>{holderWords(t, directory, entry.base)}</dd>
      </div>
      <div className={css.side} data-again={again || undefined}>
        <dt>{t(state === 'conflict' ? 'ui.outbox.theirs' : 'ui.outbox.now')}</dt>
        <dd>{now ? holderWords(t, directory, now) : t('ui.outbox.unknown')}</dd>
        {again && (
          <dd className={css.sideNote}>
            {t('ui.outbox.again', { before: holderWords(t, directory, result) })}
          </dd>
        )}
      </div>
      <div className={css.side}>
        <dt>{t('ui.outbox.mine')}</dt>
        <dd>{say(actionLabel(t, directory, entry.action))}</dd>
      </div>
    </dl>
  );
};

/** Where the focus goes when the entry of this button leaves the list. */
const neighbourOf = (button: HTMLElement): HTMLElement | null => {
  const line = button.closest('li');
  const next = line?.nextElementSibling ?? line?.previousElementSibling;
  return next?.querySelector('button') ?? document.querySelector('h1');
};

const EntryActions = ({ entry }: { entry: OutboxEntry }) => {
  const { state, t } = useServices();
  const { settle, cancel } = useSettling();
  const about = t('ui.outbox.about', { id: entry.conversation, contact: entry.contact });
  const button = (words: string, run: () => Promise<number>, look: 'plain' | 'accent' = 'plain') => (
    <Button
      size="small"
      look={look}
      aria-label={`${words}, ${about}`}
      onClick={({ currentTarget }) => {
        const next = neighbourOf(currentTarget);
        void run().then((settled) => {
          if (settled > 0) next?.focus();
        });
      }}
    >
      {words}
    </Button>
  );
  return (
    <div className={css.actions}>
      {entry.state === 'conflict' && (
        <>
          {button(t('ui.outbox.keep'), () => settle([entry], 'keep'))}
          {button(t('ui.outbox.apply'), () => settle([entry], 'apply'), 'accent')}
        </>
      )}
      {entry.state === 'refused' && (
        <>
          {button(t('ui.outbox.retry'), () => settle([entry], 'retry'))}
          {button(t('ui.outbox.discard'), () => settle([entry], 'discard'))}
        </>
      )}
      {entry.state === 'waiting' && button(t('ui.action.cancel'), () => cancel([entry]))}
      <Button
        size="small"
        aria-label={`${t('ui.outbox.openConversation')}, ${about}`}
        onClick={() => state.set({ open: entry.conversation })}
      >
        {t('ui.outbox.openConversation')}
      </Button>
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
