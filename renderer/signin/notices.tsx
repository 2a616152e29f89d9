/** What is wrong with the files of this computer, or happened to them: said over the board until it is over or dismissed. */
import { Info, TriangleAlert, X } from 'lucide-react';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { IconButton } from '../ui/button.tsx';
import css from './connection-banner.module.css';

export const Notices = () => {
  const { client, t, say } = useServices();
  const { data } = useCall('notices.get', {}, { topics: ['notices'] });
  return data?.notices.map(({ id, words, standing }) => (
    <div key={id} className={css.banner} data-notice={id} role={standing ? 'alert' : 'status'}>
      {standing ? <TriangleAlert size={16} aria-hidden="true" /> : <Info size={16} aria-hidden="true" />}
      <p className={css.words}>{say(words)}</p>
      {!standing && (
        <IconButton
          label={t('ui.banner.dismiss')}
          onClick={() => void client.invoke('notices.dismiss', { id })}
        >
          <X size={16} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  ));
};
