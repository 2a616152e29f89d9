/** Properties of the team rule and of the round robin, over all small worlds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyTeamRule, pickFromQueue, repairQueue, turnQueue } from './team-rule.ts';
import type { TeamRuleInput } from './team-rule.ts';

const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b);

const user = fc.integer({ min: 1, max: 8 });
const users = fc.uniqueArray(user, { maxLength: 8 });
const team = fc.option(fc.record({ memberIds: users, allowAutoAssign: fc.boolean() }));
const inputs: fc.Arbitrary<TeamRuleInput> = fc
  .record({ assignee: fc.option(user), team, inboxMembers: users, online: users })
  .chain(({ inboxMembers, online, ...rest }) =>
    fc.shuffledSubarray(inboxMembers, { minLength: inboxMembers.length }).map((queue) => ({
      ...rest,
      queue,
      onlineInboxMembers: inboxMembers.filter((id) => online.includes(id)),
    })),
  );

describe('the team rule', () => {
  it('keeps the agent when the team is removed or he belongs to it', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const stays =
          input.team === null || (input.assignee !== null && input.team.memberIds.includes(input.assignee));
        fc.pre(stays);
        expect(applyTeamRule(input)).toEqual({ assignee: input.assignee, picked: null });
      }),
    );
  });

  it('never leaves an agent who is not in the new team', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        fc.pre(input.team !== null);
        const { assignee } = applyTeamRule(input);
        expect(assignee === null || input.team?.memberIds.includes(assignee)).toBe(true);
      }),
    );
  });

  it('drops a non-member and picks nobody where the team does not assign automatically', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        fc.pre(input.team !== null && !input.team.allowAutoAssign);
        fc.pre(input.assignee === null || !(input.team?.memberIds.includes(input.assignee) ?? false));
        expect(applyTeamRule(input)).toEqual({ assignee: null, picked: null });
      }),
    );
  });

  it('picks the candidate nearest to the tail, or nobody when there is no candidate', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        fc.pre(input.team !== null && input.team.allowAutoAssign);
        fc.pre(input.assignee === null || !(input.team?.memberIds.includes(input.assignee) ?? false));
        const candidates = input.onlineInboxMembers.filter((id) => input.team?.memberIds.includes(id));
        const { assignee, picked } = applyTeamRule(input);
        expect(assignee).toBe(picked);
        if (candidates.length === 0) expect(picked).toBeNull();
        else expect(picked).toBe(input.queue.toReversed().find((id) => candidates.includes(id)));
      }),
    );
  });
});

describe('the round robin', () => {
  it('gives each of several candidates his turn before anybody comes twice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(user, { minLength: 1, maxLength: 8 }), (queue) => {
        let list: readonly number[] = queue;
        const turns: number[] = [];
        for (let i = 0; i < queue.length; i++) {
          const picked = pickFromQueue(list, queue);
          if (picked === null) throw new Error('nobody picked');
          turns.push(picked);
          list = turnQueue(list, picked);
        }
        expect(sorted(turns)).toEqual(sorted(queue));
      }),
    );
  });

  it('is repaired to exactly the members, keeping the order of those who stayed', () => {
    fc.assert(
      fc.property(users, users, (queue, members) => {
        const repaired = repairQueue(queue, members);
        expect(sorted(repaired)).toEqual(sorted(members));
        const stayed = queue.filter((id) => members.includes(id));
        expect(repaired.filter((id) => stayed.includes(id))).toEqual(stayed);
      }),
    );
  });
});
