/** The outbox: what waits, is sending, was refused or meets somebody else's change; one by one or all at once. */
import type { Directory, OutboxEntry } from '../../contract/model.ts';
import { useDirectory } from '../bridge/board-input.ts';
import { useOutbox } from '../bridge/outbox.ts';
import { useServices } from '../bridge/services.ts';
import { Empty, Page } from '../ui/page.tsx';
import page from '../ui/page.module.css';
import { Bulk, type BulkChoice } from './bulk.tsx';
import { Entry } from './entry.tsx';
import { NoteLine } from './note-line.tsx';
import css from './outbox.module.css';
import { useSettling, type Choice } from './settling.ts';
import { isOfBackup, progressOf, sortEntries } from './sort-entries.ts';

export const Outbox = () => {
  const { t } = useServices();
  const directory = useDirectory();
  const { data, isError, error } = useOutbox();
  const { settle, cancel } = useSettling();
  const entries = data?.entries ?? [];
  const { conflicts, refused, open, done } = sortEntries(entries);
  const notes = data?.notes ?? [];
  const openNotes = notes.filter(({ state }) => state !== 'sent' && state !== 'discarded');
  const counts = data?.counts;
  const hidden = counts
    ? counts.conflict +
      counts.refused +
      counts.waiting +
      counts.sending -
      (conflicts.length + refused.length + open.length + openNotes.length)
    : 0;
  const waiting = open.filter(({ state }) => state === 'waiting');
  const all = (key: 'keep' | 'apply' | 'retry' | 'discard', of: readonly OutboxEntry[]): BulkChoice => {
    const count = of.length;
    return {
      label: t(`ui.outbox.all.${key}`, { count }),
      question: t(`ui.outbox.ask.${key}`, { count }),
      run: () => settle(of, key satisfies Choice),
    };
  };
  return (
    <Page title={t('ui.outbox.title')} subtitle={<Underway entries={entries} />} narrow>
      {isError && <Empty title={t('ui.outbox.failed')}>{error.message}</Empty>}
      {data && entries.length + notes.length === 0 && (
        <Empty title={t('ui.outbox.empty')}>{t('ui.outbox.emptyHint')}</Empty>
      )}
      {conflicts.length + refused.length > 0 && (
        <section aria-label={t('ui.outbox.stopped')} className={css.section}>
          <Title words={t('ui.outbox.stopped')} count={conflicts.length + refused.length} />
          {conflicts.length > 1 && (
            <Bulk
              lead={t(conflicts.some(isOfBackup) ? 'ui.outbox.decideAgain' : 'ui.outbox.conflicts', {
                count: conflicts.length,
              })}
              choices={[all('keep', conflicts), { ...all('apply', conflicts), look: 'accent' }]}
            />
          )}
          <List entries={conflicts} directory={directory} />
          {refused.length > 1 && (
            <Bulk
              lead={t('ui.outbox.refused', { count: refused.length })}
              choices={[all('retry', refused), all('discard', refused)]}
            />
          )}
          <List entries={refused} directory={directory} />
        </section>
      )}
      {notes.length > 0 && (
        <section aria-label={t('ui.outbox.notes')} className={css.section}>
          <Title words={t('ui.outbox.notes')} count={openNotes.length} />
          <ul className={`${page.list} ${css.list}`}>
            {notes.map((note) => (
              <NoteLine key={note.id} note={note} />
            ))}
          </ul>
        </section>
      )}
      {open.length > 0 && (
        <section aria-label={t('ui.outbox.open')} className={css.section}>
          <Title words={t('ui.outbox.open')} count={open.length} />
          {waiting.length > 1 && (
            <Bulk
              lead={t('ui.outbox.waiting', { count: waiting.length })}
              choices={[
                {
                  label: t('ui.outbox.all.cancel', { count: waiting.length }),
                  question: t('ui.outbox.ask.cancel', { count: waiting.length }),
                  run: () => cancel(waiting),
                },
              ]}
            />
          )}
          <List entries={open} directory={directory} />
        </section>
      )}
      {hidden > 0 && <p className={css.more}>{t('ui.outbox.more', { count: hidden })}</p>}
      {done.length > 0 && (
        <section aria-label={t('ui.outbox.done')} className={css.section}>
          <Title words={t('ui.outbox.done')} count={done.length} />
          <List entries={done} directory={directory} />
        </section>
      )}
    </Page>
  );
};

const Title = ({ words, count }: { words: string; count: number }) => (
  <h2 className={css.title}>
    {words} <span className={css.count}>{count}</span>
  </h2>
);

const List = ({ entries, directory }: { entries: readonly OutboxEntry[]; directory: Directory | null }) =>
  entries.length > 0 && (
    <ul className={`${page.list} ${css.list}`}>
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} directory={directory} />
      ))}
    </ul>
  );

/** Many go one by one: how many have been, of how many. In place of what the view is about, so that nothing below moves. */
const Underway = ({ entries }: { entries: readonly OutboxEntry[] }) => {
  const { t } = useServices();
  const progress = progressOf(entries);
  if (!progress) return t('ui.outbox.subtitle');
  const words = t('ui.outbox.progress', progress);
  return (
    <span className={css.underway}>
      {words}
      <progress value={progress.done} max={progress.all} aria-label={words} />
    </span>
  );
};
