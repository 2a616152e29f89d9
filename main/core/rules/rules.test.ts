/** The rules against every case of the table, and properties that no case may break. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWords } from '../../../contract/words.ts';
import { sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment, Directory, Judgement } from '../../../contract/model.ts';
import type { Write } from '../link.ts';
import {
  actionOf,
  agentId,
  assignmentOf,
  cases,
  directoryOf,
  INBOX,
  teamId,
  worldOf,
  writeOf,
} from './cases.testing.ts';
import { decide, type MoveState } from './decide.ts';
import { judge } from './judge.ts';
import { actionForLane } from './lanes.ts';
import type { Plan } from './plan.ts';
import { serverWrite, type ServerWorld } from './server-model.ts';
import { summarise } from './summarise.ts';
import { inWish } from './wish.ts';

const t = createWords('en');
const context = { held: () => null };

/** Sends the steps as the strand does: the next one only when the last left what it should and the wish is open. */
const run = (start: Assignment, plan: Plan, world: ServerWorld, directory: Directory) => {
  const sent: Write[] = [];
  let state = start;
  for (const step of plan.steps) {
    if (sent.length > 0 && inWish(plan.wish, state, directory)) break;
    sent.push(step.write);
    state = serverWrite(state, step.write, world);
    const last = step === plan.steps.at(-1);
    if (!last && !inWish(plan.wish, state, directory) && !sameAssignment(state, step.leaves)) break;
  }
  return { sent, state };
};

const members = (plan: Plan, directory: Directory): Assignment[] => {
  const { accepts, anyMemberOf, except } = plan.wish;
  const team = directory.teams.find((one) => one.id === anyMemberOf);
  return [
    ...accepts,
    ...(team?.members ?? [])
      .filter((id) => except?.type !== 'agent' || except.id !== id)
      .map((id): Assignment => ({ assignee: { type: 'agent', id }, team: team?.id ?? null })),
  ];
};
const key = (one: Assignment) => `${one.assignee?.type ?? '-'}:${one.assignee?.id ?? '-'}/${one.team ?? '-'}`;

describe('the table of cases', () => {
  for (const one of cases.cases) {
    test(one.name, () => {
      const start = assignmentOf(one.start);
      const state: MoveState = { ...start, status: one.start.status, inbox: INBOX };
      const directory = directoryOf(one);
      const action = actionOf(one.action);
      if (!action) {
        expect(one.judgement).toBe('refuses');
        return;
      }
      const said = judge(action, state, directory, context);
      expect(said.outcome).toBe(one.judgement);
      expect(t(said.words)).toBe(one.words);
      expect('warnings' in said ? said.warnings.map(t) : []).toEqual(one.warnings);
      const choices = 'choices' in said ? said.choices : [];
      expect(choices.map((choice) => ({ label: t(choice.words), action: choice.action }))).toEqual(
        one.choices.map((choice) => ({ label: choice.label, action: actionOf(choice.action) })),
      );

      // What is sent: the first choice where it asks; after loading the memberships where they are not known.
      const first = choices[0]?.action ?? action;
      const before = decide(first, state, directory);
      if (before.kind === 'goes') {
        expect(members(before.plan, directory).map(key).toSorted()).toEqual(
          one.wish.map((named) => key(assignmentOf(named))).toSorted(),
        );
      } else expect(one.wish).toEqual([]);
      const loaded = directoryOf(one, true);
      const sent = decide(first, state, loaded);
      const result =
        sent.kind === 'goes' ? run(start, sent.plan, worldOf(one), loaded) : { sent: [], state: start };
      expect(result.sent).toEqual(one.writes.map(writeOf));
      expect(key(result.state)).toBe(key(assignmentOf(one.server)));
    });
  }
});

describe('the table of undo', () => {
  for (const one of cases.restores) {
    test(one.name, () => {
      const start = assignmentOf(one.start);
      const state: MoveState = { ...start, status: one.start.status, inbox: INBOX };
      const directory = directoryOf(one);
      const decision = decide({ kind: 'restore', to: assignmentOf(one.to) }, state, directory);
      if (decision.kind !== 'goes') throw new Error(`It is not done: ${decision.kind}`);
      expect(members(decision.plan, directory).map(key).toSorted()).toEqual(
        one.wish.map((named) => key(assignmentOf(named))).toSorted(),
      );
      const result = run(start, decision.plan, worldOf(one), directory);
      expect(result.sent).toEqual(one.writes.map(writeOf));
      expect(key(result.state)).toBe(key(assignmentOf(one.server)));
    });
  }
});

const [someCase] = cases.cases;
if (!someCase) throw new Error('The table is empty.');
const directory = directoryOf(someCase, true);
const agents = Object.keys(cases.agents).map(agentId);
const teams = Object.keys(cases.teams).map(teamId);
const liveTeams = directory.teams.filter((team) => !team.gone).map((team) => team.id);

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('assign-agent' as const), agent: fc.constantFrom(...agents) }),
  fc.record({ kind: fc.constant('assign-agent-without-team' as const), agent: fc.constantFrom(...agents) }),
  fc.record({ kind: fc.constant('assign-team' as const), team: fc.constantFrom(...teams) }),
  fc.record({ kind: fc.constant('queue' as const), team: fc.constantFrom(...teams) }),
  fc.record({
    kind: fc.constant('assign-both' as const),
    agent: fc.constantFrom(...agents),
    team: fc.constantFrom(...teams),
  }),
  fc.constantFrom<Action>({ kind: 'unassign-agent' }, { kind: 'unassign-team' }, { kind: 'unassign-both' }),
);
const anyState: fc.Arbitrary<MoveState> = fc.record({
  assignee: fc.option(
    fc.oneof(
      fc.record({ type: fc.constant('agent' as const), id: fc.constantFrom(...agents) }),
      fc.record({ type: fc.constant('bot' as const), id: fc.constant(1) }),
    ),
  ),
  team: fc.option(fc.constantFrom(...liveTeams)),
  status: fc.constantFrom('open', 'pending', 'snoozed', 'resolved', 'abandoned', 'something new'),
  inbox: fc.constant(INBOX),
});
const anyWorld: fc.Arbitrary<ServerWorld> = fc
  .subarray(directory.agents.filter((agent) => !agent.left).map((agent) => agent.id))
  .map((online) => ({ ...worldOf(someCase), online }));

const violates = ({ assignee, team }: Assignment) =>
  assignee?.type === 'agent' &&
  team !== null &&
  !directory.teams.find((one) => one.id === team)?.members?.includes(assignee.id);

describe('for every action and every state', () => {
  test('no wish brings an agent into a team he is not in', () => {
    fc.assert(
      fc.property(anyAction, anyState, (action, state) => {
        const decision = decide(action, state, directory);
        if (decision.kind !== 'goes') return;
        for (const result of members(decision.plan, directory))
          expect(violates(result) && !sameAssignment(result, state)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('what the server ends with is within the wish', () => {
    fc.assert(
      fc.property(anyAction, anyState, anyWorld, (action, state, world) => {
        const decision = decide(action, state, directory);
        if (decision.kind !== 'goes') return;
        const { state: end } = run(state, decision.plan, world, directory);
        expect(inWish(decision.plan.wish, end, directory)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('finished conversations are never moved, and every refusal has words', () => {
    fc.assert(
      fc.property(anyAction, anyState, (action, state) => {
        const said = judge(action, state, directory, context);
        if (state.status === 'resolved' || state.status === 'abandoned') expect(said.outcome).toBe('refuses');
        if (said.outcome === 'refuses') expect(t(said.words)).not.toMatch(/^(refuse\.|$)/);
      }),
    );
  });

  test('a state can be restored from any other, rule or not, unless the server picks somebody meanwhile', () => {
    let restored = 0;
    let violations = 0;
    fc.assert(
      fc.property(anyState, anyState, anyWorld, (from, to, world) => {
        const before = { assignee: to.assignee, team: to.team };
        const decision = decide({ kind: 'restore', to: before }, { ...from, status: 'open' }, directory);
        const gone = to.assignee?.type === 'agent' && !world.agents.includes(to.assignee.id);
        if (decision.kind === 'already-here') expect(sameAssignment(from, to)).toBe(true);
        else if (decision.kind === 'refuses') expect(gone).toBe(true);
        else if (decision.kind === 'goes') {
          const { state } = run(from, decision.plan, world, directory);
          if (inWish(decision.plan.wish, state, directory)) {
            restored += 1;
            if (violates(state) && sameAssignment(state, before)) violations += 1;
            // Into a queue the server may have picked a member: nobody takes him away again.
            if (!sameAssignment(state, before)) expect(before.assignee).toBeNull();
          } else {
            const picks = directory.teams.some((team) => team.id === to.team && team.autoAssign);
            expect(picks && from.team !== to.team && world.online.length > 0).toBe(true);
          }
        } else expect(decision.kind).toBe('goes');
      }),
      { numRuns: 1000 },
    );
    expect(restored).toBeGreaterThan(500);
    expect(violations).toBeGreaterThan(50);
  });

  test('a member comes back before his team, so that nobody else is picked for it', () => {
    fc.assert(
      fc.property(anyState, anyState, anyWorld, (from, to, world) => {
        const before = { assignee: to.assignee, team: to.team };
        if (before.assignee?.type !== 'agent' || before.team === null || violates(before)) return;
        if (!world.agents.includes(before.assignee.id)) return;
        const decision = decide({ kind: 'restore', to: before }, { ...from, status: 'open' }, directory);
        if (decision.kind !== 'goes') return;
        let state: Assignment = from;
        for (const step of decision.plan.steps) {
          state = serverWrite(state, step.write, world);
          expect([from.assignee, before.assignee]).toContainEqual(state.assignee);
        }
        expect(sameAssignment(state, before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('one chooser for many', () => {
  const tom = agentId('tom');
  const judgeTom = (team: string | null, status = 'open', agent: string | null = null) =>
    judge(
      { kind: 'assign-agent', agent: tom },
      { ...assignmentOf({ agent, team }), status, inbox: INBOX },
      directory,
      context,
    );

  test('asks once, with counts', () => {
    const summary = summarise([judgeTom('billing'), judgeTom('billing'), judgeTom('support')]);
    expect(summary.outcome).toBe('asks-first');
    expect(t(summary.words)).toBe('Tom is not in the team of 2 of 3: asks first');
    expect('choices' in summary && summary.choices.map((one) => t(one.words))).toEqual([
      'Assign Tom and remove the team of 2 conversations',
      'Assign Tom in Partners (2 conversations)',
      'Assign Tom in Sales (2 conversations)',
      'Assign Tom in Support (2 conversations)',
    ]);
  });

  test('says how many stay', () => {
    const summary = summarise([judgeTom('support', 'resolved'), judgeTom('support')]);
    expect([summary.outcome, t(summary.words)]).toEqual(['accepts-but', '1 of 2 are finished and stay']);
    const none = summarise([judgeTom('support', 'resolved'), judgeTom(null, 'resolved')]);
    expect([none.outcome, t(none.words)]).toEqual(['refuses', 'Resolved conversations cannot be moved']);
  });

  test('one alone is itself', () => {
    const one = judgeTom('billing');
    expect(summarise([one])).toBe(one);
  });

  test('accepts where all accept, and is already here where all are', () => {
    expect(summarise([judgeTom('support'), judgeTom(null)]).outcome).toBe('accepts');
    expect(summarise([judgeTom(null, 'open', 'tom'), judgeTom(null, 'open', 'tom')]).outcome).toBe(
      'already-here',
    );
  });
});

test('warns of a target who is away or at his limit, never of the one who has it', () => {
  const busy: Directory = {
    ...directory,
    agents: directory.agents.map((agent) => ({ ...agent, presence: 'away' as const, limit: 3 })),
  };
  const said: Judgement = judge(
    { kind: 'assign-agent', agent: agentId('tom') },
    { assignee: null, team: null, status: 'open', inbox: INBOX },
    busy,
    { held: () => 3 },
  );
  expect('warnings' in said && said.warnings.map(t)).toEqual(['Tom has 3 of 3 conversations', 'Tom is away']);
});

test('a drop on a lane means what the grouping says', () => {
  expect(actionForLane('queues', 'team:4')).toEqual({ kind: 'queue', team: 4 });
  expect(actionForLane('teams', 'team:4')).toEqual({ kind: 'assign-team', team: 4 });
  expect(actionForLane('queues', 'no-team')).toEqual({ kind: 'unassign-both' });
  expect(actionForLane('teams', 'no-team')).toEqual({ kind: 'unassign-team' });
  expect(actionForLane('agents', 'unassigned')).toEqual({ kind: 'unassign-agent' });
  expect(actionForLane('agents', 'agent:9')).toEqual({ kind: 'assign-agent', agent: 9 });
  expect(actionForLane('queues', 'bot:9')).toBeNull();
});
