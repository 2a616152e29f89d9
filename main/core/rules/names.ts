/** Names of agents, bots and teams, and words that say who has a conversation. */
import type { AssigneeKey, Assignment, Directory, Words } from '../../../contract/model.ts';

export const words = (key: string, params: Words['params'] = {}): Words => ({ key, params });

/** An agent the directory does not know is named by his number. */
export const agentName = (directory: Directory | null, id: number): string =>
  directory?.agents.find((one) => one.id === id)?.name ?? `#${id}`;

export const botName = (directory: Directory | null, id: number): string =>
  directory?.bots.find((one) => one.id === id)?.name ?? `#${id}`;

export const teamName = (directory: Directory | null, id: number): string =>
  directory?.teams.find((one) => one.id === id)?.name ?? `#${id}`;

export const assigneeName = (directory: Directory | null, assignee: AssigneeKey): string =>
  assignee.type === 'agent' ? agentName(directory, assignee.id) : botName(directory, assignee.id);

/** What fills `$t(who)` in the words of a key: the `context` chooses between agent, queue, both and nobody. */
export const whoParams = (directory: Directory | null, { assignee, team }: Assignment): Words['params'] => {
  const agent = assignee && assigneeName(directory, assignee);
  const teamWord = team === null ? null : teamName(directory, team);
  if (agent !== null && teamWord !== null) return { context: 'both', agent, team: teamWord };
  if (agent !== null) return { context: 'agent', agent };
  if (teamWord !== null) return { context: 'queue', team: teamWord };
  return { context: 'nobody' };
};
