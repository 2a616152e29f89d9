/** Answers of the control port, one function a call. */
import type { Backend } from '../backend.ts';
import type { Cable } from '../cable/cable.ts';
import { actSchema, faultSchema, logFilterSchema } from '../control.ts';
import type { ControlCalls, ControlName, Truth } from '../control.ts';
import { saveConversation } from '../actions/save.ts';
import { addMessage } from '../actions/messages.ts';
import { createAgent, defaultEmailFlags, defaultPushFlags } from '../actions/create.ts';
import type { Conversation, User } from '../model.ts';
import type { WorldDump } from '../world.ts';
import { conversationById, perform, truthOf } from './act.ts';
import type { Traffic } from './traffic.ts';

/** What the calls steer besides the backend. */
export interface Steering {
  backend: Backend;
  cable: Cable;
  traffic: Traffic;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export type Handlers = {
  [N in ControlName]: (
    input: ControlCalls[N]['input'],
  ) => ControlCalls[N]['output'] | Promise<ControlCalls[N]['output']>;
};

const accountId = 1;
const done = new Set(['resolved', 'abandoned', 'deleted']);

const isLive = (conversation: Conversation): boolean => !done.has(conversation.status);

function userOf(backend: Backend, id: number): User {
  const user = backend.world.rows.user.get(id);
  if (user === undefined) throw new Error(`no user ${id}`);
  return user;
}

/** Sends customers' messages at a rate until the time is over. */
function createFlood(backend: Backend): {
  start(perSecond: number, seconds: number): number;
  stop(): number;
} {
  let timer: ReturnType<typeof setInterval> | null = null;
  let sent = 0;
  const stop = (): number => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    return sent;
  };
  return {
    stop,
    start: (perSecond, seconds) => {
      stop();
      sent = 0;
      const targets = backend.world.conversationsOf(accountId).filter(isLive);
      if (targets.length === 0) return 0;
      const begin = performance.now();
      timer = setInterval(() => {
        const elapsed = (performance.now() - begin) / 1000;
        const due = Math.floor(Math.min(elapsed, seconds) * perSecond);
        while (sent < due) {
          const conversation = targets[sent % targets.length];
          sent++;
          if (conversation === undefined || !backend.world.rows.conversation.has(conversation.id)) continue;
          const sender = { senderType: 'Contact', senderId: conversation.contactId } as const;
          addMessage(
            backend,
            conversation,
            { content: `Are you there? (${sent})`, messageType: 0, ...sender },
            null,
          );
        }
        if (elapsed >= seconds) stop();
      }, 5);
      return targets.length;
    },
  };
}

/** All handlers; `stop` ends what runs by itself. */
export function createHandlers(steering: Steering): { handlers: Handlers; stop(): void } {
  const { backend, cable, traffic } = steering;
  const { world } = backend;
  const flood = createFlood(backend);
  const snapshots = new Map<string, WorldDump>();
  const handlers: Handlers = {
    'log.read': (input) => traffic.read(logFilterSchema.parse(input)),
    'log.clear': () => ({ cleared: traffic.clear() }),
    'fault.add': (input) => ({ fault: traffic.add(faultSchema.parse(input)) }),
    'fault.list': () => traffic.list(),
    'fault.clear': (input) => {
      traffic.remove(input.fault);
      return {};
    },
    'cable.faults': (input) => Object.assign(cable.faults, input),
    'cable.close': ({ reason, reconnect }) => ({
      closed: cable.closeAll(reason === undefined ? undefined : { reason, reconnect: reconnect ?? true }),
    }),
    'cable.sockets': () => cable.sockets(),
    'cable.raw': ({ frame }) => {
      cable.sendRaw(frame);
      return {};
    },
    'server.pause': async () => {
      await steering.pause();
      return {};
    },
    'server.resume': async () => {
      await steering.resume();
      return {};
    },
    'jobs.delay': ({ ms }) => {
      backend.jobs.setDelay(ms);
      return {};
    },
    'jobs.idle': async () => {
      await backend.jobs.idle();
      return {};
    },
    'clock.skew': ({ seconds }) => {
      backend.clock.skew(seconds);
      return { now: backend.clock.now() };
    },
    act: (input) => perform(backend, actSchema.parse(input)) ?? {},
    'events.flood': ({ perSecond, seconds }) => ({ conversations: flood.start(perSecond, seconds) }),
    'events.stop': () => ({ sent: flood.stop() }),
    'conversation.truth': ({ conversation }) => {
      const found = world.conversation(accountId, conversation);
      return found === undefined ? null : truthOf(backend, found);
    },
    'conversation.live': (): Truth[] =>
      world
        .conversationsOf(accountId)
        .filter(isLive)
        .map((conversation) => truthOf(backend, conversation)),
    'conversation.inject': ({ conversation, status, priority }) => {
      const found = conversationById(backend, conversation);
      const changes = {
        ...(status === undefined ? {} : { status }),
        ...(priority === undefined ? {} : { priority }),
      };
      saveConversation(backend, found, changes, null);
      return truthOf(backend, found);
    },
    users: (input) =>
      world.membershipsOf(input.accountId ?? accountId).map((membership) => {
        const user = userOf(backend, membership.userId);
        return {
          id: user.id,
          name: user.name,
          email: user.email,
          password: user.password,
          token: user.token,
          pubsubToken: user.pubsubToken,
          role: membership.role,
          availability: membership.availability,
          effective: backend.presence.effective(membership),
          autoOffline: membership.autoOffline,
          deactivated: membership.deactivated,
        };
      }),
    bots: () => [...world.rows.bot.values()].map(({ id, name, token }) => ({ id, name, token })),
    notifications: ({ userId }) =>
      [...world.rows.notification.values()]
        .filter((row) => userId === undefined || row.userId === userId)
        .map((row) => ({
          id: row.id,
          userId: row.userId,
          type: row.type,
          conversation: world.rows.conversation.get(row.conversationId)?.displayId ?? 0,
          read: row.readAt !== null,
        })),
    online: () => backend.presence.users(accountId),
    'account.set': (input) => {
      const account = world.account(accountId);
      if (account === undefined) throw new Error('no account');
      if (input.status !== undefined) account.status = input.status;
      if (input.conversationLimit !== undefined) account.conversationLimit = input.conversationLimit;
      world.touch('account', accountId);
      return {};
    },
    'user.set': ({ user: id, role, name, masked }) => {
      const user = userOf(backend, id);
      const membership = world.membership(accountId, id);
      if (name !== undefined) user.name = name;
      if (masked !== undefined) user.maskedName = masked;
      if (role !== undefined && membership !== undefined) {
        membership.role = role;
        world.touch('membership', membership.id);
      }
      world.touch('user', id);
      return {};
    },
    'user.revoke': ({ user: id, pubsub }) => {
      const user = userOf(backend, id);
      user.token = backend.random.token(24);
      if (pubsub === true) user.pubsubToken = backend.random.token(24);
      world.touch('user', id);
      return { token: user.token, pubsubToken: user.pubsubToken };
    },
    'user.join': ({ user: id, accountId: joined, role }) => {
      const user = userOf(backend, id);
      if (world.account(joined) === undefined) throw new Error(`no account ${joined}`);
      if (world.membership(joined, id) !== undefined) return {};
      const { membership } = createAgent(backend, joined, {
        name: user.name,
        email: user.email,
        role: role ?? 'agent',
      });
      membership.emailFlags = [...defaultEmailFlags];
      membership.pushFlags = [...defaultPushFlags];
      return {};
    },
    'switches.set': (input) => Object.assign(backend.switches, input),
    'features.set': (input) => Object.assign(backend.features, input),
    'snapshot.take': ({ name }) => {
      snapshots.set(name, world.dump());
      return {};
    },
    'snapshot.restore': ({ name }) => {
      const dump = snapshots.get(name);
      if (dump === undefined) throw new Error(`no snapshot ${name}`);
      world.load(dump);
      backend.presence.clear();
      cable.closeAll();
      return {};
    },
  };
  return { handlers, stop: () => void flood.stop() };
}
