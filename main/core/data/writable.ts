/** What works on an open outbox.db: commands and their undo, notes and alerts, put together and put down as one. */
import type { EventName, EventPayload, Workspace } from '../../../contract/ipc.ts';
import type { Card, Directory } from '../../../contract/model.ts';
import { createDesk, type Desk } from '../alerts/desk.ts';
import { noteEntryOf, type Note } from '../commands/note.ts';
import type { Command } from '../commands/types.ts';
import type { Ports } from '../ports.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Book } from './book.ts';
import { entryOf } from './entries.ts';
import { createGestureLog, type GestureLog } from './gesture-log.ts';
import type { Held } from './held.ts';
import { createNotes, type Notes } from './notes.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { createPump } from './pump.ts';
import type { Reach } from './reach.ts';
import type { Reading } from './reading.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';
import { createStoring } from './storing.ts';
import type { Topics } from './topics.ts';
import { createUndo, type Undo } from './undo.ts';

/** What calls need of outbox.db, and the work that goes on by itself. To stop it closes the file. */
export type Writable = Runner & {
  outbox: Outbox;
  gestures: GestureLog;
  outgoing: Outgoing;
  undo: Undo;
  notes: Notes;
  /** Rows of notes that could not be read. */
  damagedNotes: number;
  desk: Desk;
};

export type WritableDeps = {
  ports: Ports;
  workspace: Workspace;
  requests: Requests;
  topics: Topics;
  say: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
  reading: Reading;
  reach: Reach;
  book: Book;
  held: Held;
  /** Whether the cache is what the server has, but for what is heard from now on. */
  complete: () => boolean;
  /** A conversation as the board shows it. */
  card: (conversation: number) => Card | null;
};

/** "09:41", in the time zone of this computer. */
const timeOfDay = (at: number): string => {
  const time = new Date(at);
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
};

/** A cache that was begun anew knows nobody at first: no reason to refuse what waits. Null = not known yet. */
const whole = (directory: Directory | null): Directory | null =>
  directory?.agents.some((agent) => !agent.left) && directory.teams.some((team) => !team.gone)
    ? directory
    : null;

/** Answers how to put it together on an open outbox: once more whenever the file had to be opened anew. */
export const createWritables = (deps: WritableDeps): ((outbox: Outbox) => Writable) => {
  const { topics, requests, reading, reach, book, card } = deps;
  const { clock, random, log, main } = deps.ports;
  const { directory, truth } = reading;
  /** Moved by a command of mine in this run: its echoes may come late, after a sleep much later. */
  const touched = new Set<number>();
  /** Notes that were acknowledged and are not on the server yet. */
  let writtenNotes: () => readonly Note[] = () => [];

  const saySettled = (settled: readonly Command[]) => {
    for (const command of settled) deps.say('settled', { entry: entryOf(command, card) });
  };
  const show = (conversations: Iterable<number>) => {
    topics.add(book.redraw(conversations));
    topics.add(['outbox']);
  };

  return (outbox) => {
    const gestures = createGestureLog(clock);
    const { notes, damaged: damagedNotes } = createNotes({
      clock,
      random,
      log,
      outbox,
      requests,
      contact: (conversation) => card(conversation)?.contact ?? '',
      isWritten: (conversation) => book.pendingOf(conversation)[0]?.state === 'sending',
      remembered: writtenNotes(),
      changed: (conversation, settled) => {
        topics.add([`conversation:${conversation}`, 'outbox']);
        for (const note of settled) deps.say('note-settled', { note: noteEntryOf(note) });
      },
    });
    writtenNotes = notes.open;
    const pump = createPump({
      clock,
      log,
      book,
      requests,
      save: (commands) => {
        outbox.atOnce(() => {
          outbox.commands.save({ change: commands });
          desk.storing(commands);
        });
        gestures.put(commands);
      },
      context: () => ({
        directory: whole(directory()),
        now: clock.now(),
        outdated: reach.outdated,
        timeOfDay,
      }),
      membersRead: reach.membersRead,
      changed: (conversation, settled) => {
        touched.add(conversation);
        show([conversation]);
        saySettled(settled);
        desk.settled(settled);
        // One may have waited for this.
        notes.kick();
      },
    });
    const storing = createStoring({
      clock,
      book,
      gestures,
      outbox,
      directory,
      stored: (conversations, settled) => {
        show(conversations);
        // After the answer that names what took their place.
        clock.after(0, () => saySettled(settled));
        pump.kick();
      },
    });
    const shared = { clock, random, book, gestures, storing, card, directory };
    const outgoing = createOutgoing({ ...shared, judging: { held: deps.held.by } });
    const undo = createUndo(shared);
    const desk = createDesk({
      clock,
      random,
      log,
      main,
      store: outbox.alerts,
      me: { type: 'agent', id: deps.workspace.userId },
      directory,
      truth,
      inTeam: (team) => reading.read((from) => from.inTeam(team), null),
      isHeard: (id) => reading.read((from) => from.isOfThisConnection(id), false),
      complete: deps.complete,
      saysBegin: reading.saysBegin,
      leadsInto: (conversation, team) =>
        book.pendingOf(conversation).some((one) => one.plan.shown.team === team),
      touched: (conversation) => touched.has(conversation),
      confirm: async (conversation) => {
        const answer = await requests.ask({ kind: 'read', conversation, thenWrite: false });
        if (answer.outcome === 'gone') return { truth: null };
        return answer.outcome === 'read' ? answer : null;
      },
      changed: () => topics.add(['alerts']),
    });
    const runners: readonly Runner[] = [pump, notes];
    return {
      outbox,
      gestures,
      outgoing,
      undo,
      notes,
      damagedNotes,
      desk,
      kick: () => runners.forEach((runner) => runner.kick()),
      storable: (yes) => runners.forEach((runner) => runner.storable(yes)),
      reachable: (yes) => runners.forEach((runner) => runner.reachable(yes)),
      stop: () => {
        runners.forEach((runner) => runner.stop());
        desk.stop();
        outbox.close();
      },
    };
  };
};
