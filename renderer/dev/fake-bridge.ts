/** A bridge that answers from memory with simplified rules, so that the renderer can be seen and driven alone. */
import type { Bridge, CallInput, CallName, CallOutput, Settings, SignInFailure } from '../../contract/ipc.ts';
import type {
  Action,
  Alert,
  Assignment,
  Base,
  Card,
  Connection,
  Filter,
  Grouping,
  Judgement,
  LaneHead,
  NoteEntry,
  OutboxEntry,
  Sort,
  Words,
} from '../../contract/model.ts';
import { directory, seedCards, seedMessages } from './seed.ts';

type FilterInput = { [K in keyof Filter]?: Filter[K] | undefined };

export type FakeOptions = {
  signedIn: boolean;
  firstRun: boolean;
  connection: string;
  theme: 'light' | 'dark';
  density: 'comfortable' | 'compact';
  grouping: string;
  /** No foreign changes. */
  quiet: boolean;
  /** How many conversations. */
  cards: number;
};

const words = (key: string, params: Words['params'] = {}): Words => ({ key, params });
const agentName = (id: number) => directory.agents.find((one) => one.id === id)?.name ?? `agent ${id}`;
const teamName = (id: number) => directory.teams.find((one) => one.id === id)?.name ?? `team ${id}`;

const laneKey = (grouping: Grouping, { assignee, team }: Assignment): string => {
  const agent = assignee ? `${assignee.type}:${assignee.id}` : null;
  const queue = team === null ? 'no-team' : `team:${team}`;
  if (grouping === 'teams') return queue;
  return agent ?? (grouping === 'agents' ? 'unassigned' : queue);
};

const actionFor = (grouping: Grouping, lane: string): Action | null => {
  const [kind, id] = lane.split(':');
  if (kind === 'agent') return { kind: 'assign-agent', agent: Number(id) };
  if (kind === 'team') return { kind: grouping === 'teams' ? 'assign-team' : 'queue', team: Number(id) };
  if (kind === 'no-team') return { kind: grouping === 'teams' ? 'unassign-team' : 'unassign-both' };
  return kind === 'unassigned' ? { kind: 'unassign-agent' } : null;
};

const after = (action: Action, { assignee, team }: Assignment): Assignment => {
  switch (action.kind) {
    case 'assign-agent':
      return { assignee: { type: 'agent', id: action.agent }, team };
    case 'assign-agent-without-team':
      return { assignee: { type: 'agent', id: action.agent }, team: null };
    case 'assign-both':
      return { assignee: { type: 'agent', id: action.agent }, team: action.team };
    case 'assign-team':
      return { assignee: keeps(assignee, action.team) ? assignee : null, team: action.team };
    case 'queue':
      return { assignee: null, team: action.team };
    case 'unassign-agent':
      return { assignee: null, team };
    case 'unassign-team':
      return { assignee, team: null };
    case 'unassign-both':
      return { assignee: null, team: null };
    case 'restore':
      return action.to;
  }
};

const members = (team: number) => directory.teams.find((one) => one.id === team)?.members ?? null;
const keeps = (assignee: Assignment['assignee'], team: number) =>
  assignee?.type === 'agent' && members(team)?.includes(assignee.id) === true;

export const createFakeBridge = (options: FakeOptions): Bridge => {
  const listeners = new Set<(name: string, payload: unknown) => void>();
  const now = Date.now();
  const truth = new Map(seedCards(options.cards, now).map((card) => [card.id, card]));
  let revision = 1;
  let serial = 0;
  const outbox: OutboxEntry[] = [];
  const notes: NoteEntry[] = [];
  const settings: Settings = {
    theme: options.theme,
    density: options.density,
    grouping: options.grouping === 'agents' || options.grouping === 'teams' ? options.grouping : 'queues',
    sort: 'waiting',
    historyDays: 3,
    receiveAutomaticAssignments: false,
    watchedTeams: [1],
    foldedLanes: [],
    pinnedLanes: [],
    shortcuts: true,
    firstRunDone: !options.firstRun,
  };
  const workspace = {
    origin: 'https://live.northwind.example',
    accountId: 1,
    userId: 1,
    name: 'Northwind Stores',
    demo: false,
  };
  let signedIn = options.signedIn;
  const connection = (): Connection => {
    const state = options.connection as Connection['state'];
    return {
      state,
      reason: words('label.unassignBoth'),
      deadline: state === 'offline' ? Date.now() + 12_000 : null,
      asOf: now,
      progress:
        state === 'catching-up' ? { what: 'history', done: 4_200, total: 9_800, secondsLeft: 350 } : null,
    };
  };
  const alerts: Alert[] = [
    {
      id: 'a1',
      kind: 'assigned-to-me',
      conversation: 4200,
      title: words('alert.assignedToMe.title'),
      body: words('alert.assignedToMe.body', { contact: 'Anna Meyer' }),
      at: now - 120_000,
      state: 'shown',
      reason: null,
    },
    {
      id: 'a2',
      kind: 'assigned-to-team',
      conversation: 4218,
      title: words('alert.assignedToTeam.title', { team: 'Billing' }),
      body: words('alert.assignedToTeam.body', { contact: 'Omar Haddad' }),
      at: now - 540_000,
      state: 'suppressed',
      reason: words('silent.focused'),
    },
  ];
  let unseen = 1;

  const emit = (name: string, payload: unknown) => {
    for (const listener of listeners) listener(name, payload);
  };
  const changed = (id: number, before: Assignment, next: Assignment) => {
    revision += 1;
    const topics = ['counts', 'outbox', `conversation:${id}`];
    for (const grouping of ['queues', 'agents', 'teams'] as const)
      topics.push(
        `lane:${grouping}:${laneKey(grouping, before)}`,
        `lane:${grouping}:${laneKey(grouping, next)}`,
      );
    emit('topics', { topics, revision });
  };

  const matches = (card: Card, filter: FilterInput) =>
    (!filter.statuses?.length || filter.statuses.includes(card.status)) &&
    (!filter.inboxes?.length || filter.inboxes.includes(card.inbox)) &&
    (!filter.labels?.length || filter.labels.some((label) => card.labels.includes(label))) &&
    (!filter.priorities?.length || filter.priorities.includes(card.priority ?? '')) &&
    (!filter.waitingLongerThan ||
      (card.waitingSince !== null && Date.now() / 1000 - card.waitingSince > filter.waitingLongerThan * 60));
  const order = (sort: Sort) => (a: Card, b: Card) => {
    if (sort === 'activity') return b.lastActivityAt - a.lastActivityAt;
    if (sort === 'created') return a.createdAt - b.createdAt;
    return (a.waitingSince ?? Infinity) - (b.waitingSince ?? Infinity) || a.id - b.id;
  };

  const judge = (action: Action, { assignee, team, live }: Base): Judgement => {
    if (!live) return { outcome: 'refuses', words: words('refuse.final', { status: 'Resolved' }) };
    const next = after(action, { assignee, team });
    const same =
      next.team === team && next.assignee?.id === assignee?.id && next.assignee?.type === assignee?.type;
    if (same) return { outcome: 'already-here', words: words('hint.alreadyHere') };
    const warnings: Words[] = [];
    if ('agent' in action) {
      const agent = directory.agents.find((one) => one.id === action.agent);
      const name = agentName(action.agent);
      if (!agent || agent.left) return { outcome: 'refuses', words: words('refuse.left', { agent: name }) };
      const held = [...truth.values()].filter((card) => card.assignee?.id === agent.id).length;
      if (agent.limit !== null && held >= agent.limit)
        warnings.push(words('warn.atLimit', { agent: name, held, limit: agent.limit }));
      if (agent.presence === 'offline') warnings.push(words('warn.offline', { agent: name }));
      if (agent.presence === 'away') warnings.push(words('warn.away', { agent: name }));
      if (action.kind === 'assign-agent' && team !== null) {
        const own = members(team);
        if (own === null)
          return { outcome: 'unknown', words: words('hint.membershipChecked', { agent: name }), warnings };
        if (!own.includes(agent.id))
          return {
            outcome: 'asks-first',
            words: words('hint.asksFirst', { agent: name, team: teamName(team) }),
            warnings,
            choices: [
              {
                words: words('choice.removeTeam', { agent: name, team: teamName(team) }),
                action: { kind: 'assign-agent-without-team', agent: agent.id },
              },
              ...directory.teams
                .filter((one) => one.members?.includes(agent.id))
                .map((one) => ({
                  words: words('choice.inTeam', { agent: name, team: one.name }),
                  action: { kind: 'assign-both', agent: agent.id, team: one.id } as const,
                })),
            ],
          };
      }
    }
    if (action.kind === 'assign-team' && assignee && !keeps(assignee, action.team)) {
      const key = directory.teams.find((one) => one.id === action.team)?.autoAssign
        ? 'hint.assignsAutomatically'
        : 'hint.willBeUnassigned';
      return {
        outcome: 'accepts-but',
        words: words(key, { agent: agentName(assignee.id), team: teamName(action.team) }),
        warnings,
      };
    }
    return { outcome: 'accepts', words: words('hint.accepts'), warnings };
  };
  const summary = (judgements: readonly Judgement[]): Judgement =>
    judgements.find((one) => one.outcome === 'asks-first') ??
    judgements.find((one) => one.outcome !== 'accepts' && one.outcome !== 'already-here') ??
    judgements.find((one) => one.outcome === 'accepts') ??
    judgements[0] ?? { outcome: 'refuses', words: words('refuse.notHere') };

  const settle = (entry: OutboxEntry, state: OutboxEntry['state']) => {
    const card = truth.get(entry.conversation);
    Object.assign(entry, { state, settledAt: Date.now() });
    if (card) {
      const pending = state === 'refused' || state === 'conflict' ? state : 'none';
      truth.set(card.id, { ...card, pending, command: pending === 'none' ? null : entry.id });
      changed(card.id, card, card);
    }
    emit('settled', { entry });
  };

  const submit = ({ action, items }: CallInput<'move.submit'>): CallOutput<'move.submit'> => {
    const answer: CallOutput<'move.submit'> = { gesture: 1, stored: [], changed: [], refused: [], asks: [] };
    for (const { conversation, base } of items) {
      const card = truth.get(conversation);
      if (!card) {
        answer.refused.push({ conversation, words: words('refuse.notHere') });
        continue;
      }
      if (card.team !== base.team || card.assignee?.id !== base.assignee?.id) {
        const who = card.assignee ? agentName(card.assignee.id) : 'nobody';
        answer.changed.push({ conversation, words: words('changed.now', { who }) });
        continue;
      }
      const judgement = judge(action, base);
      if (judgement.outcome === 'refuses' || judgement.outcome === 'already-here') {
        answer.refused.push({ conversation, words: judgement.words });
        continue;
      }
      if (judgement.outcome === 'asks-first') {
        answer.asks.push({ conversation, judgement });
        continue;
      }
      const command = `c${(serial += 1)}`;
      const next = after(action, card);
      const offline = options.connection === 'offline';
      const entry: OutboxEntry = {
        id: command,
        conversation,
        contact: card.contact,
        action,
        base,
        state: offline ? 'waiting' : 'sending',
        createdAt: Date.now(),
        settledAt: null,
        result: null,
        now: null,
        reason: null,
        serverWords: null,
      };
      outbox.unshift(entry);
      truth.set(conversation, {
        ...card,
        ...next,
        violation: false,
        pending: offline ? 'waiting' : 'sending',
        command,
      });
      changed(conversation, card, next);
      answer.stored.push({ conversation, command });
      if (!offline) setTimeout(() => settle(entry, 'confirmed'), 1600);
    }
    return answer;
  };

  const seedPending = () => {
    const cards = [...truth.values()].filter((card) => card.assignee?.id === 2 || card.assignee?.id === 3);
    const states = ['sending', 'conflict', 'refused'] as const;
    for (const [index, state] of states.entries()) {
      const card = cards[index * 2];
      if (!card) continue;
      const id = `s${index}`;
      const reason =
        state === 'conflict'
          ? words('outcome.conflict', { who: 'Tom Okafor', from: '13:51', to: '14:01' })
          : state === 'refused'
            ? words('outcome.refusedByServer', { status: 422 })
            : null;
      truth.set(card.id, { ...card, pending: state, command: id });
      outbox.push({
        id,
        conversation: card.id,
        contact: card.contact,
        action: { kind: 'assign-agent', agent: 2 },
        base: { assignee: null, team: 1, live: true },
        state,
        createdAt: now - 60_000 * (index + 1),
        settledAt: state === 'sending' ? null : now - 30_000,
        result: { assignee: { type: 'agent', id: 3 }, team: 1 },
        now: state === 'sending' ? null : { assignee: { type: 'agent', id: 3 }, team: 1 },
        reason,
        serverWords: state === 'refused' ? 'Agent is at the conversation limit' : null,
      });
    }
  };
  seedPending();

  const failures: SignInFailure[] = [
    'wrong-address',
    'unreachable',
    'bad-token',
    'bad-certificate',
    'suspended',
    'bot-token',
    'old-server',
  ];

  type Answers = { [N in CallName]: (input: CallInput<N>) => CallOutput<N> };
  const answers: Answers = {
    'app.info': () => ({ version: '0.1.0', platform: 'linux', test: true }),
    'settings.get': () => ({ ...settings }),
    'settings.set': (patch) => {
      for (const [key, value] of Object.entries(patch))
        if (value !== undefined) Object.assign(settings, { [key]: value });
      return { ...settings };
    },
    'link.open': () => ({}),
    'notifications.test': () => ({ shown: true, reason: null }),
    'workspace.openDemo': () => {
      signedIn = true;
      return { outcome: 'opened', workspace: { ...workspace, demo: true } };
    },
    'workspace.current': () => ({ workspace: signedIn ? workspace : null }),
    // The address picks the failure, so that each can be looked at.
    'workspace.signIn': ({ address }) => {
      const failure = failures.find((one) => address.includes(one));
      if (failure) return { outcome: 'failed', failure, detail: '' };
      signedIn = true;
      return { outcome: 'opened', workspace };
    },
    'workspace.signOut': ({ force }) => {
      const waiting = outbox.filter((entry) => entry.state === 'waiting').length;
      if (waiting > 0 && !force) return { outcome: 'commands-waiting', waiting };
      signedIn = false;
      setTimeout(() => emit('workspace', { workspace: null }), 0);
      return { outcome: 'signed-out', waiting: 0 };
    },
    'connection.get': connection,
    'notices.get': () => ({ notices: [] }),
    'notices.dismiss': () => ({}),
    'connection.retry': () => ({}),
    'directory.get': () => structuredClone(directory),
    'availability.set': ({ availability }) => {
      directory.me.availability = availability;
      emit('topics', { topics: ['directory'], revision: (revision += 1) });
      return {};
    },
    'board.lanes': ({ grouping, filter }) => {
      const cards = [...truth.values()].filter((card) => card.live && matches(card, filter));
      const keys = new Set<string>(
        grouping === 'agents'
          ? ['unassigned']
          : ['no-team', ...directory.teams.map((team) => `team:${team.id}`)],
      );
      if (grouping !== 'teams')
        for (const agent of directory.agents) if (!agent.left) keys.add(`agent:${agent.id}`);
      for (const card of cards) keys.add(laneKey(grouping, card));
      const oldest = (own: readonly Card[]) =>
        own.reduce<number | null>(
          (min, card) =>
            card.waitingSince === null
              ? min
              : min === null
                ? card.waitingSince
                : Math.min(min, card.waitingSince),
          null,
        );
      return {
        revision,
        lanes: [...keys].map((key): LaneHead => {
          const own = cards.filter((card) => laneKey(grouping, card) === key);
          const [kind, id] = key.split(':');
          return {
            key,
            group:
              kind === 'agent' || kind === 'bot' ? 'agents' : grouping === 'teams' ? 'teams' : 'unassigned',
            count: own.length,
            notAnswered: own.filter((card) => card.notAnswered).length,
            oldestWaitingSince: oldest(own),
            target: kind !== 'bot' && !(kind === 'agent' && Number(id) === 40),
          };
        }),
        totals: {
          open: cards.length,
          unassigned: cards.filter((card) => card.assignee === null).length,
          notAnswered: cards.filter((card) => card.notAnswered).length,
          oldestWaitingSince: oldest(cards),
        },
      };
    },
    'board.cards': ({ grouping, filter, sort, lane, after: from, limit }) => {
      const cards = [...truth.values()]
        .filter((card) => card.live && matches(card, filter) && laneKey(grouping, card) === lane)
        .sort(order(sort));
      const start = from === null ? 0 : Number(from);
      const page = cards.slice(start, start + limit);
      return { revision, cards: page, next: start + limit < cards.length ? String(start + limit) : null };
    },
    search: ({ text, limit }) => ({
      cards: [...truth.values()]
        .filter((card) =>
          `${card.contact} #${card.id} ${card.lastMessage?.text ?? ''}`
            .toLowerCase()
            .includes(text.toLowerCase()),
        )
        .slice(0, limit),
    }),
    'conversation.get': ({ id }) => {
      const card = truth.get(id);
      if (!card) return null;
      return {
        card,
        contactDetails: { email: 'anna.meyer@example.com', phone: '+49 30 1234567', identifier: null },
        messages: seedMessages(card),
        savedAt: now,
        moreBefore: true,
        newerMissing: false,
        removedTeam: card.team === null && card.assignee !== null ? 1 : null,
        notes: notes.filter((note) => note.conversation === id && note.state !== 'discarded'),
        draft: '',
      };
    },
    'conversation.load': () => ({}),
    'move.judge': ({ action, items }) => {
      const judgements = items.map(({ base }) => judge(action, base));
      return { judgements, summary: summary(judgements) };
    },
    'move.hints': ({ grouping, items }) => {
      const hints: CallOutput<'move.hints'>['hints'] = {};
      const lanes = answers['board.lanes']({ grouping, sort: 'waiting', filter: { statuses: [] } }).lanes;
      for (const lane of lanes) {
        const action = actionFor(grouping, lane.key);
        const judgement: Judgement = action
          ? summary(items.map(({ base }) => judge(action, base)))
          : { outcome: 'refuses', words: words('refuse.bot', { bot: 'Parcel assistant' }) };
        hints[lane.key] = { judgement, action };
      }
      return { hints };
    },
    'move.submit': submit,
    // Undo is core's: here there is none.
    'undo.next': () => ({ undo: null, redo: null }),
    'undo.run': () => ({ gesture: null, stored: [], cancelled: [], left: [], asks: [] }),
    'coverage.get': () => ({ saved: 312, live: 340, saving: 'waiting' }),
    'note.draft': () => ({}),
    'note.send': ({ conversation, text }) => {
      const contact = truth.get(conversation)?.contact ?? '';
      const id = `note-${notes.length}`;
      notes.push({
        id,
        conversation,
        contact,
        text,
        state: 'waiting',
        createdAt: Date.now(),
        settledAt: null,
        reason: null,
        serverWords: null,
      });
      emit('topics', { topics: [`conversation:${conversation}`, 'outbox'], revision: (revision += 1) });
      return { note: id };
    },
    'note.settle': ({ notes: ids, choice }) => {
      for (const note of notes)
        if (ids.includes(note.id)) note.state = choice === 'retry' ? 'waiting' : 'discarded';
      emit('topics', {
        topics: [...notes.map((note) => `conversation:${note.conversation}`), 'outbox'],
        revision: (revision += 1),
      });
      return { settled: ids };
    },
    'outbox.list': ({ limit }) => {
      const count = (state: OutboxEntry['state']) => outbox.filter((entry) => entry.state === state).length;
      return {
        entries: structuredClone(outbox.slice(0, limit)),
        notes,
        counts: {
          waiting: count('waiting'),
          sending: count('sending'),
          refused: count('refused'),
          conflict: count('conflict'),
        },
      };
    },
    'outbox.cancel': ({ commands }) => {
      for (const entry of outbox) if (commands.includes(entry.id)) settle(entry, 'cancelled');
      return { cancelled: commands };
    },
    'outbox.settle': ({ items, choice }) => {
      const settled = items.map(({ command }) => command);
      for (const entry of outbox)
        if (settled.includes(entry.id))
          settle(entry, choice === 'keep' || choice === 'discard' ? 'cancelled' : 'confirmed');
      return { settled, stays: [] };
    },
    'alerts.list': () => ({ alerts, unseen }),
    'alerts.seen': () => {
      unseen = 0;
      emit('topics', { topics: ['alerts'], revision: (revision += 1) });
      return {};
    },
  };

  if (!options.quiet)
    setInterval(() => {
      const cards = [...truth.values()].filter((card) => card.pending === 'none');
      const card = cards[Math.floor(Math.random() * cards.length)];
      if (!card) return;
      const next = { ...card, unread: card.unread + 1, waitingSince: card.waitingSince ?? Date.now() / 1000 };
      truth.set(card.id, next);
      changed(card.id, card, next);
    }, 4000);

  const answer = <N extends CallName>(name: N, input: CallInput<N>) => answers[name](input);
  return {
    invoke: async (name, input) => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      return { ok: true, value: structuredClone(answer(name as CallName, input as never)) };
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
