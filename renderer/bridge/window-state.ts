/** What the window is showing and doing: view, open conversation, selection, lifted cards, chooser. */
import type { CallOutput } from '../../contract/ipc.ts';
import type { Base, Card, Filter, LaneKey } from '../../contract/model.ts';
import { createStore, type Store } from './store.ts';

export type View = 'board' | 'unassigned' | 'alerts' | 'outbox' | 'search' | 'settings';

/** A conversation as it was drawn when the move began. */
export type MoveItem = { conversation: number; contact: string; base: Base };

export type Hints = CallOutput<'move.hints'>['hints'];
export type Hint = Hints[string];

/** Cards in the air, by mouse or by keyboard. */
export type Lifted = {
  items: readonly MoveItem[];
  ids: ReadonlySet<number>;
  from: LaneKey;
  /** The lane's cards as drawn when they were lifted; the lane stands still while they are dragged. */
  cards: readonly Card[];
  by: 'pointer' | 'keyboard';
  over: LaneKey | null;
  hints: Hints | null;
};

/** One line of the chooser and how many of the cards it is for. */
export type ChooserLine = { text: string; count: number };
export type ChooserQuestion = {
  title: string;
  notes: readonly string[];
  lines: readonly ChooserLine[];
  answer: (line: number | null) => void;
};

/** Asks a lane to put the focus on one of its cards (or its first) as soon as it is drawn. */
export type FocusRequest = { lane: LaneKey; card: number | 'first' } | null;

export type WindowState = {
  view: View;
  open: number | null;
  filter: Filter;
  selected: ReadonlySet<number>;
  /** Where a range selection starts. */
  anchor: { lane: LaneKey; card: number } | null;
  lifted: Lifted | null;
  focus: FocusRequest;
  chooser: ChooserQuestion | null;
  palette: boolean;
  /** The card that had the focus when the palette opened. */
  paletteCard: number | null;
  /** The outbox entry to show first, after "Review" on a card. */
  review: string | null;
};

export const DEFAULT_FILTER: Filter = {
  statuses: ['open'],
  inboxes: [],
  labels: [],
  priorities: [],
  waitingLongerThan: 0,
};

export const createWindowState = (): Store<WindowState> =>
  createStore<WindowState>({
    view: 'board',
    open: null,
    filter: DEFAULT_FILTER,
    selected: new Set<number>(),
    anchor: null,
    lifted: null,
    focus: null,
    chooser: null,
    palette: false,
    paletteCard: null,
    review: null,
  });

/** A card as a move takes it: the base is what is drawn now. */
export const asMoveItem = (card: Card): MoveItem => ({
  conversation: card.id,
  contact: card.contact,
  base: { assignee: card.assignee, team: card.team, live: card.live },
});
