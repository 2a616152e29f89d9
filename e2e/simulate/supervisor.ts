/** The supervisor under test: draws a board, moves cards as drawn (sometimes long ago), cancels and settles, takes back and does again, writes notes. */
import type { Action, Base, Card, Filter } from '../../contract/model.ts';
import type { Life } from './life.ts';
import type { Dice } from './random.ts';
import type { Trace } from './trace.ts';

export const liveFilter: Filter = {
  statuses: ['open', 'pending', 'snoozed'],
  inboxes: [],
  labels: [],
  priorities: [],
  waitingLongerThan: 0,
};

export type Supervisor = {
  /** One move, undo, redo, cancel or settlement. Resolves when answered; never if the process dies first. */
  act: (life: Life) => Promise<void>;
  /** Conversations moved lately. */
  touched: () => readonly number[];
};

const baseOf = (card: Card): Base => ({ assignee: card.assignee, team: card.team, live: card.live });

/** A supervisor who has drawn nothing yet. */
export const createSupervisor = (dice: Dice, trace: Trace): Supervisor => {
  let drawn: Card[] = [];
  const touched: number[] = [];
  let asks = 0;
  /** Not every supervisor makes use of undo. */
  const habit = dice.fork('undo');
  const undoes = habit.chance(0.5);
  /** Nor do all write notes. */
  const pen = dice.fork('notes');
  const writes = pen.chance(0.4);

  const draw = async (life: Life) => {
    const grouping = dice.pick(['queues', 'agents', 'teams'] as const);
    const board = {
      grouping,
      filter: dice.chance(0.7) ? liveFilter : { ...liveFilter, statuses: ['open'] },
      sort: 'waiting' as const,
    };
    const lanes = await life.call('board.lanes', board);
    if (!lanes.ok) return;
    const full = lanes.value.lanes.filter((lane) => lane.count > 0);
    if (full.length === 0) return;
    const page = await life.call('board.cards', {
      ...board,
      lane: dice.pick(full).key,
      after: null,
      limit: 50,
    });
    if (page.ok) drawn = page.value.cards;
  };

  const chooseAction = async (life: Life): Promise<Action | null> => {
    const reply = await life.call('directory.get', {});
    if (!reply.ok || reply.value === null) return null;
    const agents = reply.value.agents.map((agent) => agent.id);
    const teams = reply.value.teams.map((team) => team.id);
    if (agents.length === 0) return null;
    const agent = dice.pick(agents);
    if (teams.length === 0) return { kind: 'assign-agent', agent };
    const team = dice.pick(teams);
    switch (
      dice.weighted({
        'assign-agent': 8,
        'assign-agent-without-team': 2,
        'assign-team': 5,
        'assign-both': 3,
        queue: 4,
        'unassign-agent': 2,
        'unassign-team': 1,
        'unassign-both': 1,
      })
    ) {
      case 'assign-agent':
        return { kind: 'assign-agent', agent };
      case 'assign-agent-without-team':
        return { kind: 'assign-agent-without-team', agent };
      case 'assign-team':
        return { kind: 'assign-team', team };
      case 'assign-both':
        return { kind: 'assign-both', agent, team };
      case 'queue':
        return { kind: 'queue', team };
      case 'unassign-agent':
        return { kind: 'unassign-agent' };
      case 'unassign-team':
        return { kind: 'unassign-team' };
      case 'unassign-both':
        return { kind: 'unassign-both' };
    }
  };

  const look = async (life: Life) => {
    const list = await life.call('outbox.list', { limit: 500 });
    if (list.ok && !life.dead()) trace.add({ kind: 'outbox', entries: list.value.entries });
  };

  const submit = async (
    life: Life,
    action: Action,
    items: { conversation: number; base: Base }[],
    mayAnswer: boolean,
  ): Promise<void> => {
    const ask = asks++;
    trace.add({ kind: 'asked', ask, action, items });
    const reply = await life.call('move.submit', { action, items });
    if (life.dead()) return;
    trace.add({ kind: 'ask-over', ask });
    if (!reply.ok) return;
    const baseFor = (id: number) =>
      items.find((item) => item.conversation === id)?.base ?? { assignee: null, team: null, live: true };
    let again = false;
    for (const { conversation, command } of reply.value.stored) {
      trace.add({ kind: 'stored', command, conversation, action, base: baseFor(conversation) });
      again ||= touched.includes(conversation);
      touched.push(conversation);
      if (touched.length > 6) touched.shift();
    }
    // It may have taken the place of an earlier one.
    if (again) await look(life);
    for (const { conversation } of reply.value.changed)
      trace.add({ kind: 'not-stored', conversation, why: 'changed', base: baseFor(conversation) });
    for (const { conversation } of reply.value.refused)
      trace.add({ kind: 'not-stored', conversation, why: 'refused', base: baseFor(conversation) });
    for (const { conversation, judgement } of reply.value.asks) {
      trace.add({ kind: 'not-stored', conversation, why: 'asks', base: baseFor(conversation) });
      if (mayAnswer && judgement.outcome === 'asks-first' && judgement.choices.length > 0)
        await submit(
          life,
          dice.pick(judgement.choices).action,
          [{ conversation, base: baseFor(conversation) }],
          false,
        );
    }
  };

  const move = async (life: Life) => {
    if (drawn.length === 0 || dice.chance(0.75)) await draw(life);
    if (drawn.length === 0) return;
    const action = await chooseAction(life);
    if (!action) return;
    const count = dice.chance(0.8) ? 1 : dice.between(2, 5);
    const cards = new Set(Array.from({ length: count }, () => dice.pick(drawn)));
    await submit(
      life,
      action,
      [...cards].map((card) => ({ conversation: card.id, base: baseOf(card) })),
      true,
    );
  };

  const handle = async (life: Life) => {
    const reply = await life.call('outbox.list', { limit: 200 });
    if (!reply.ok) return;
    const waiting = reply.value.entries.filter((entry) => entry.state === 'waiting');
    const parked = reply.value.entries.filter(
      (entry) => entry.state === 'conflict' || entry.state === 'refused',
    );
    if (waiting.length > 0 && dice.chance(0.4)) {
      const cancelled = await life.call('outbox.cancel', { commands: [dice.pick(waiting).id] });
      if (cancelled.ok && !life.dead())
        for (const command of cancelled.value.cancelled) trace.add({ kind: 'cancelled-by-hand', command });
      return;
    }
    if (parked.length === 0) return;
    const entry = dice.pick(parked);
    const choice = dice.pick(
      entry.state === 'conflict' ? (['keep', 'apply', 'apply'] as const) : (['retry', 'discard'] as const),
    );
    // Written before the answer: it takes effect while the answer is on its way.
    const theirs = entry.now === null ? null : { ...entry.now, live: true };
    trace.add({ kind: 'settled-by-hand', command: entry.id, choice, theirs });
    await life.call('outbox.settle', { items: [{ command: entry.id, seen: entry.now }], choice });
    if (life.dead()) return;
    // Asking again makes a new command; the list names it.
    await look(life);
  };

  /** Writes a private note, now and then the same again, or decides about one that was refused. */
  const write = async (life: Life) => {
    const list = pen.chance(0.2) ? await life.call('outbox.list', { limit: 200 }) : null;
    const refused = list?.ok ? list.value.notes.filter((note) => note.state === 'refused') : [];
    if (refused.length > 0) {
      const choice = pen.chance(0.7) ? 'retry' : 'discard';
      const note = pen.pick(refused).id;
      // Of interest only there: traces without it stay what they were.
      if (choice === 'retry' && 'restored-backup' in trace.faults)
        trace.add({ kind: 'note-asked-again', note });
      await life.call('note.settle', { notes: [note], choice });
      return;
    }
    if (drawn.length === 0) await draw(life);
    if (drawn.length === 0 || life.dead()) return;
    const conversation = pen.pick(drawn).id;
    for (let left = pen.chance(0.7) ? 1 : pen.between(2, 4); left > 0; left--) {
      const text = pen.pick(['Call back', 'VIP', 'Promised a refund']);
      const reply = await life.call('note.send', { conversation, text });
      if (!reply.ok || life.dead()) return;
      trace.add({ kind: 'note-stored', note: reply.value.note, conversation, text });
    }
  };

  /** Takes back the newest gesture, or does it again; where the server chose somebody, after being asked. */
  const turn = async (life: Life) => {
    const direction = habit.chance(0.65) ? 'undo' : 'redo';
    // Whole, as the door would hand it on.
    const nothing = { agreed: [], declined: [] };
    let ran = await life.call('undo.run', { direction, gesture: null, ...nothing });
    if (ran.ok && ran.value.asks.length > 0 && ran.value.gesture && !life.dead()) {
      const { asks, gesture } = ran.value;
      const ids = asks.map((one) => one.command);
      const answer = habit.chance(0.6) ? { agreed: ids } : { declined: ids };
      ran = await life.call('undo.run', { direction, gesture: gesture.gesture, ...nothing, ...answer });
    }
    if (!ran.ok || life.dead()) return;
    for (const { command } of ran.value.cancelled) trace.add({ kind: 'cancelled-by-hand', command });
    const list = await life.call('outbox.list', { limit: 500 });
    if (!list.ok || life.dead()) return;
    for (const { command } of ran.value.stored) {
      const entry = list.value.entries.find((one) => one.id === command);
      if (!entry) continue;
      const { conversation, action, base } = entry;
      trace.add({ kind: 'stored', command, conversation, action, base });
    }
    trace.add({ kind: 'outbox', entries: list.value.entries });
  };

  return {
    act: (life) => {
      if (writes && pen.chance(0.3)) return write(life);
      if (undoes && habit.chance(0.25)) return turn(life);
      return dice.chance(0.8) ? move(life) : handle(life);
    },
    touched: () => touched,
  };
};
