/** Strands against a model server: crash at any point, lost answers, foreign changes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLive, sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment } from '../../../contract/model.ts';
import { squash } from '../commands/follow-on.ts';
import { makeCommand } from '../commands/make.ts';
import { isPending, type Command } from '../commands/types.ts';
import { agentId, cases, directoryOf, teamId } from '../rules/cases.testing.ts';
import { inWish } from '../rules/wish.ts';
import {
  a,
  cardOf,
  context,
  directory,
  machine,
  make,
  read,
  serverAt,
  tom,
  truthOf,
} from './strand-machine.testing.ts';
import { advance, newStrand, type StrandEvent } from './strands.ts';

describe('read before sending', () => {
  test('base: it is sent, read back and confirmed', () => {
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, [make(tom, server.state)]);
    m.run();
    expect(m.state()).toMatchObject({ state: 'confirmed', result: a('tom', 'support'), reason: null });
    expect(server.writes).toHaveLength(1);
  });

  test('in the wish: confirmed without a write', () => {
    const server = serverAt(a('tom', 'support'));
    const m = machine(server, [make(tom, a('sara', 'support'))]);
    m.run();
    expect(m.state()).toMatchObject({ state: 'confirmed' });
    expect(server.writes).toEqual([]);
  });

  test('somebody else has it: a conflict with theirs, nothing is written', () => {
    const server = serverAt(a('noor', 'support'));
    const m = machine(server, [make(tom, a('sara', 'support'))]);
    m.run();
    expect(m.state()).toMatchObject({
      state: 'conflict',
      result: a('noor', 'support'),
      reason: {
        key: 'outcome.conflict',
        params: { context: 'both', agent: 'Noor', from: 'at 1000', to: 'at 9' },
      },
    });
    expect(server.writes).toEqual([]);
  });

  test('the newest activity says who did it', () => {
    const m = machine(serverAt(a('noor', null)), [make(tom, a('sara', null))]);
    m.take({ kind: 'go' });
    m.take({
      kind: 'read',
      answer: {
        outcome: 'read',
        truth: truthOf(serverAt(a('noor', null))),
        activity: 'Assigned to Noor by Sara',
        stamp: '',
        at: 9,
      },
    });
    expect(m.state()?.reason).toMatchObject({ params: { activity: 'Assigned to Noor by Sara' } });
  });

  test('finished, deleted or invisible: refused with the reason', () => {
    const server = serverAt(a('sara', 'support'), 'resolved');
    const m = machine(server, [make(tom, server.state)]);
    m.run();
    expect(m.state()).toMatchObject({ state: 'refused', reason: { key: 'outcome.finished' } });
    for (const why of ['deleted', 'invisible'] as const) {
      const other = machine(serverAt(a(null, null)), [make(tom, a(null, null))]);
      other.take({ kind: 'go' });
      other.take({ kind: 'read', answer: { outcome: 'gone', why } });
      expect(other.state()).toMatchObject({ state: 'refused', reason: { key: `outcome.${why}` } });
    }
  });

  test('a membership that changed meanwhile is judged again', () => {
    const server = serverAt(a('sara', 'support'));
    const command = make(tom, server.state);
    const without = {
      ...directory,
      teams: directory.teams.map((team) => ({
        ...team,
        members: team.members?.filter((id) => id !== agentId('tom')) ?? null,
      })),
    };
    const step = advance(
      newStrand([command]),
      { kind: 'read', answer: read(server) },
      { ...context, directory: without },
    );
    expect(step.settled).toMatchObject([{ state: 'refused', reason: { key: 'outcome.asksNow' } }]);
  });
});

describe('a membership that is not loaded yet', () => {
  const [first] = cases.cases;
  const unloaded = first ? directoryOf(first) : directory;
  const unsure = (): Command => {
    const shown = a(null, 'partners');
    const made = makeCommand(tom, { ...shown, live: true }, cardOf(shown, 'open'), unloaded, {
      id: 'c1',
      now: 1_000,
    });
    if (made.kind !== 'made') throw new Error(made.kind);
    return made.command;
  };
  const readBase: StrandEvent = { kind: 'read', answer: read(serverAt(a(null, 'partners'))) };

  test('is loaded before anything is sent, then it goes', () => {
    const asked = advance(newStrand([unsure()]), readBase, { ...context, directory: unloaded });
    expect(asked.effect).toEqual({ kind: 'members', team: teamId('partners') });
    const loaded = advance(asked.strand, { kind: 'members', answer: 'loaded' }, context);
    expect(loaded.effect).toEqual({ kind: 'read' });
    const sent = advance(loaded.strand, readBase, context);
    expect(sent.effect).toMatchObject({ kind: 'write' });
  });

  test('shows that he is none: refused, nothing is sent', () => {
    const without = {
      ...directory,
      teams: directory.teams.map((team) =>
        team.id === teamId('partners') ? { ...team, members: [] } : team,
      ),
    };
    const step = advance(newStrand([unsure()]), readBase, { ...context, directory: without });
    expect(step.settled).toMatchObject([{ state: 'refused', reason: { key: 'outcome.asksNow' } }]);
    expect(step.effect).toBeNull();
  });

  test('cannot be loaded: given up after a few tries', () => {
    let strand = newStrand([unsure()]);
    const unknown = { ...context, directory: unloaded };
    for (let tries = 0; tries < 3; tries += 1) {
      const asked = advance(strand, readBase, unknown);
      expect(asked.effect?.kind).toBe('members');
      strand = advance(asked.strand, { kind: 'members', answer: 'loaded' }, unknown).strand;
    }
    expect(advance(strand, readBase, unknown).settled).toMatchObject([
      { state: 'refused', reason: { key: 'outcome.membershipUnknown' } },
    ]);
  });
});

describe('after sending', () => {
  const sent = (action: Action, start: Assignment) => {
    const server = serverAt(start);
    const m = machine(server, [make(action, start)]);
    m.take({ kind: 'go' });
    m.take({ kind: 'read', answer: read(server) });
    expect(m.effect()?.kind).toBe('write');
    return { server, m };
  };

  test('an answer is stored before anything else is done: after a crash it is known that the server took it', () => {
    const { m } = sent(tom, a('sara', 'support'));
    expect(m.state()).toMatchObject({ sent: 1, answered: 0 });
    m.take({ kind: 'written', answer: m.write() });
    m.crash();
    expect(m.state()).toMatchObject({ state: 'sending', sent: 1, answered: 1 });
  });

  test('still the base: the server left it as it was', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    m.take({
      kind: 'written',
      answer: { outcome: 'accepted', named: { write: 'agent', to: a('tom', null).assignee } },
    });
    m.take({ kind: 'read', answer: read(server) });
    expect(m.state()).toMatchObject({ state: 'refused', reason: { key: 'outcome.notApplied' } });
  });

  test('another state after our answer: confirmed, then changed; no retry', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    m.take({ kind: 'written', answer: m.write() });
    server.state = a('noor', 'support');
    m.take({ kind: 'read', answer: read(server) });
    expect(m.state()).toMatchObject({
      state: 'confirmed',
      result: a('noor', 'support'),
      reason: { key: 'outcome.changedAfter' },
    });
    expect(m.effect()).toBeNull();
  });

  test('the answer named another one: refused, with what the server did instead', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    server.state = a(null, 'support');
    m.take({ kind: 'written', answer: { outcome: 'accepted', named: { write: 'agent', to: null } } });
    m.take({ kind: 'read', answer: read(server) });
    expect(m.state()).toMatchObject({ state: 'refused', reason: { key: 'outcome.otherResult' } });
    const team = sent({ kind: 'assign-team', team: teamId('support') }, a('sara', null));
    team.server.state = a(null, null);
    team.m.take({ kind: 'written', answer: { outcome: 'accepted', named: { write: 'team', to: null } } });
    team.m.take({ kind: 'read', answer: read(team.server) });
    expect(team.m.state()).toMatchObject({ state: 'refused', reason: { key: 'outcome.otherResult' } });
  });

  test('no answer: read back, and no second write when the first one came through', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    m.write();
    m.take({ kind: 'written', answer: { outcome: 'no-answer' } });
    m.run();
    expect(m.state()).toMatchObject({ state: 'confirmed' });
    expect(server.writes).toHaveLength(1);
  });

  test('done without an answer and undone by somebody else: a question, never a second write', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    m.write();
    m.crash();
    server.state = a('sara', 'support');
    m.run();
    expect(m.state()).toMatchObject({
      state: 'conflict',
      result: a('sara', 'support'),
      reason: { key: 'outcome.maybeUndone', params: { agent: 'Sara', team: 'Support' } },
    });
    expect(server.writes).toHaveLength(1);
  });

  test('no answer, and certainly nothing happened: written again', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    m.crash();
    m.run();
    expect(m.state()).toMatchObject({ state: 'confirmed', result: a('tom', 'support') });
    expect(server.writes).toHaveLength(1);
  });

  test('no answer again and again: given up, with the state as it was', () => {
    const { server, m } = sent(tom, a('sara', 'support'));
    for (let tries = 0; tries < 20 && m.effect() !== null; tries += 1) {
      if (m.effect()?.kind === 'write') m.take({ kind: 'written', answer: { outcome: 'no-answer' } });
      else if (m.effect()?.kind === 'read') m.take({ kind: 'read', answer: read(server) });
      else m.take({ kind: 'go' });
    }
    expect(m.state()).toMatchObject({ state: 'refused', reason: { key: 'outcome.noAnswer' } });
  });

  test("refused: the server's words, and what part was applied", () => {
    const { m } = sent({ kind: 'unassign-both' }, a('tom', 'support'));
    m.take({ kind: 'written', answer: m.write() });
    m.take({
      kind: 'read',
      answer: read(serverAt(a(null, 'support'))),
    });
    m.take({ kind: 'written', answer: { outcome: 'refused', status: 422, serverWords: 'At the limit' } });
    expect(m.state()).toMatchObject({
      state: 'refused',
      serverWords: 'At the limit',
      result: a(null, 'support'),
      reason: { key: 'outcome.refusedByServerAfter', params: { context: 'queue', team: 'Support' } },
    });
  });

  test('between our two writes somebody else changed it: a conflict, the second is not sent', () => {
    const { server, m } = sent(
      { kind: 'assign-both', agent: agentId('tom'), team: teamId('support') },
      a(null, null),
    );
    m.take({ kind: 'written', answer: m.write() });
    server.state = a('noor', 'billing');
    m.take({ kind: 'read', answer: read(server) });
    expect(m.state()).toMatchObject({ state: 'conflict' });
    expect(server.writes).toHaveLength(1);
  });

  test('the server picked somebody for the queue: done, nobody is taken away again', () => {
    const { server, m } = sent({ kind: 'queue', team: teamId('sales') }, a('sara', 'support'));
    m.take({ kind: 'written', answer: m.write() });
    server.state = a('noor', 'sales');
    m.take({ kind: 'read', answer: read(server) });
    expect(m.state()).toMatchObject({ state: 'confirmed', reason: { key: 'outcome.changedAfter' } });
    expect(server.writes).toHaveLength(1);
  });

  test('too many requests: one wait, and nothing counts as sent', () => {
    const { m } = sent(tom, a('sara', 'support'));
    m.take({ kind: 'written', answer: { outcome: 'throttled', retryAfterMs: 4_000 } });
    expect(m.effect()).toEqual({ kind: 'wait', ms: 4_000 });
    expect(m.state()).toMatchObject({ state: 'waiting', sent: 0 });
  });

  test('signed out meanwhile: it waits', () => {
    const { m } = sent(tom, a('sara', 'support'));
    m.take({ kind: 'written', answer: { outcome: 'needs-sign-in' } });
    expect(m.effect()).toMatchObject({ kind: 'pause', why: 'needs-sign-in' });
    expect(m.state()).toMatchObject({ state: 'waiting', sent: 0 });
  });

  test('killed between the two writes of a move: goes on with the second', () => {
    const { server, m } = sent(
      { kind: 'assign-both', agent: agentId('tom'), team: teamId('support') },
      a(null, null),
    );
    m.write();
    m.crash();
    m.run();
    expect(m.state()).toMatchObject({ state: 'confirmed', result: a('tom', 'support') });
    expect(server.writes.map((one) => one.step)).toEqual([1, 2]);
  });
});

describe('a strand of several', () => {
  test('squashing keeps the first base and the last wish', () => {
    const first = make(tom, a('sara', 'support'), 'first');
    const last = make({ kind: 'assign-agent', agent: agentId('noor') }, a('tom', 'support'), 'last');
    const one = squash(first, last, directory);
    expect(one).toMatchObject({
      id: 'last',
      base: a('sara', 'support'),
      plan: { shown: a('noor', 'support') },
    });
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, one ? [one] : []);
    m.run();
    expect(server.state).toEqual(a('noor', 'support'));
    expect(server.writes).toHaveLength(1);
  });

  test('there and back again needs no write', () => {
    const first = make(tom, a('sara', 'support'), 'first');
    const last = make({ kind: 'assign-agent', agent: agentId('sara') }, a('tom', 'support'), 'last');
    const one = squash(first, last, directory);
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, one ? [one] : []);
    m.run();
    expect(m.state('last')).toMatchObject({ state: 'confirmed' });
    expect(server.writes).toEqual([]);
  });

  test('what would have to be asked first, or is refused, from the first base is not squashed', () => {
    // Without a team nothing was asked about Ines, who is not in Support.
    const first = make({ kind: 'unassign-team' }, a('sara', 'support'), 'first');
    const last = make({ kind: 'assign-agent', agent: agentId('ines') }, a('sara', null), 'last');
    expect(squash(first, last, directory)).toBeNull();
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, [first, last]);
    m.run();
    expect([m.state('last')?.state, server.state]).toEqual(['confirmed', a('ines', null)]);
  });

  test('what the server may choose is not squashed', () => {
    const first = make(tom, a('sara', 'support'), 'first');
    const last = make({ kind: 'queue', team: teamId('sales') }, a('noor', 'support'), 'last');
    expect(squash(first, last, directory)).toBeNull();
  });

  test('whom the server picked in the first is not taken away by the second', () => {
    const server = serverAt(a('sara', null));
    const m = machine(server, [
      make({ kind: 'queue', team: teamId('sales') }, a('sara', null), 'c1'),
      make(tom, a(null, 'sales'), 'c2'),
    ]);
    server.state = a('sara', null);
    m.run();
    // The server's round robin takes Ines first; nobody had seen her there when Tom was asked for.
    expect(m.all().map((one) => one.state)).toEqual(['confirmed', 'conflict']);
    expect(server.state).toEqual(a('ines', 'sales'));
  });

  test('the second begins where the first ended', () => {
    const server = serverAt(a('sara', null));
    const m = machine(server, [
      make({ kind: 'queue', team: teamId('support') }, a('sara', null), 'c1'),
      make(tom, a(null, 'support'), 'c2'),
    ]);
    m.run();
    expect(m.all().map((one) => one.state)).toEqual(['confirmed', 'confirmed']);
    expect(server.state).toEqual(a('tom', 'support'));
  });

  test('the first is refused: the second takes its base', () => {
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, [
      make(tom, a('sara', 'support'), 'c1'),
      make({ kind: 'assign-agent', agent: agentId('noor') }, a('tom', 'support'), 'c2'),
    ]);
    m.take({ kind: 'go' });
    m.take({ kind: 'read', answer: read(server) });
    m.take({ kind: 'written', answer: { outcome: 'refused', status: 422, serverWords: null } });
    m.run();
    expect([m.state('c1')?.state, m.state('c2')?.state]).toEqual(['refused', 'confirmed']);
    expect(server.state).toEqual(a('noor', 'support'));
  });

  test('what came instead of the first was not seen: the second does not go over it', () => {
    const server = serverAt(a('sara', 'support'));
    const m = machine(server, [
      make(tom, a('sara', 'support'), 'c1'),
      make({ kind: 'assign-agent', agent: agentId('noor') }, a('tom', 'support'), 'c2'),
    ]);
    m.take({ kind: 'go' });
    m.take({ kind: 'read', answer: read(server) });
    // The server kept Tom out, and before that was read somebody else gave it to Ines.
    m.take({ kind: 'written', answer: { outcome: 'accepted', named: { write: 'agent', to: null } } });
    server.state = a('ines', 'support');
    m.run();
    expect([m.state('c1')?.state, m.state('c2')?.state]).toEqual(['refused', 'conflict']);
    expect(server.state).toEqual(a('ines', 'support'));
  });

  test('the first is in conflict: one question for both', () => {
    const server = serverAt(a('noor', 'support'));
    const m = machine(server, [
      make(tom, a('sara', 'support'), 'c1'),
      make({ kind: 'unassign-agent' }, a('tom', 'support'), 'c2'),
    ]);
    m.run();
    expect([m.state('c1')?.state, m.state('c2')?.state]).toEqual(['superseded', 'conflict']);
    expect(m.state('c2')).toMatchObject({ base: a('sara', 'support'), result: a('noor', 'support') });
    expect(server.writes).toEqual([]);
  });
});

describe('whatever happens', () => {
  const agents = ['mara', 'tom', 'sara', 'ines', 'noor'].map(agentId);
  const teams = ['support', 'billing', 'sales', 'nights'].map(teamId);
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
  const anyAssignment: fc.Arbitrary<Assignment> = fc.record({
    assignee: fc.option(fc.record({ type: fc.constant('agent' as const), id: fc.constantFrom(...agents) })),
    team: fc.option(fc.constantFrom(...teams)),
  });
  type Fault =
    | 'none'
    | 'crash'
    | 'crash-after'
    | 'lost-answer'
    | 'not-sent'
    | 'throttled'
    | 'refused'
    | 'unreachable'
    | 'sign-in';
  const anyTurn = fc.record({
    /** `back` = to what the command at work began with. */
    foreign: fc.option(fc.oneof(anyAssignment, fc.constant('back' as const)), { freq: 4, nil: null }),
    finished: fc.boolean(),
    fault: fc.constantFrom<Fault>(
      'none',
      'none',
      'none',
      'crash',
      'crash-after',
      'lost-answer',
      'not-sent',
      'throttled',
      'refused',
      'unreachable',
      'sign-in',
    ),
  });

  const seenFirst = ({ assignee, team }: Assignment): Assignment => ({ assignee, team });

  const play = (
    start: Assignment,
    actions: Action[],
    turns: { foreign: Assignment | 'back' | null; finished: boolean; fault: Fault }[],
    withForeign: boolean,
  ) => {
    const server = serverAt(start);
    let shown = start;
    const commands: Command[] = [];
    for (const action of actions) {
      const made = makeCommand(action, { ...shown, live: true }, cardOf(shown, 'open'), directory, {
        id: `c${commands.length}`,
        now: 1_000,
      });
      if (made.kind !== 'made') continue;
      commands.push(made.command);
      shown = made.command.plan.shown;
    }
    const m = machine(server, commands);
    m.take({ kind: 'go' });
    let known: Assignment | null = null;
    const settledOrder: string[] = [];
    const note = () => {
      for (const one of m.all())
        if (!isPending(one) && !settledOrder.includes(one.id)) settledOrder.push(one.id);
    };
    for (const turn of turns) {
      const effect = m.effect();
      // Between a read and its write nobody can stop a foreign change: the server has no precondition.
      if (withForeign && turn.foreign && effect?.kind !== 'write')
        server.state =
          turn.foreign === 'back' ? seenFirst(m.strand().commands[0]?.base ?? server.state) : turn.foreign;
      if (withForeign && turn.finished && turn.fault === 'unreachable' && effect?.kind !== 'write')
        server.status = 'resolved';
      if (turn.fault === 'crash') {
        m.crash();
        m.take({ kind: 'go' });
        continue;
      }
      if (effect === null) break;
      if (effect.kind === 'read') {
        known = server.state;
        m.take({
          kind: 'read',
          answer:
            turn.fault === 'unreachable'
              ? { outcome: 'unreachable' }
              : turn.fault === 'sign-in'
                ? { outcome: 'needs-sign-in' }
                : read(server),
        });
      } else if (effect.kind === 'write') {
        expect(known).toEqual(server.state);
        const head = m.strand().commands[0];
        const seen: Assignment[] = head ? [head.base, ...head.plan.steps.map((step) => step.leaves)] : [];
        // Never over a state that is neither what was seen nor our own doing.
        expect(seen.some((one) => sameAssignment(one, server.state))).toBe(true);
        expect(isLive(server.status)).toBe(true);
        if (turn.fault === 'not-sent') m.take({ kind: 'written', answer: { outcome: 'not-sent' } });
        else if (turn.fault === 'throttled')
          m.take({ kind: 'written', answer: { outcome: 'throttled', retryAfterMs: 1 } });
        else if (turn.fault === 'sign-in') m.take({ kind: 'written', answer: { outcome: 'needs-sign-in' } });
        else if (turn.fault === 'refused')
          m.take({ kind: 'written', answer: { outcome: 'refused', status: 422, serverWords: null } });
        else if (turn.fault === 'unreachable') m.take({ kind: 'written', answer: { outcome: 'no-answer' } });
        else if (turn.fault === 'crash-after') {
          m.write();
          m.crash();
          m.take({ kind: 'go' });
        } else if (turn.fault === 'lost-answer') {
          m.write();
          m.take({ kind: 'written', answer: { outcome: 'no-answer' } });
        } else m.take({ kind: 'written', answer: m.write() });
      } else if (effect.kind === 'members') m.take({ kind: 'members', answer: 'loaded' });
      else m.take({ kind: 'go' });
      note();
    }
    m.run();
    note();
    return { server, m, commands, settledOrder };
  };

  test('never over a foreign change, order kept, everything settled at the end', () => {
    fc.assert(
      fc.property(
        anyAssignment,
        fc.array(anyAction, { minLength: 1, maxLength: 4 }),
        fc.array(anyTurn, { maxLength: 40 }),
        (start, actions, turns) => {
          const { m, server, commands, settledOrder } = play(start, actions, turns, true);
          // What was lost on the way is not written again over somebody who undid it.
          const effective = server.writes.map((one) => `${one.command}/${one.step}`);
          expect(new Set(effective).size).toBe(effective.length);
          expect(m.all().filter(isPending)).toEqual([]);
          const order = commands.map((one) => one.id);
          const settled = settledOrder.filter((id) => m.state(id)?.state !== 'superseded');
          expect(settled).toEqual(order.filter((id) => settled.includes(id)));
          for (const one of m.all())
            if (one.state === 'confirmed' && one.reason === null && one.result)
              expect(inWish(one.plan.wish, one.result, directory)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('alone on the server: every step that changes something does so once', () => {
    fc.assert(
      fc.property(
        anyAssignment,
        fc.array(anyAction, { minLength: 1, maxLength: 4 }),
        fc.array(anyTurn, { maxLength: 40 }),
        (start, actions, turns) => {
          const { m, server } = play(start, actions, turns, false);
          // Whom a team that assigns automatically picks counts as somebody else's doing.
          const automatic = actions.some(
            (one) => 'team' in one && directory.teams.find((team) => team.id === one.team)?.autoAssign,
          );
          if (!automatic) expect(m.all().filter((one) => one.state === 'conflict')).toEqual([]);
          const effective = server.writes.map((one) => `${one.command}/${one.step}`);
          expect(new Set(effective).size).toBe(effective.length);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
