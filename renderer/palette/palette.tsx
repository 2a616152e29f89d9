/** The command palette (Ctrl or Cmd + K): every command by name, moves of the open or selected conversations included. */
import { Dialog } from '@base-ui/react/dialog';
import { useEffect, useMemo, useRef, useState } from 'react';
import {
  useBoardInput,
  useChangeSettings,
  useDirectory,
  useLanes,
  useSettings,
} from '../bridge/board-input.ts';
import { moveToLane, readHints } from '../bridge/lift.ts';
import { loadedCards, useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { asMoveItem, type Hints, type MoveItem } from '../bridge/window-state.ts';
import { standingOf } from '../bridge/grouping.ts';
import { isModKey } from '../ui/keys.ts';
import dialog from '../ui/dialog.module.css';
import { doneWords, laneName } from '../ui/names.ts';
import { filterCommands, type PaletteCommand } from './filter-commands.ts';
import css from './palette.module.css';

export const Palette = () => {
  const { state, t } = useServices();
  const open = useStore(state, (window) => window.palette);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isModKey(event, 'k')) {
        const card = document.activeElement?.closest<HTMLElement>('[data-conversation]');
        const id = card?.dataset['conversation'];
        state.set(({ palette, paletteCard }) => ({
          palette: !palette,
          paletteCard: palette ? paletteCard : id === undefined ? null : Number(id),
        }));
      } else if (isModKey(event, 'f')) state.set({ view: 'search', palette: false });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [state]);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => state.set({ palette: next })}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={`${dialog.dialog} ${css.palette}`} aria-label={t('ui.palette.title')}>
          {open && <Commands />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

const Commands = () => {
  const { state, t } = useServices();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const commands = useCommands();
  const found = useMemo(() => filterCommands(commands, typed), [commands, typed]);
  const index = Math.min(active, Math.max(0, found.length - 1));
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [index]);
  const run = (command: PaletteCommand | undefined) => {
    if (!command || command.refused) return;
    state.set({ palette: false });
    command.run();
  };
  return (
    <>
      <input
        className={css.input}
        role="combobox"
        aria-label={t('ui.palette.title')}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[index] ? `palette-${index}` : undefined}
        placeholder={t('ui.palette.placeholder')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, index + 1));
          else if (event.key === 'ArrowUp') setActive(Math.max(0, index - 1));
          else if (event.key === 'Enter') run(found[index]);
          else return;
          event.preventDefault();
        }}
      />
      <ul ref={list} id="palette-list" role="listbox" aria-label={t('ui.palette.title')} className={css.list}>
        {found.map((command, place) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are on the field above, which keeps the focus
          <li
            key={command.id}
            id={`palette-${place}`}
            role="option"
            aria-selected={place === index}
            aria-disabled={command.refused}
            className={css.command}
            onClick={() => run(command)}
            onPointerMove={() => setActive(place)}
          >
            <span className={css.name}>{command.name}</span>
            <span className={css.note}>{command.note}</span>
          </li>
        ))}
        {found.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true" className={css.command}>
            {t('ui.palette.empty')}
          </li>
        )}
      </ul>
    </>
  );
};

/** The conversations that commands are about: the selection, else the focused card, else the open one. */
const useItems = (): readonly MoveItem[] => {
  const { state, queries } = useServices();
  const opened = useStore(state, (window) => window.open);
  const focused = useStore(state, (window) => window.paletteCard);
  const open = focused ?? opened;
  const selected = useStore(state, (window) => window.selected);
  const details = useCall(
    'conversation.get',
    { id: open ?? 0 },
    { enabled: open !== null, topics: [`conversation:${open ?? 0}`, 'directory'] },
  );
  const items = useMemo(() => {
    const loaded = loadedCards(queries.getQueriesData({ queryKey: ['board.cards'] }));
    if (selected.size > 0)
      return [...selected].flatMap((id) => {
        const card = loaded.get(id);
        return card ? [asMoveItem(card)] : [];
      });
    return open !== null && details.data ? [asMoveItem(details.data.card)] : [];
  }, [queries, selected, open, details.data]);
  // The base is what was seen when the palette opened: a change that comes meanwhile must not become it unseen.
  const [atOpen, setAtOpen] = useState<readonly MoveItem[] | null>(null);
  if (atOpen === null && items.length > 0) setAtOpen(items);
  return atOpen ?? items;
};

const useCommands = (): PaletteCommand[] => {
  const services = useServices();
  const { state, t, say, client, mover, undoer } = services;
  const settings = useSettings();
  const change = useChangeSettings();
  const directory = useDirectory();
  const board = useBoardInput();
  const lanes = useLanes(board).data?.lanes ?? [];
  const items = useItems();
  const turns = useCall('undo.next', {}, { topics: ['outbox'] });
  /** null = not read yet. */
  const [hints, setHints] = useState<Hints | null>(null);
  useEffect(() => {
    if (items.length === 0) return;
    readHints(services, board.grouping, items).then(setHints, () => undefined);
  }, [services, board.grouping, items]);
  const group = (name: string) => t('ui.palette.group', { name });
  const first = items[0];
  const about =
    first === undefined
      ? ''
      : items.length === 1
        ? `#${first.conversation} ${first.contact}`
        : t('ui.selection.count', { count: items.length });
  const commands: PaletteCommand[] = [];
  const add = (id: string, name: string, note: string, run: () => void, refused = false) =>
    commands.push({ id, name, note, run, refused });

  if (first) {
    const me = directory?.me.id;
    if (me !== undefined)
      add(
        'to-me',
        t('ui.actions.toMe'),
        about,
        () => void mover.move(items, { kind: 'assign-agent', agent: me }),
      );
    for (const { key } of lanes) {
      const hint = hints?.[key];
      const words = hint ? say(hint.judgement.words) : '';
      add(
        `move:${key}`,
        t('ui.palette.moveTo', { lane: laneName(t, directory, board.grouping, key) }),
        words === '' ? about : words,
        () => void moveToLane(services, board.grouping, items, hints, key),
        standingOf(hints, key) === 'refused',
      );
    }
    add(
      'unassign-agent',
      t('ui.actions.unassignAgent'),
      about,
      () => void mover.move(items, { kind: 'unassign-agent' }),
    );
    add(
      'unassign-team',
      t('ui.actions.unassignTeam'),
      about,
      () => void mover.move(items, { kind: 'unassign-team' }),
    );
  }
  for (const direction of ['undo', 'redo'] as const) {
    const turn = turns.data?.[direction];
    add(
      direction,
      t(`ui.${direction}.button`),
      turn ? doneWords(t, directory, turn.action, turn.count) : t(`ui.${direction}.nothing`),
      () => void undoer.run(direction, turn?.gesture ?? null),
      !turn,
    );
  }
  const go = group(t('ui.palette.go'));
  add('board', t('ui.rail.board'), go, () => state.set({ view: 'board' }));
  add('unassigned', t('ui.rail.unassigned'), go, () => state.set({ view: 'unassigned' }));
  add('alerts', t('ui.rail.alerts'), go, () => state.set({ view: 'alerts' }));
  add('outbox', t('ui.rail.outbox'), go, () => state.set({ view: 'outbox' }));
  add('search', t('ui.rail.search'), go, () => state.set({ view: 'search' }));
  add('settings', t('ui.rail.settings'), go, () => state.set({ view: 'settings' }));
  for (const grouping of ['queues', 'agents', 'teams'] as const)
    add(`grouping:${grouping}`, t(`ui.grouping.${grouping}`), group(t('ui.top.grouping')), () => {
      state.set({ view: 'board', selected: new Set() });
      change({ grouping });
    });
  for (const sort of ['waiting', 'activity', 'created', 'priority'] as const)
    add(`sort:${sort}`, t(`ui.sort.${sort}`), group(t('ui.palette.sort')), () => change({ sort }));
  for (const theme of ['system', 'light', 'dark'] as const)
    add(`theme:${theme}`, t(`ui.theme.${theme}`), group(t('ui.settings.theme')), () => change({ theme }));
  for (const density of ['comfortable', 'compact'] as const)
    add(`density:${density}`, t(`ui.density.${density}`), group(t('ui.settings.density')), () =>
      change({ density }),
    );
  for (const availability of ['online', 'busy', 'offline'] as const)
    add(`me:${availability}`, t(`ui.presence.${availability}`), group(t('ui.palette.me')), () => {
      client.invoke('availability.set', { availability }).catch(() => undefined);
    });
  add(
    'shortcuts',
    t(settings.shortcuts ? 'ui.palette.shortcutsOff' : 'ui.palette.shortcutsOn'),
    group(t('ui.rail.settings')),
    () => change({ shortcuts: !settings.shortcuts }),
  );
  return commands;
};
