/** What is said before a move happens: the decision of the rules as a judgement, with warnings about the target. */
import type { Action, Directory, Judgement, Words } from '../../../contract/model.ts';
import { decide, type MoveState } from './decide.ts';
import { words } from './names.ts';

/** What is known besides the directory. */
export type JudgeContext = {
  /** Conversations an agent has now; null = not counted. */
  held: (agent: number) => number | null;
};

/** Away, offline and at the limit are warnings; if the server refuses for it, its own words are shown. */
const targetWarnings = (id: number, directory: Directory, context: JudgeContext): Words[] => {
  const agent = directory.agents.find((one) => one.id === id);
  if (!agent) return [];
  const warnings: Words[] = [];
  const held = agent.limit === null ? null : context.held(id);
  if (agent.limit !== null && held !== null && held >= agent.limit)
    warnings.push(words('warn.atLimit', { agent: agent.name, held, limit: agent.limit }));
  if (agent.presence === 'away') warnings.push(words('warn.away', { agent: agent.name }));
  if (agent.presence === 'offline') warnings.push(words('warn.offline', { agent: agent.name }));
  return warnings;
};

/** Judges one action for one conversation. Without a directory nothing can be judged. */
export const judge = (
  action: Action,
  state: MoveState,
  directory: Directory | null,
  context: JudgeContext,
): Judgement => {
  if (!directory) return { outcome: 'refuses', words: words('refuse.directoryMissing') };
  const decision = decide(action, state, directory);
  switch (decision.kind) {
    case 'refuses':
      return { outcome: 'refuses', words: decision.words };
    case 'already-here':
      return { outcome: 'already-here', words: decision.words };
    case 'asks': {
      const target = 'agent' in action ? targetWarnings(action.agent, directory, context) : [];
      return { outcome: 'asks-first', words: decision.words, choices: decision.choices, warnings: target };
    }
    case 'goes': {
      const target = decision.target === null ? [] : targetWarnings(decision.target, directory, context);
      const warnings = [...decision.warnings, ...target];
      if (decision.certainty === 'unknown') return { outcome: 'unknown', words: decision.words, warnings };
      return { outcome: decision.but ? 'accepts-but' : 'accepts', words: decision.words, warnings };
    }
  }
};
