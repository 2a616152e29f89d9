/** Search over names, messages and numbers of everything that is kept. */
import { Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useBoardInput, useDirectory } from '../bridge/board-input.ts';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { CardRow } from '../ui/card-row.tsx';
import { Empty, Page } from '../ui/page.tsx';
import page from '../ui/page.module.css';
import css from './search.module.css';

export const SearchView = () => {
  const { t } = useServices();
  const { grouping } = useBoardInput();
  const directory = useDirectory();
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed.trim());
  const found = useCall('search', { text, limit: 50 }, { enabled: text !== '', topics: ['counts'] });
  const cards = text === '' ? [] : (found.data?.cards ?? []);
  return (
    <Page title={t('ui.search.title')} narrow>
      <label className={css.field}>
        <Search size={16} aria-hidden="true" />
        <input
          type="search"
          className={css.input}
          aria-label={t('ui.search.label')}
          placeholder={t('ui.search.placeholder')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoFocus
        />
      </label>
      <p className={css.result} role="status">
        {text === ''
          ? t('ui.search.hint')
          : found.isSuccess
            ? t('ui.search.count', { count: cards.length })
            : ''}
      </p>
      {cards.length > 0 && (
        <div role="list" className={page.list} aria-label={t('ui.search.results')}>
          {cards.map((card) => (
            <CardRow key={card.id} card={card} directory={directory} grouping={grouping} />
          ))}
        </div>
      )}
      {text !== '' && found.isSuccess && cards.length === 0 && (
        <Empty title={t('ui.search.empty')}>{t('ui.search.emptyHint')}</Empty>
      )}
      {found.isError && <Empty title={t('ui.search.failed')}>{found.error.message}</Empty>}
    </Page>
  );
};
