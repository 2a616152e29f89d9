/** The table of cases is well formed and names only its own cast. */
import { expect, test } from 'vitest';
import table from './manual-mode-cases.json' with { type: 'json' };
import { manualModeCasesSchema } from './cases.ts';

const cases = manualModeCasesSchema.parse(table);

test('every case has its own name and names only the cast', () => {
  const rows = [...cases.cases, ...cases.restores];
  expect(new Set(rows.map((one) => one.name)).size).toBe(rows.length);
  const agentExists = (name: string | null) =>
    name === null || name in cases.agents || (name.startsWith('bot:') && name.slice(4) in cases.bots);
  const teamExists = (name: string | null) => name === null || name in cases.teams;
  for (const one of rows) {
    for (const { agent, team } of [one.start, one.server, ...one.wish]) {
      expect([one.name, agentExists(agent), teamExists(team)]).toEqual([one.name, true, true]);
    }
    for (const write of one.writes) {
      expect(write.write === 'agent' ? agentExists(write.to) : teamExists(write.to)).toBe(true);
    }
  }
});

test('every kind of action meets every kind of answer that it can have', () => {
  const met = new Set(cases.cases.map((one) => `${one.action.kind} ${one.judgement}`));
  for (const kind of ['assign-agent', 'assign-to-me'])
    for (const answer of ['accepts', 'asks-first', 'refuses', 'unknown', 'already-here'])
      expect(met).toContain(`${kind} ${answer}`);
  for (const kind of ['assign-team', 'queue'])
    for (const answer of ['accepts', 'accepts-but', 'refuses', 'unknown', 'already-here'])
      expect(met).toContain(`${kind} ${answer}`);
  for (const kind of ['unassign-agent', 'unassign-team', 'unassign-both'])
    for (const answer of ['accepts', 'refuses', 'already-here']) expect(met).toContain(`${kind} ${answer}`);
});

test('what is refused or already so has no wish and no writes, and changes nothing', () => {
  for (const one of cases.cases.filter((c) => c.judgement === 'refuses' || c.judgement === 'already-here')) {
    expect([one.name, one.wish, one.writes]).toEqual([one.name, [], []]);
    expect([one.name, one.server.agent, one.server.team]).toEqual([
      one.name,
      one.start.agent,
      one.start.team,
    ]);
  }
});

test('everything else ends within its wish, unless a membership was not known', () => {
  for (const one of [...cases.cases, ...cases.restores].filter(
    (c) => c.wish.length > 0 && c.writes.length > 0,
  ))
    expect(one.wish, one.name).toContainEqual(one.server);
});
