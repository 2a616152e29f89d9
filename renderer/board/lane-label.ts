/** A lane in one sentence for screen readers; begins with the lane's name (pure). */
import type { Directory, LaneHead } from '../../contract/model.ts';
import { laneSubject, loadWords, presenceWords } from '../ui/names.ts';
import type { Translate } from '../ui/strings.ts';

type Parts = { head: LaneHead; name: string; directory: Directory | null; held: number };

export const laneLabel = (t: Translate, { head, name, directory, held }: Parts): string => {
  const subject = laneSubject(head.key);
  const agent = subject.kind === 'agent' ? directory?.agents.find((one) => one.id === subject.id) : undefined;
  return [
    name,
    agent && (agent.left ? t('ui.lane.left') : presenceWords(t, agent.presence)),
    t('ui.lane.open', { count: head.count }),
    head.notAnswered > 0 && t('ui.lane.notAnswered', { count: head.notAnswered }),
    agent && agent.limit !== null && loadWords(t, held, agent.limit),
    !head.target && t('ui.lane.noTarget'),
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
};
