/** R4: after the faults the board equals the server, in every grouping, lanes and cards, and nothing stalls. */
import { laneOf, sameAssignee } from '../../../contract/model.ts';
import type { Card, Grouping, LaneHead } from '../../../contract/model.ts';
import type { Standing } from '../model/records.ts';
import type { Checker, Finding } from '../trace.ts';

/** How a board differs from the truth; empty = equal. */
export const differences = (
  grouping: Grouping,
  lanes: readonly LaneHead[],
  cards: readonly Card[],
  truth: readonly (readonly [number, Standing])[],
): string[] => {
  const found: string[] = [];
  const shown = new Map<number, Card>();
  for (const card of cards) {
    if (shown.has(card.id)) found.push(`${card.id} is shown twice`);
    shown.set(card.id, card);
  }
  const counts = new Map<string, number>();
  for (const [id, standing] of truth) {
    const lane = laneOf(grouping, standing);
    counts.set(lane, (counts.get(lane) ?? 0) + 1);
    const card = shown.get(id);
    shown.delete(id);
    if (!card) found.push(`${id} is missing`);
    else if (card.status !== standing.status)
      found.push(`${id} is shown ${card.status}, is ${standing.status}`);
    else if (!sameAssignee(card.assignee, standing.assignee))
      found.push(
        `${id} is shown with ${card.assignee?.id ?? 'nobody'}, has ${standing.assignee?.id ?? 'nobody'}`,
      );
    else if (card.team !== standing.team)
      found.push(`${id} is shown in team ${card.team ?? 'none'}, is in ${standing.team ?? 'none'}`);
    else if (card.priority !== standing.priority)
      found.push(
        `${id} is shown with priority ${card.priority ?? 'none'}, has ${standing.priority ?? 'none'}`,
      );
    else if (card.inbox !== standing.inbox)
      found.push(`${id} is shown in inbox ${card.inbox}, is in ${standing.inbox}`);
  }
  for (const id of shown.keys()) found.push(`${id} is shown, but is not there`);
  for (const lane of lanes) {
    const count = counts.get(lane.key) ?? 0;
    if (lane.count !== count) found.push(`lane ${lane.key} says ${lane.count}, has ${count}`);
    counts.delete(lane.key);
  }
  for (const [lane, count] of counts) found.push(`lane ${lane} with ${count} is missing`);
  return found;
};

/** The boards at the end. */
export const checkConvergence: Checker = (events) => {
  const findings: Finding[] = [];
  let ended = false;
  for (const event of events) {
    if (event.kind === 'end') {
      ended = true;
      if (!event.converged)
        findings.push({
          rule: 'R4 stall',
          t: event.t,
          what: `not converged ${Math.round((event.t - event.healed) / 1000)} s after the last fault: ${event.why}`,
        });
    }
    if (event.kind === 'board') {
      const found = differences(event.grouping as Grouping, event.lanes, event.cards, event.truth).filter(
        (line) => event.lanesComplete || !line.startsWith('lane '),
      );
      if (found.length > 0)
        findings.push({
          rule: 'R4 board',
          t: event.t,
          what: `grouping ${event.grouping}: ${found.slice(0, 5).join('; ')}`,
        });
    }
    if (event.kind === 'violation') findings.push({ rule: 'core', t: event.t, what: event.what });
  }
  if (!ended) findings.push({ rule: 'R4 stall', t: events.at(-1)?.t ?? 0, what: 'the run has no end' });
  return findings;
};
