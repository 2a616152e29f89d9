/** Makes a command out of an action and the conversation as it is shown. */
import { sameAssignment } from '../../../contract/model.ts';
import type { Action, Base, Card, Choice, Directory, Words } from '../../../contract/model.ts';
import { decide } from '../rules/decide.ts';
import { whoParams, words } from '../rules/names.ts';
import type { Command } from './types.ts';

export type Made =
  | { kind: 'made'; command: Command }
  /** What is shown is no longer what the supervisor saw. */
  | { kind: 'changed'; words: Words }
  | { kind: 'refused'; words: Words }
  | { kind: 'asks'; words: Words; choices: Choice[] };

/** What the card says who has it now; null = it is as it was seen. */
export const changedSince = (base: Base, card: Card | null, directory: Directory | null): Words | null => {
  if (!card) return words('changed.gone');
  if (!sameAssignment(base, card)) return words('changed.now', whoParams(directory, card));
  if (base.live !== card.live) return words('changed.finished', { context: card.status });
  return null;
};

/** Judges and makes. `card` is what is shown now; `id` must be new; `now` is ms since 1970. */
export const makeCommand = (
  action: Action,
  base: Base,
  card: Card | null,
  directory: Directory | null,
  make: { id: string; now: number },
): Made => {
  const changed = changedSince(base, card, directory);
  if (changed || !card) return { kind: 'changed', words: changed ?? words('changed.gone') };
  if (!directory) return { kind: 'refused', words: words('refuse.directoryMissing') };
  const state = { assignee: card.assignee, team: card.team, status: card.status, inbox: card.inbox };
  const decision = decide(action, state, directory);
  switch (decision.kind) {
    case 'refuses':
    case 'already-here':
      return { kind: 'refused', words: decision.words };
    case 'asks':
      return { kind: 'asks', words: decision.words, choices: decision.choices };
    case 'goes':
      return {
        kind: 'made',
        command: {
          id: make.id,
          conversation: card.id,
          contact: card.contact,
          inbox: card.inbox,
          action,
          base,
          plan: decision.plan,
          sure: decision.certainty === 'sure',
          state: 'waiting',
          sent: 0,
          answered: 0,
          stamp: null,
          otherNamed: false,
          createdAt: make.now,
          settledAt: null,
          result: null,
          reason: null,
          serverWords: null,
          commit: null,
          gesture: null,
        },
      };
  }
};

/** The team that an assignment of an agent takes away, to be offered again when he is unassigned soon after. */
export const removedTeamOf = ({ base, plan }: Command): number | null =>
  base.team !== null && plan.shown.team === null && plan.shown.assignee !== null ? base.team : null;
