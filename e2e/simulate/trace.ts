/** What happened in a run, in the order it happened: the only thing the checkers read. */
import type { Action, Alert, Base, Card, LaneHead, NoteEntry, OutboxEntry } from '../../contract/model.ts';
import type { Change, Notification, Standing } from './model/records.ts';

/** A write as the wire takes it; null clears. */
export type WireWrite = {
  half: 'agent' | 'team';
  to: number | null;
  /** ids of bots overlap those of agents */ bot?: true;
};

/** Times are ms of virtual time; `awake` leaves out time asleep. */
export type TraceEvent = { t: number } & (
  | { kind: 'started' }
  | { kind: 'crashed' }
  /** Whether it tells what changed within a time (`updated_within`). */
  | { kind: 'server'; tellsChanges: boolean; ordersEvents: boolean }
  /** The supervisor asked for a move; the answer is another event, or none when the process died first. */
  | { kind: 'asked'; ask: number; action: Action; items: { conversation: number; base: Base }[] }
  | { kind: 'ask-over'; ask: number }
  /** `move.submit` answered: these commands are stored. */
  | { kind: 'stored'; command: string; conversation: number; action: Action; base: Base }
  /** `move.submit` answered without storing. */
  | { kind: 'not-stored'; conversation: number; why: 'changed' | 'refused' | 'asks'; base: Base }
  | {
      kind: 'settled-by-hand';
      command: string;
      choice: 'keep' | 'apply' | 'retry' | 'discard';
      theirs: Base | null;
    }
  | { kind: 'cancelled-by-hand'; command: string }
  /** `note.send` answered: it is stored. */
  | { kind: 'note-stored'; note: string; conversation: number; text: string }
  /** The core sent a request. */
  | {
      kind: 'sent';
      n: number;
      method: string;
      path: string;
      conversation: number | null;
      write: WireWrite | null;
    }
  /** The server acted on it; `saw` = conversations its answer shows, null = gone or invisible. */
  | { kind: 'served'; n: number; status: number; saw: [number, Standing | null][] }
  /** Its answer reached the core whole. */
  | { kind: 'answered'; n: number; status: number; /** as the server sent it */ whole: boolean }
  | { kind: 'failed'; n: number; why: string }
  | { kind: 'truth'; change: Change }
  /** A notification row for the supervisor under test. */
  | { kind: 'notification'; row: Notification }
  /** Whether the supervisor is a member of a team, at the beginning and at each change of its members. */
  | { kind: 'member'; team: number; me: boolean }
  /** The supervisor became a member of an inbox, or is one no longer: nobody tells the app. */
  | { kind: 'inbox-member'; inbox: number; me: boolean }
  | { kind: 'baseline' }
  | { kind: 'asleep' }
  | { kind: 'awake' }
  /** Somebody set the machine's clock. */
  | { kind: 'clock-set'; by: number }
  | { kind: 'shown'; id: string; conversation: number | null; title: string; body: string }
  | { kind: 'connection'; awake: number; state: string; asOf: number | null; now: number }
  /** The app is told so; `n` counts those of one life. The close of one may be told after the next is open. */
  | { kind: 'socket'; what: 'opened' | 'closed'; n: number; awake: number }
  /** A text of the server reached the core. */
  | { kind: 'heard'; awake: number }
  /** What the network does from now on: clear = every request gets through; sick = conversations whose requests fail. */
  | { kind: 'weather'; name: string; clear: boolean; sick: number[] }
  | { kind: 'settled-event'; entry: OutboxEntry }
  | { kind: 'outbox'; entries: OutboxEntry[] }
  | { kind: 'alerts'; alerts: Alert[] }
  /**
   * The server, which was down, went back to a backup. The changes of standing came just before as `truth`. `gone` are
   * there no more and `back` are there again; `differ` hold something else.
   */
  | {
      kind: 'restored';
      gone: number[];
      back: number[];
      differ: number[];
      /** Of `differ` those that the supervisor may list and that say less than before, with the time of what they had said last. */
      younger: { conversation: number; said: number }[];
      /** Notifications of the supervisor's that are gone: their ids will be given once more. */
      notifications: number[];
      /** Private notes of the supervisor's that are gone. */
      notes: { conversation: number; text: string }[];
    }
  /** Something was said in a conversation. Written only after the server went back. */
  | { kind: 'activity'; conversation: number }
  /** Written only after the server went back. */
  | { kind: 'note-asked-again'; note: string }
  /** An event that would have told of a change was lost on the way. */
  | { kind: 'event-lost' }
  /** What the board shows in passing, and which conversations the supervisor may list. */
  | { kind: 'glance'; cards: Card[]; visible: number[] }
  /** At the end: notes as the outbox has them, those on the server, and the conversations that are still there. */
  | {
      kind: 'notes';
      entries: NoteEntry[];
      there: { conversation: number; text: string }[];
      known: number[];
    }
  /** Notifications of the supervisor under test that the server still has, at the end. */
  | { kind: 'rows-left'; ids: number[] }
  /** The end: faults have stopped at `healed`; `board` is what the app shows, `truth` what the server has. */
  | { kind: 'end'; healed: number; converged: boolean; why: string }
  | {
      kind: 'board';
      grouping: string;
      lanes: LaneHead[];
      cards: Card[];
      /** false = counts of lanes are not comparable */ lanesComplete: boolean;
      truth: [number, Standing][];
    }
  /** The core did something no core may do: a real timer, an unknown route, an unhandled rejection. */
  | { kind: 'violation'; what: string }
);

/** `Omit` that keeps the members of a union apart. */
type WithoutTime<E> = E extends unknown ? Omit<E, 't'> : never;
export type TraceEntry = WithoutTime<TraceEvent>;

export type Trace = {
  events: TraceEvent[];
  add: (event: TraceEntry) => void;
  /** Faults injected, by kind. */
  faults: Record<string, number>;
  fault: (kind: string) => void;
};

/** @param time ms of virtual time */
export const createTrace = (time: () => number): Trace => {
  const events: TraceEvent[] = [];
  const faults: Record<string, number> = {};
  return {
    events,
    add: (event) => {
      events.push({ t: time(), ...event } as TraceEvent);
    },
    faults,
    fault: (kind) => {
      faults[kind] = (faults[kind] ?? 0) + 1;
    },
  };
};

/** One broken rule, found in a trace. */
export type Finding = { rule: string; t: number; what: string };
/** Reads a trace and answers what is wrong with it. */
export type Checker = (events: readonly TraceEvent[]) => Finding[];
