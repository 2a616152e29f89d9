/** Automatic assignment outside of the team rule: when a conversation becomes open in an automatic inbox. */
import { group } from '../case.ts';
import { equal } from '../check.ts';

export const autoAssignmentCases = group('automatic', {
  'creating a conversation in an automatic inbox assigns an online member': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const conversation = await stage.conversation(await stage.inbox({ members: [sara], auto: true }));
    await stage.until(
      () => stage.held(conversation),
      (held) => held.assignee === sara.id,
      'assignee',
    );
  },
  'unassigning by hand in an automatic inbox does not assign again by itself': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const conversation = await stage.conversation(await stage.inbox({ members: [sara], auto: true }));
    await stage.until(
      () => stage.held(conversation),
      (held) => held.assignee === sara.id,
      'assignee',
    );
    await stage.assignAgent(conversation, null);
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'who is no member of an automatic inbox loses the conversation when it opens again': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const inbox = await stage.inbox({ members: [sara], auto: true });
    const conversation = await stage.conversation(inbox);
    await stage.assignAgent(conversation, tom.id);
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'pending' });
    await stage.online(sara);
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'open' });
    await stage.until(
      () => stage.held(conversation),
      (held) => held.assignee === sara.id,
      'assignee after opening',
    );
  },
  'a member of an automatic inbox keeps the conversation when it opens again': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const inbox = await stage.inbox({ members: [tom, sara], auto: true });
    const conversation = await stage.conversation(inbox);
    await stage.assignAgent(conversation, tom.id);
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'pending' });
    await stage.online(sara);
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'open' });
    equal((await stage.held(conversation)).assignee, tom.id, 'assignee');
  },
});
