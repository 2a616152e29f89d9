/** What can happen on the modelled server: assignments with the team rule, states, messages, membership, departures. */
import type {
  Actor,
  Conversation,
  ModelMessage,
  Notification,
  Sender,
  Surroundings,
  Truth,
} from './records.ts';
import { liveStatus, standingOf } from './records.ts';
import { conversationEvent, messageEvent, notificationEvent } from './views.ts';

export type Acts = ReturnType<typeof createActs>;

const system: Actor = { user: null, request: null };

/** The acts over a truth; nothing else changes it. */
export const createActs = (truth: Truth, around: Surroundings) => {
  const { abilities } = truth;
  const nextId = () => ++truth.ids.row;

  const isOnline = (id: number): boolean => {
    const user = truth.users.get(id);
    if (!user || user.left || user.availability !== 'online') return false;
    return user.present || (truth.presence.get(id) ?? 0) > around.now();
  };

  /** Users who get the events of a conversation: members of its inbox and administrators. */
  const audience = (c: Conversation): number[] => {
    const inbox = truth.inboxes.get(c.inbox);
    return [...truth.users.values()]
      .filter((u) => !u.left && (u.role === 'administrator' || inbox?.members.includes(u.id)))
      .map((u) => u.id);
  };

  const tell = (c: Conversation, name: string, performer: number | null) => {
    // Older servers queue the payload as it is now; newer ones read the row again when they send.
    const snapshot = abilities.reread ? null : conversationEvent(truth, c, performer);
    for (const user of audience(c))
      around.event(user, name, () => snapshot ?? conversationEvent(truth, c, null));
  };

  const touch = (c: Conversation) => {
    c.updatedAt = around.now();
  };

  const pick = (inboxId: number, allowed: (id: number) => boolean): number | null => {
    const inbox = truth.inboxes.get(inboxId);
    if (!inbox) return null;
    const candidates = inbox.queue
      .toReversed()
      .filter((id) => inbox.members.includes(id) && isOnline(id) && allowed(id));
    if (candidates.length === 0) return null;
    const chosen = around.choose(candidates);
    inbox.queue = [chosen, ...inbox.queue.filter((id) => id !== chosen)];
    return chosen;
  };

  const addMessage = (c: Conversation, message: Omit<ModelMessage, 'id' | 'at'>): ModelMessage => {
    const stored: ModelMessage = { ...message, id: nextId(), at: Math.floor(around.now()) };
    c.messages.push(stored);
    c.activityAt = around.now();
    around.onActivity(c.id);
    touch(c);
    const data = messageEvent(truth, c, stored);
    for (const user of audience(c)) around.event(user, 'message.created', () => data);
    return stored;
  };

  const notify = (c: Conversation, user: number, type: Notification['type']) => {
    if (!truth.users.has(user)) return;
    if (abilities.dedupe) {
      const older = truth.notifications.filter((n) => n.user === user && n.conversation === c.id);
      truth.notifications = truth.notifications.filter((n) => !older.includes(n));
      for (const row of older)
        around.event(user, 'notification.deleted', () => ({
          notification: { id: row.id },
          unread_count: 0,
          count: 0,
        }));
    }
    const row: Notification = {
      id: nextId(),
      user,
      type,
      conversation: c.id,
      dbId: c.dbId,
      readAt: null,
      createdAt: Math.floor(around.now()),
    };
    truth.notifications.push(row);
    around.onNotification(row);
    const data = notificationEvent(truth, row);
    around.event(user, 'notification.created', () => data);
  };

  type Patch = Partial<
    Pick<
      Conversation,
      'assignee' | 'bot' | 'team' | 'status' | 'priority' | 'snoozedUntil' | 'labels' | 'inbox'
    >
  >;

  /** One save: the rules that run before it, then events, activity messages and notifications. */
  const save = (c: Conversation, actor: Actor, patch: Patch) => {
    const before = { ...c };
    const standingBefore = standingOf(c);
    Object.assign(c, patch);
    if (c.team !== before.team && c.team !== null) {
      const team = truth.teams.get(c.team);
      if (team && (c.assignee === null || !team.members.includes(c.assignee))) {
        c.assignee = team.auto ? pick(c.inbox, (id) => team.members.includes(id)) : null;
        if (c.assignee !== null) c.bot = null;
      }
    }
    if (c.status !== before.status && c.status === 'open') {
      const inbox = truth.inboxes.get(c.inbox);
      if (inbox?.auto && c.bot === null && (c.assignee === null || !inbox.members.includes(c.assignee))) {
        const team = c.team === null ? undefined : truth.teams.get(c.team);
        const within = abilities.teamAware && team ? team : null;
        if (!within || within.auto)
          c.assignee = pick(c.inbox, (id) => !within || within.members.includes(id)) ?? c.assignee;
      }
    }
    if (c.status !== 'snoozed') c.snoozedUntil = null;
    if (abilities.resolveClearsWaiting && c.status === 'resolved') c.waitingSince = null;
    const standingAfter = standingOf(c);
    const labelsChanged = c.labels.join() !== before.labels.join();
    if (JSON.stringify(standingBefore) === JSON.stringify(standingAfter) && !labelsChanged) return;
    touch(c);
    around.onChange({ conversation: c.id, actor, before: standingBefore, after: standingAfter });
    const assigneeChanged = c.assignee !== before.assignee;
    const teamChanged = c.team !== before.team;
    tell(c, 'conversation.updated', actor.user);
    if (assigneeChanged) tell(c, 'assignee.changed', actor.user);
    if (teamChanged) tell(c, 'team.changed', actor.user);
    if (c.status !== before.status) tell(c, 'conversation.status_changed', actor.user);
    const by = actor.user === null ? null : (truth.users.get(actor.user)?.name ?? null);
    if (
      by !== null &&
      (assigneeChanged || teamChanged || c.status !== before.status || c.priority !== before.priority)
    ) {
      const to = c.assignee === null ? 'nobody' : (truth.users.get(c.assignee)?.name ?? 'somebody');
      const text = teamChanged
        ? `Assigned to team ${c.team ?? 'none'} by ${by}`
        : assigneeChanged
          ? `Assigned to ${to} by ${by}`
          : `Changed by ${by}`;
      around.job(() => {
        if (truth.conversations.has(c.id)) addMessage(c, { type: 2, text, private: false, sender: null });
      });
    }
    const newAssignee = c.assignee;
    if (assigneeChanged && newAssignee !== null && newAssignee !== actor.user && c.status !== 'pending')
      around.job(() => {
        if (truth.conversations.has(c.id)) notify(c, newAssignee, 'conversation_assignment');
      });
  };

  const held = (user: number) =>
    [...truth.conversations.values()].filter((c) => c.assignee === user && c.status === 'open').length;

  return {
    isOnline,
    audience,
    /** A refusal in words, or null. */
    assignAgent: (c: Conversation, actor: Actor, user: number | null): string | null => {
      const known = user !== null && truth.users.get(user);
      const target = known && !known.left ? user : null;
      if (target !== null && target !== c.assignee && truth.limit !== null && held(target) >= truth.limit)
        return 'Agent has reached the conversation limit';
      save(c, actor, { assignee: target, bot: null });
      return null;
    },
    assignBot: (c: Conversation, actor: Actor, bot: number) => save(c, actor, { assignee: null, bot }),
    assignTeam: (c: Conversation, actor: Actor, team: number | null): string | null => {
      save(c, actor, { team: team !== null && truth.teams.has(team) ? team : null });
      return null;
    },
    setStatus: (
      c: Conversation,
      actor: Actor,
      status: string,
      snoozedUntil: number | null = null,
    ): boolean => {
      if (abilities.finals && !liveStatus(c.status)) return false;
      save(c, actor, { status, snoozedUntil });
      return true;
    },
    setPriority: (c: Conversation, actor: Actor, priority: string | null) => save(c, actor, { priority }),
    setLabels: (c: Conversation, actor: Actor, labels: string[]) => save(c, actor, { labels }),
    moveInbox: (c: Conversation, inbox: number) => save(c, system, { inbox }),
    create: (
      inbox: number,
      contact: { id: number; name: string },
      options: { team?: number; status?: string; bot?: number } = {},
    ): Conversation => {
      const now = around.now();
      const id = ++truth.ids.conversation;
      const c: Conversation = {
        id,
        dbId: id + 70_000,
        inbox,
        contactId: contact.id,
        contactName: contact.name,
        status: 'pending',
        priority: null,
        assignee: null,
        bot: options.bot ?? null,
        team: options.team ?? null,
        labels: [],
        createdAt: now,
        activityAt: now,
        updatedAt: now,
        firstReplyAt: null,
        waitingSince: now,
        seenAt: null,
        snoozedUntil: null,
        messages: [],
      };
      truth.conversations.set(c.id, c);
      around.onChange({ conversation: c.id, actor: system, before: null, after: standingOf(c) });
      tell(c, 'conversation.created', null);
      if (options.status !== 'pending') save(c, system, { status: options.status ?? 'open' });
      addMessage(c, {
        type: 0,
        text: `Hello, I am ${contact.name}`,
        private: false,
        sender: { kind: 'contact', id: contact.id },
      });
      return c;
    },
    /** Deleting sends no event. */
    remove: (c: Conversation, actor: Actor) => {
      truth.conversations.delete(c.id);
      truth.notifications = truth.notifications.filter((n) => n.conversation !== c.id);
      around.onChange({ conversation: c.id, actor, before: standingOf(c), after: null, silent: true });
    },
    incoming: (c: Conversation, text: string): boolean => {
      if (abilities.finals && !liveStatus(c.status)) return false;
      addMessage(c, { type: 0, text, private: false, sender: { kind: 'contact', id: c.contactId } });
      c.waitingSince ??= around.now();
      if (c.status === 'snoozed' || c.status === 'resolved') save(c, system, { status: 'open' });
      if (c.assignee !== null) notify(c, c.assignee, 'assigned_conversation_new_message');
      return true;
    },
    outgoing: (c: Conversation, sender: Sender, text: string, isPrivate: boolean): ModelMessage => {
      const message = addMessage(c, { type: 1, text, private: isPrivate, sender });
      if (!isPrivate && sender.kind === 'user') {
        c.firstReplyAt ??= around.now();
        c.waitingSince = null;
        touch(c);
        tell(c, 'conversation.updated', null);
      }
      return message;
    },
    /** Reading sends no event and does not touch `updated_at`. */
    read: (c: Conversation) => {
      c.seenAt = around.now();
    },
    setMembers: (team: number, members: number[]) => {
      const row = truth.teams.get(team);
      if (row) row.members = members;
      around.onMembers(team, members);
    },
    setInboxMembers: (inbox: number, members: number[]) => {
      const row = truth.inboxes.get(inbox);
      if (!row) return;
      row.members = members;
      row.queue = [
        ...members.filter((id) => !row.queue.includes(id)),
        ...row.queue.filter((id) => members.includes(id)),
      ];
    },
    /** The team's conversations lose it, without event or `updated_at`. */
    deleteTeam: (team: number) => {
      truth.teams.delete(team);
      for (const c of truth.conversations.values()) {
        if (c.team !== team) continue;
        const before = standingOf(c);
        c.team = null;
        around.onChange({ conversation: c.id, actor: system, before, after: standingOf(c), silent: true });
      }
    },
    /** Leaves the account; his conversations lose him, without event or `updated_at`, except where they move on by rule. */
    leave: (user: number) => {
      const row = truth.users.get(user);
      if (!row) return;
      row.left = true;
      for (const team of truth.teams.values()) team.members = team.members.filter((id) => id !== user);
      for (const inbox of truth.inboxes.values()) {
        inbox.members = inbox.members.filter((id) => id !== user);
        inbox.queue = inbox.queue.filter((id) => id !== user);
      }
      for (const c of truth.conversations.values()) {
        if (c.assignee !== user || abilities.leaversKeep) continue;
        const before = standingOf(c);
        c.assignee = null;
        around.onChange({ conversation: c.id, actor: system, before, after: standingOf(c), silent: true });
      }
    },
    setAvailability: (user: number, availability: 'online' | 'busy' | 'offline' | 'away') => {
      const row = truth.users.get(user);
      if (row) row.availability = availability;
    },
  };
};
