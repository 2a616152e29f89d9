/** Conversation Actions: Assigned Agent and Assigned Team, each a searchable list, with assign-to-me and unassign above. */
import { Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Action, ConversationDetails, Directory, Judgement } from '../../contract/model.ts';
import { useAgentLanes } from '../bridge/board-input.ts';
import { useServices } from '../bridge/services.ts';
import { asMoveItem, type MoveItem } from '../bridge/window-state.ts';
import { Button } from '../ui/button.tsx';
import { assigneeName, heldByAgent, loadWords, presenceWords, teamName } from '../ui/names.ts';
import css from './details.module.css';
import { Picker, type PickerOption } from './picker.tsx';

type ActionsProps = { details: ConversationDetails; directory: Directory | null };

export const Actions = ({ details, directory }: ActionsProps) => {
  const { t, mover } = useServices();
  const { card, removedTeam } = details;
  const held = heldByAgent(useAgentLanes().data?.lanes ?? []);
  const me = directory?.me.id;
  const run = (action: Action) => void mover.move([asMoveItem(card)], action);
  const agentActions = (directory?.agents ?? [])
    .filter((agent) => !agent.left)
    .map((agent): { action: Action; option: Omit<PickerOption, 'judgement'> } => ({
      action: { kind: 'assign-agent', agent: agent.id },
      option: {
        value: String(agent.id),
        label: agent.name,
        note: `${presenceWords(t, agent.presence)}, ${loadWords(t, held.get(agent.id) ?? 0, agent.limit)}`,
        face: { name: agent.name, kind: 'agent', presence: agent.presence },
      },
    }));
  const teamActions = (directory?.teams ?? [])
    .filter((team) => !team.gone)
    .map((team): { action: Action; option: Omit<PickerOption, 'judgement'> } => ({
      action: { kind: 'assign-team', team: team.id },
      option: {
        value: String(team.id),
        label: team.name,
        note: team.members === null ? '' : t('ui.actions.members', { count: team.members.length }),
        face: { name: team.name, kind: 'team', presence: null },
      },
    }));
  const [agentsOpen, setAgentsOpen] = useState(false);
  const [teamsOpen, setTeamsOpen] = useState(false);
  const agents = useJudged(details, agentActions, agentsOpen);
  const teams = useJudged(details, teamActions, teamsOpen);
  const agentName = card.assignee ? assigneeName(t, directory, card.assignee) : null;
  const team = card.team === null ? null : teamName(t, directory, card.team);

  return (
    <section className={css.actions} aria-label={t('ui.actions.title')}>
      <h3 className={css.actionsTitle}>{t('ui.actions.title')}</h3>
      {!card.live && <p className={css.final}>{t('ui.actions.final')}</p>}
      {removedTeam !== null && card.team === null && (
        <Button size="small" className={css.offer} onClick={() => run({ kind: 'queue', team: removedTeam })}>
          <Undo2 size={14} aria-hidden="true" />
          {t('ui.actions.backTo', { team: teamName(t, directory, removedTeam) })}
        </Button>
      )}
      <div className={css.action}>
        <div className={css.actionHead}>
          <span className={css.actionName}>{t('ui.actions.agent')}</span>
          <span className={css.links}>
            <Button
              look="link"
              size="small"
              disabled={
                !card.live || me === undefined || (card.assignee?.type === 'agent' && card.assignee.id === me)
              }
              onClick={() => me !== undefined && run({ kind: 'assign-agent', agent: me })}
            >
              <span aria-hidden="true">→</span> {t('ui.actions.toMe')}
            </Button>
            <Button
              look="link"
              size="small"
              aria-label={t('ui.actions.unassignAgent')}
              disabled={!card.live || card.assignee === null}
              onClick={() => run({ kind: 'unassign-agent' })}
            >
              <span aria-hidden="true">→</span> {t('ui.actions.unassign')}
            </Button>
          </span>
        </div>
        <Picker
          label={t('ui.actions.agent')}
          placeholder={t('ui.facts.none')}
          current={agentName}
          face={
            card.assignee && agentName !== null
              ? {
                  name: agentName,
                  kind: card.assignee.type,
                  presence:
                    directory?.agents.find(
                      (one) => card.assignee?.type === 'agent' && one.id === card.assignee.id,
                    )?.presence ?? null,
                }
              : null
          }
          options={agents}
          disabled={!card.live}
          open={agentsOpen}
          onOpen={setAgentsOpen}
          onPick={(value) => run({ kind: 'assign-agent', agent: Number(value) })}
        />
      </div>
      <div className={css.action}>
        <div className={css.actionHead}>
          <span className={css.actionName}>{t('ui.actions.team')}</span>
          <span className={css.links}>
            <Button
              look="link"
              size="small"
              aria-label={t('ui.actions.unassignTeam')}
              disabled={!card.live || card.team === null}
              onClick={() => run({ kind: 'unassign-team' })}
            >
              <span aria-hidden="true">→</span> {t('ui.actions.unassign')}
            </Button>
          </span>
        </div>
        <Picker
          label={t('ui.actions.team')}
          placeholder={t('ui.facts.none')}
          current={team}
          face={team === null ? null : { name: team, kind: 'team', presence: null }}
          options={teams}
          disabled={!card.live}
          open={teamsOpen}
          onOpen={setTeamsOpen}
          onPick={(value) => run({ kind: 'assign-team', team: Number(value) })}
        />
      </div>
      {card.violation && agentName !== null && team !== null && (
        <p className={css.violation}>{t('ui.actions.violation', { agent: agentName, team })}</p>
      )}
    </section>
  );
};

type Asked = {
  item: Pick<MoveItem, 'conversation' | 'base'>;
  actions: { action: Action; value: string }[];
};

/** Judges every option while the list is open, so that each says what would happen. */
const useJudged = (
  { card }: ConversationDetails,
  actions: readonly { action: Action; option: Omit<PickerOption, 'judgement'> }[],
  open: boolean,
): PickerOption[] => {
  const { client } = useServices();
  const [judged, setJudged] = useState<ReadonlyMap<string, Judgement>>(new Map());
  // Everything of card and actions that a judgement depends on, as one comparable value.
  const { base, conversation } = asMoveItem(card);
  const asked = JSON.stringify({
    item: { conversation, base },
    actions: actions.map(({ action, option }) => ({ action, value: option.value })),
  });
  useEffect(() => {
    if (!open) return;
    let current = true;
    const { item, actions: judgedActions } = JSON.parse(asked) as Asked;
    void Promise.all(
      judgedActions.map(async ({ action, value }) => {
        const answer = await client.invoke('move.judge', { action, items: [item] });
        return [value, answer.summary] as const;
      }),
    ).then(
      (all) => current && setJudged(new Map(all)),
      // Without judgements the list still works: the move is judged when it is made.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [open, asked, client]);
  return actions.map(({ option }) => ({ ...option, judgement: judged.get(option.value) ?? null }));
};
