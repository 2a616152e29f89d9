/** Undo and redo, pure, against a model server: they restore exactly what was, or say why not and write nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment } from '../../../contract/model.ts';
import { takeOf, turnsOf, type Direction, type Take } from '../commands/gestures.ts';
import { makeCommand } from '../commands/make.ts';
import type { Command, InGesture } from '../commands/types.ts';
import { agentId, cases, teamId } from '../rules/cases.testing.ts';
import { inWish } from '../rules/wish.ts';
import { a, cardOf, directory, machine, serverAt, type Server } from './strand-machine.testing.ts';
import { meaningOf } from './strand-outcome.ts';

const agents = Object.keys(cases.agents)
  .filter((name) => cases.agents[name]?.left === false)
  .map(agentId);
const teams = Object.keys(cases.teams)
  .filter((name) => cases.teams[name]?.gone === false)
  .map(teamId);
const anyAgent = fc.constantFrom(...agents);
const anyTeam = fc.constantFrom(...teams);
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('assign-agent' as const), agent: anyAgent }),
  fc.record({ kind: fc.constant('assign-agent-without-team' as const), agent: anyAgent }),
  fc.record({ kind: fc.constant('assign-team' as const), team: anyTeam }),
  fc.record({ kind: fc.constant('queue' as const), team: anyTeam }),
  fc.record({ kind: fc.constant('assign-both' as const), agent: anyAgent, team: anyTeam }),
  fc.constantFrom<Action>({ kind: 'unassign-agent' }, { kind: 'unassign-team' }, { kind: 'unassign-both' }),
);
/** Violations of the rule too: the server has them. */
const anyState: fc.Arbitrary<Assignment> = fc.record({
  assignee: fc.option(fc.record({ type: fc.constant('agent' as const), id: anyAgent })),
  team: fc.option(anyTeam),
});

/** Makes it from what is shown, in the place that it has among the gestures; null = the rules do not let it. */
const made = (action: Action, shown: Assignment, id: string, gesture: Partial<InGesture>): Command | null => {
  const answer = makeCommand(action, { ...shown, live: true }, cardOf(shown, 'open'), directory, {
    id,
    now: 1_000,
  });
  if (answer.kind !== 'made') return null;
  const place = { number: 1, kind: 'do' as const, first: 'c1', takenBack: null, replaces: null };
  return { ...answer.command, gesture: { ...place, ...gesture } };
};

/** Sends it to the end. */
const sent = (server: Server, command: Command): Command => {
  const strand = machine(server, [command]);
  strand.run();
  const end = strand.state(command.id);
  if (!end) throw new Error('The command is gone.');
  return end;
};

const takeNext = (direction: Direction, commands: readonly Command[], shown: Assignment): Take | null => {
  const [turn] = turnsOf(commands)[direction];
  const [standing] = turn?.standings ?? [];
  return standing ? takeOf(standing, cardOf(shown, 'open'), [], directory, true) : null;
};

/** Takes the newest turn further and sends it; null = it was not possible, and nothing was sent. */
const goes = (
  direction: Direction,
  server: Server,
  commands: readonly Command[],
  shown: Assignment,
): Command | null => {
  const take = takeNext(direction, commands, shown);
  if (take?.kind !== 'make') return null;
  const number = commands.length + 1;
  const command = made(take.action, take.base, `c${number}`, { number, kind: direction });
  return command && sent(server, command);
};

test('undo puts back exactly what was; only the server itself may pick somebody else', () => {
  const seen = { exact: 0, violation: 0, picked: 0, conflict: 0 };
  fc.assert(
    fc.property(anyState, anyAction, (base, action) => {
      const command = made(action, base, 'c1', {});
      if (!command) return;
      const server = serverAt(base);
      const done = sent(server, command);
      if (done.state !== 'confirmed') return;
      const shown = server.state;
      const undone = goes('undo', server, [done], shown);
      expect(undone, 'nobody else changed it, so it can be taken back').not.toBeNull();
      if (!undone) return;
      const end = server.state;
      if (undone.state === 'conflict') {
        // The team that came back picked a member in place of an agent outside of it: he is not taken away unseen.
        seen.conflict += 1;
        const auto = directory.teams.some((team) => team.id === base.team && team.autoAssign);
        expect(auto && end.team === base.team && !sameAssignee(end.assignee, base.assignee)).toBe(true);
        return;
      }
      expect(undone.state).toBe('confirmed');
      if (sameAssignment(end, base)) seen.exact += 1;
      else {
        seen.picked += 1;
        expect(base.assignee).toBeNull();
        expect(inWish(undone.plan.wish, end, directory)).toBe(true);
      }
      const { assignee, team } = base;
      const members = directory.teams.find((one) => one.id === team)?.members;
      if (assignee && team !== null && !members?.includes(assignee.id) && sameAssignment(end, base))
        seen.violation += 1;
    }),
    { numRuns: 3_000 },
  );
  expect(seen.exact).toBeGreaterThan(1_000);
  expect(seen.violation).toBeGreaterThan(100);
  expect(seen.picked).toBeGreaterThan(0);
});

test('redo after undo is as if neither had been, and so on for ever', () => {
  let rounds = 0;
  fc.assert(
    fc.property(anyState, anyAction, (base, action) => {
      const command = made(action, base, 'c1', {});
      if (!command) return;
      const server = serverAt(base);
      const log = [sent(server, command)];
      const after = server.state;
      for (const direction of ['undo', 'redo', 'undo', 'redo'] as const) {
        const next = goes(direction, server, log, server.state);
        if (next?.state !== 'confirmed') return;
        log.push(next);
        // Where the server picked somebody, it is another state that is left, and the next step starts from there.
        if (!sameAssignment(server.state, direction === 'undo' ? base : after)) return;
        rounds += 1;
      }
      expect(turnsOf(log).redo).toEqual([]);
      expect(turnsOf(log).undo).toHaveLength(1);
    }),
    { numRuns: 2_000 },
  );
  expect(rounds).toBeGreaterThan(2_000);
});

test('what somebody else changed is never written over, seen or not', () => {
  let unseen = 0;
  fc.assert(
    fc.property(anyState, anyAction, anyState, fc.boolean(), (base, action, theirs, told) => {
      const command = made(action, base, 'c1', {});
      if (!command) return;
      const server = serverAt(base);
      const done = sent(server, command);
      if (done.state !== 'confirmed') return;
      const shown = server.state;
      if (sameAssignment(theirs, shown)) return;
      server.state = theirs;
      const before = server.writes.length;
      const undone = goes('undo', server, [done], told ? theirs : shown);
      expect(server.writes).toHaveLength(before);
      expect(sameAssignment(server.state, theirs)).toBe(true);
      if (told) {
        expect(takeNext('undo', [done], theirs)).toMatchObject({
          kind: 'left',
          words: { key: 'changed.now' },
        });
        return;
      }
      unseen += 1;
      // Theirs may be what undoing leads to: then there is nothing left to do.
      if (undone)
        expect(undone.state).toBe(inWish(undone.plan.wish, theirs, directory) ? 'confirmed' : 'conflict');
    }),
    { numRuns: 2_000 },
  );
  expect(unseen).toBeGreaterThan(300);
});

test('whom the server picked is named first, whom the command named is not', () => {
  fc.assert(
    fc.property(anyState, anyAction, (base, action) => {
      const command = made(action, base, 'c1', {});
      if (!command) return;
      const server = serverAt(base);
      const done = sent(server, command);
      if (done.state !== 'confirmed') return;
      const [turn] = turnsOf([done]).undo;
      const [standing] = turn?.standings ?? [];
      if (!standing) throw new Error('It cannot be undone.');
      const take = takeOf(standing, cardOf(server.state, 'open'), [], directory, false);
      const { assignee } = server.state;
      const named = sameAssignee(assignee, command.plan.shown.assignee);
      const stayed = sameAssignee(assignee, base.assignee);
      expect(take.kind).toBe(assignee === null || named || stayed ? 'make' : 'asks');
    }),
    { numRuns: 2_000 },
  );
});

test('into a queue, whom the server picked although we did not expect it stays', () => {
  const from = a('ines', 'sales');
  const command = made({ kind: 'restore', to: a(null, 'support') }, from, 'c1', { kind: 'undo' });
  if (!command) throw new Error('It cannot be put back.');
  const truth = { ...a('noor', 'support'), id: 7, status: 'open', live: true, contact: 'Ivo', createdAt: 0 };
  const meaning = meaningOf({ ...command, state: 'sending', sent: 1, answered: 1 }, truth, '1', directory);
  expect(meaning).toMatchObject({ kind: 'confirmed', reason: { key: 'outcome.changedAfter' } });
});
