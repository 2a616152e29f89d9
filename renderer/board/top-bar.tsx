/** The bar over everything: workspace, search, grouping, sort, own availability and the connection. */
import { Menu } from '@base-ui/react/menu';
import { ArrowUpDown, Check, ChevronDown, Search } from 'lucide-react';
import type { Workspace } from '../../contract/ipc.ts';
import type { Grouping, Presence, Sort } from '../../contract/model.ts';
import { useChangeSettings, useDirectory, useSettings } from '../bridge/board-input.ts';
import { useServices } from '../bridge/services.ts';
import { Button, Kbd } from '../ui/button.tsx';
import { modKey } from '../ui/keys.ts';
import controls from '../ui/controls.module.css';
import { PresenceMark } from '../ui/marks.tsx';
import { presenceWords } from '../ui/names.ts';
import { ConnectionPill } from './connection-pill.tsx';
import { OutboxPill } from './outbox-pill.tsx';
import css from './top-bar.module.css';

const GROUPINGS: readonly Grouping[] = ['queues', 'agents', 'teams'];
const SORTS: readonly Sort[] = ['waiting', 'activity', 'created', 'priority'];
const AVAILABILITIES = ['online', 'busy', 'offline'] as const;

export const TopBar = ({ workspace }: { workspace: Workspace }) => {
  const { state, t, client } = useServices();
  const settings = useSettings();
  const change = useChangeSettings();
  const directory = useDirectory();
  const mine: Presence = directory?.me.availability ?? 'unknown';
  return (
    <header className={css.bar}>
      <div className={css.workspace}>
        <span className={css.workspaceName}>{workspace.name}</span>
        <span className={css.workspaceNote}>
          {workspace.demo ? t('ui.top.demo') : hostOf(workspace.origin)}
        </span>
      </div>
      <button type="button" className={css.search} onClick={() => state.set({ view: 'search' })}>
        <Search size={15} aria-hidden="true" />
        <span className={css.searchText}>{t('ui.top.searchShort')}</span>
        <Kbd>{modKey('F')}</Kbd>
      </button>
      <div role="group" aria-label={t('ui.top.grouping')} className={css.segments}>
        {GROUPINGS.map((grouping) => (
          <button
            key={grouping}
            type="button"
            className={css.segment}
            aria-pressed={settings.grouping === grouping}
            onClick={() => {
              state.set({ view: 'board', selected: new Set() });
              change({ grouping });
            }}
          >
            {t(`ui.grouping.${grouping}`)}
          </button>
        ))}
      </div>
      <span className={css.space} />
      <Menu.Root>
        <Menu.Trigger
          render={
            <Button
              look="quiet"
              className={css.sort}
              aria-label={t('ui.top.sort', { sort: t(`ui.sort.${settings.sort}`) })}
            >
              <ArrowUpDown size={14} aria-hidden="true" />
              <span className={css.sortText}>{t(`ui.sort.${settings.sort}`)}</span>
            </Button>
          }
        />
        <Menu.Portal>
          <Menu.Positioner className={controls.positioner} sideOffset={4} align="end">
            <Menu.Popup className={controls.popup}>
              <Menu.RadioGroup value={settings.sort} onValueChange={(sort: Sort) => change({ sort })}>
                {SORTS.map((sort) => (
                  <Menu.RadioItem key={sort} value={sort} closeOnClick className={controls.item}>
                    <span className={controls.tick}>
                      <Menu.RadioItemIndicator>
                        <Check size={15} />
                      </Menu.RadioItemIndicator>
                    </span>
                    {t(`ui.sort.${sort}`)}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Menu.Root>
        <Menu.Trigger
          render={
            <Button
              className={css.availability}
              aria-label={t('ui.top.availability', { presence: presenceWords(t, mine) })}
            >
              <PresenceMark presence={mine} />
              <span className={css.availabilityText}>{presenceWords(t, mine)}</span>
              <ChevronDown size={14} aria-hidden="true" />
            </Button>
          }
        />
        <Menu.Portal>
          <Menu.Positioner className={controls.positioner} sideOffset={4} align="end">
            <Menu.Popup className={`${controls.popup} ${css.note}`}>
              <Menu.RadioGroup
                value={mine}
                onValueChange={(availability: (typeof AVAILABILITIES)[number]) =>
                  void client.invoke('availability.set', { availability })
                }
              >
                {AVAILABILITIES.map((availability) => (
                  <Menu.RadioItem
                    key={availability}
                    value={availability}
                    closeOnClick
                    className={controls.item}
                  >
                    <PresenceMark presence={availability} />
                    <span className={controls.grow}>{presenceWords(t, availability)}</span>
                    <Menu.RadioItemIndicator>
                      <Check size={15} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
              <p className={css.noteText}>{t('ui.top.availabilityNote')}</p>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <OutboxPill />
      <ConnectionPill />
    </header>
  );
};

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : origin);
