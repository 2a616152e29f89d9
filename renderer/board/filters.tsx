/** Filters of the board: active ones as chips that can be taken off, the rest behind one menu. */
import { Menu } from '@base-ui/react/menu';
import { Check, ChevronRight, ListFilter, X } from 'lucide-react';
import type { Filter } from '../../contract/model.ts';
import { useDirectory } from '../bridge/board-input.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { DEFAULT_FILTER } from '../bridge/window-state.ts';
import controls from '../ui/controls.module.css';
import css from './summary-bar.module.css';

const STATUSES = ['open', 'pending', 'snoozed'] as const;
const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const;
const WAITS = [0, 5, 10, 15, 30, 60] as const;

type Option = { value: string; text: string; on: boolean };

const toggled = <V,>(list: readonly V[], value: V): V[] =>
  list.includes(value) ? list.filter((one) => one !== value) : [...list, value];

export const Filters = () => {
  const { state, t } = useServices();
  const filter = useStore(state, (window) => window.filter);
  const directory = useDirectory();
  const change = (patch: Partial<Filter>) => state.set({ filter: { ...filter, ...patch } });
  const statusText = (status: string) =>
    STATUSES.some((one) => one === status) ? t(`ui.status.${status as (typeof STATUSES)[number]}`) : status;

  const groups: { name: string; options: Option[]; toggle: (value: string) => void; reset: () => void }[] = [
    {
      name: t('ui.filter.inbox'),
      options: (directory?.inboxes ?? []).map((inbox) => ({
        value: String(inbox.id),
        text: inbox.name,
        on: filter.inboxes.includes(inbox.id),
      })),
      toggle: (value) => change({ inboxes: toggled(filter.inboxes, Number(value)) }),
      reset: () => change({ inboxes: [] }),
    },
    {
      name: t('ui.filter.label'),
      options: (directory?.labels ?? []).map(({ title }) => ({
        value: title,
        text: title,
        on: filter.labels.includes(title),
      })),
      toggle: (value) => change({ labels: toggled(filter.labels, value) }),
      reset: () => change({ labels: [] }),
    },
    {
      name: t('ui.filter.priority'),
      options: PRIORITIES.map((value) => ({
        value,
        text: t(`ui.priority.${value}`),
        on: filter.priorities.includes(value),
      })),
      toggle: (value) => change({ priorities: toggled(filter.priorities, value) }),
      reset: () => change({ priorities: [] }),
    },
    {
      name: t('ui.filter.status'),
      options: STATUSES.map((value) => ({
        value,
        text: statusText(value),
        on: filter.statuses.includes(value),
      })),
      // At least one status stays: an empty list would mean all of them.
      toggle: (value) => {
        const statuses = toggled(filter.statuses, value);
        change({ statuses: statuses.length > 0 ? statuses : DEFAULT_FILTER.statuses });
      },
      reset: () => change({ statuses: DEFAULT_FILTER.statuses }),
    },
  ];
  const statusIsDefault = filter.statuses.join() === DEFAULT_FILTER.statuses.join();
  const chips = groups.flatMap((group, index) => {
    const on = group.options.filter((option) => option.on);
    return on.length === 0 || (index === 3 && statusIsDefault)
      ? []
      : [{ text: `${group.name}: ${on.map((option) => option.text).join(', ')}`, reset: group.reset }];
  });
  if (filter.waitingLongerThan > 0)
    chips.push({
      text: t('ui.filter.waits', { minutes: filter.waitingLongerThan }),
      reset: () => change({ waitingLongerThan: 0 }),
    });

  return (
    <div className={css.filters} role="group" aria-label={t('ui.filter.label.group')}>
      {chips.map((chip) => (
        <span key={chip.text} className={css.active}>
          {chip.text}
          <button
            type="button"
            className={css.remove}
            aria-label={t('ui.filter.remove', { filter: chip.text })}
            onClick={chip.reset}
          >
            <X size={13} aria-hidden="true" />
          </button>
        </span>
      ))}
      <Menu.Root>
        <Menu.Trigger className={css.add}>
          <ListFilter size={13} aria-hidden="true" />
          {t('ui.filter.add')}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className={controls.positioner} sideOffset={4} align="start">
            <Menu.Popup className={controls.popup}>
              {groups.map((group) => (
                <Menu.SubmenuRoot key={group.name}>
                  <Menu.SubmenuTrigger className={controls.item}>
                    <span className={controls.grow}>{group.name}</span>
                    <ChevronRight size={14} className={controls.end ?? ''} aria-hidden="true" />
                  </Menu.SubmenuTrigger>
                  <Menu.Portal>
                    <Menu.Positioner className={controls.positioner} sideOffset={2} alignOffset={-4}>
                      <Menu.Popup className={controls.popup}>
                        {group.options.map((option) => (
                          <Menu.CheckboxItem
                            key={option.value}
                            className={controls.item}
                            checked={option.on}
                            onCheckedChange={() => group.toggle(option.value)}
                          >
                            <span className={controls.tick}>{option.on && <Check size={15} />}</span>
                            {option.text}
                          </Menu.CheckboxItem>
                        ))}
                      </Menu.Popup>
                    </Menu.Positioner>
                  </Menu.Portal>
                </Menu.SubmenuRoot>
              ))}
              <Menu.SubmenuRoot>
                <Menu.SubmenuTrigger className={controls.item}>
                  <span className={controls.grow}>{t('ui.filter.waiting')}</span>
                  <ChevronRight size={14} className={controls.end ?? ''} aria-hidden="true" />
                </Menu.SubmenuTrigger>
                <Menu.Portal>
                  <Menu.Positioner className={controls.positioner} sideOffset={2} alignOffset={-4}>
                    <Menu.Popup className={controls.popup}>
                      <Menu.RadioGroup
                        value={filter.waitingLongerThan}
                        onValueChange={(minutes: number) => change({ waitingLongerThan: minutes })}
                      >
                        {WAITS.map((minutes) => (
                          <Menu.RadioItem key={minutes} value={minutes} className={controls.item}>
                            <span className={controls.tick}>
                              <Menu.RadioItemIndicator>
                                <Check size={15} />
                              </Menu.RadioItemIndicator>
                            </span>
                            {minutes === 0 ? t('ui.filter.anyWait') : t('ui.time.minutes', { minutes })}
                          </Menu.RadioItem>
                        ))}
                      </Menu.RadioGroup>
                    </Menu.Popup>
                  </Menu.Positioner>
                </Menu.Portal>
              </Menu.SubmenuRoot>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
};
