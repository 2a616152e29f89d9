/** Frames of the cable: welcome, ping, confirmation, silence, presence. */
import { group } from '../case.ts';
import { at, equal, isObject, list, ok, present } from '../check.ts';
import { connect, identifierOf, subscribe } from '../socket.ts';
import type { Socket } from '../socket.ts';
import type { Stage } from '../stage.ts';

const pubsubOf = (stage: Stage): string => present(stage.me.pubsub, 'pubsub_token of the profile');

async function open(stage: Stage): Promise<Socket> {
  const socket = await connect(stage.origin, stage.patience);
  stage.afterwards(() => socket.close());
  return socket;
}

/** Subscribes with a wrong identifier and proves that the server stays silent while it answers others. */
async function silent(stage: Stage, identifier: string): Promise<Socket> {
  const socket = await open(stage);
  socket.send({ command: 'subscribe', identifier });
  await socket.frame((frame) => frame.value['type'] === 'ping', 'ping', 8000);
  const answers = socket.frames.filter((frame) =>
    ['confirm_subscription', 'reject_subscription', 'disconnect'].includes(String(frame.value['type'])),
  );
  equal(
    answers.map((frame) => frame.raw),
    [],
    'answers to a wrong subscription',
  );
  return socket;
}

export const frameCases = group('frames', {
  'the first protocol that was offered is chosen': async (stage) => {
    equal((await open(stage)).protocol, 'actioncable-v1-json', 'protocol');
  },
  'welcome comes first, exactly': async (stage) => {
    const socket = await open(stage);
    const first = await socket.frame(() => true, 'frame');
    equal(first.raw, '{"type":"welcome"}', 'first frame');
  },
  'ping comes every 3 seconds with whole unix seconds': async (stage) => {
    const socket = await open(stage);
    const isPing = (frame: { value: Record<string, unknown> }): boolean => frame.value['type'] === 'ping';
    const first = await socket.frame(isPing, 'ping', 8000);
    const second = await socket.frame((frame) => isPing(frame) && frame !== first, 'second ping', 8000);
    equal(Object.keys(first.value).toSorted(), ['message', 'type'], 'keys of a ping');
    ok(Number.isInteger(first.value['message']), 'message is a whole number');
    const gap = second.at - first.at;
    ok(gap > 2500 && gap < 3600, `pings are ${Math.round(gap)} ms apart`);
    ok(
      Math.abs(Number(second.value['message']) - Number(first.value['message']) - 3) <= 1,
      'the clock went on by 3 s',
    );
  },
  'a subscription is confirmed with the identifier verbatim': async (stage) => {
    // Unusual order and spaces: the server compares and echoes a text.
    const identifier = `{ "user_id":${stage.me.id},  "account_id": ${stage.accountId},"pubsub_token":"${pubsubOf(stage)}", "channel":"RoomChannel" }`;
    const socket = await subscribe(stage.origin, identifier, stage.patience);
    stage.afterwards(() => socket.close());
    const frame = socket.frames.find((one) => one.value['type'] === 'confirm_subscription');
    equal(frame?.value, { identifier, type: 'confirm_subscription' }, 'the frame');
  },
  'a wrong token is answered with silence, pings go on': async (stage) => {
    await silent(stage, identifierOf('no-such-token', stage.accountId, stage.me.id));
  },
  'a wrong account or user is answered with silence': async (stage) => {
    await silent(stage, identifierOf(pubsubOf(stage), 2_000_000_000, stage.me.id));
    await silent(stage, identifierOf(pubsubOf(stage), stage.accountId, 2_000_000_000));
  },
  'an unknown channel is answered with silence': async (stage) => {
    await silent(stage, JSON.stringify({ channel: 'NoSuchChannel' }));
  },
  'a good token with a wrong user hears events on old bases and nothing on new ones, unconfirmed on both':
    async (stage) => {
      const socket = await silent(stage, identifierOf(pubsubOf(stage), stage.accountId, 2_000_000_000));
      const good = await stage.socket();
      const conversation = await stage.conversation(await stage.inbox());
      await good.event('conversation.created', (data) => data['id'] === conversation);
      const heard = socket.events('conversation.created').some((event) => event.data['id'] === conversation);
      // With updated_at the base is new enough to check first.
      if (stage.abilities.updatedAt) equal(heard, false, 'an event without a confirmed subscription');
      else equal(heard, true, 'an event of the attached stream');
    },
  'a data frame has the identifier verbatim and a message with event and data': async (stage) => {
    const identifier = identifierOf(pubsubOf(stage), stage.accountId, stage.me.id);
    const socket = await subscribe(stage.origin, identifier, stage.patience);
    stage.afterwards(() => socket.close());
    const frame = await socket.frame(
      (one) => at(one.value, 'message', 'event') === 'presence.update',
      'presence.update',
    );
    equal(Object.keys(frame.value).toSorted(), ['identifier', 'message'], 'keys of the frame');
    equal(frame.value['identifier'], identifier, 'identifier');
    equal(Object.keys(frame.value['message'] as object).toSorted(), ['data', 'event'], 'keys of the message');
  },
  'presence comes on subscribing, to the own stream, with text keys': async (stage) => {
    const socket = await stage.socket();
    const { data } = await socket.event('presence.update', () => true);
    equal(data['account_id'], stage.accountId, 'account_id');
    ok(isObject(data['users']), 'users is an object');
    ok(String(stage.me.id) in (data['users'] as object), 'I am among the users');
    ok(isObject(data['contacts']), 'contacts is an object');
  },
  'update_presence is answered with presence, and only to the own stream': async (stage) => {
    const identifier = identifierOf(pubsubOf(stage), stage.accountId, stage.me.id);
    const socket = await stage.socket();
    await socket.event('presence.update', () => true);
    socket.forget();
    socket.send({ command: 'message', identifier, data: JSON.stringify({ action: 'update_presence' }) });
    await socket.event('presence.update', () => true, 'presence after update_presence');
  },
  'subscribing makes me online while my chosen availability is online': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const inbox = await stage.inbox({ members: [sara] });
    const members = list((await stage.api.get(`/inbox_members/${inbox}`)).json, 'payload');
    equal(at(members[0], 'availability_status'), 'online', 'availability of the connected agent');
  },
  'unsubscribing ends the events': async (stage) => {
    const identifier = identifierOf(pubsubOf(stage), stage.accountId, stage.me.id);
    const [ended, other] = [await stage.socket(), await stage.socket()];
    ended.send({ command: 'unsubscribe', identifier });
    // A frame after it is handled later: its silence proves that the first was handled.
    const inbox = await stage.inbox();
    await other.frame((frame) => frame.value['type'] === 'ping', 'ping', 8000);
    ended.forget();
    const conversation = await stage.conversation(inbox);
    await other.event('conversation.created', (data) => data['id'] === conversation);
    equal(ended.events('conversation.created').length, 0, 'events after unsubscribing');
  },
  'the same identifier twice is confirmed once, and events come once': async (stage) => {
    const identifier = identifierOf(pubsubOf(stage), stage.accountId, stage.me.id);
    const socket = await stage.socket();
    socket.send({ command: 'subscribe', identifier });
    const conversation = await stage.conversation(await stage.inbox());
    await socket.event('conversation.created', (data) => data['id'] === conversation);
    // A second copy would have come before the next one's event.
    const next = await stage.conversation(await stage.inbox());
    await socket.event('conversation.created', (data) => data['id'] === next);
    const confirmations = socket.frames.filter((frame) => frame.value['type'] === 'confirm_subscription');
    equal(confirmations.length, 1, 'confirmations');
    equal(
      socket.events('conversation.created').filter((event) => event.data['id'] === conversation).length,
      1,
      'events',
    );
  },
});
