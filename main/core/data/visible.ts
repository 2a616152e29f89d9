/** Remembers which conversations and teams are on screen, from the questions asked for them, and tells the ingest half. */
import type { Card } from '../../../contract/model.ts';
import type { Clock, Timer } from '../ports.ts';

/** Lanes asked for longest ago are taken as scrolled away. */
const LANES_KEPT = 24;
const TELL_AFTER_MS = 200;

export type Visible = {
  lane: (key: string, cards: readonly Card[]) => void;
  details: (conversation: number) => void;
  stop: () => void;
};

export const createVisible = (
  clock: Clock,
  tell: (seen: { conversations: number[]; teams: number[] }) => void,
): Visible => {
  const lanes = new Map<string, { conversations: number[]; teams: number[] }>();
  let opened: number | null = null;
  let timer: Timer | null = null;
  let told = '';

  const flush = () => {
    timer = null;
    const conversations = new Set<number>(opened === null ? [] : [opened]);
    const teams = new Set<number>();
    // The newest questions are what the supervisor looks at now.
    for (const lane of [...lanes.values()].toReversed()) {
      for (const id of lane.conversations) conversations.add(id);
      for (const id of lane.teams) teams.add(id);
    }
    const seen = { conversations: [...conversations].slice(0, 1_000), teams: [...teams] };
    const text = JSON.stringify(seen);
    if (text === told) return;
    told = text;
    tell(seen);
  };
  const later = () => {
    timer ??= clock.after(TELL_AFTER_MS, flush);
  };

  return {
    lane: (key, cards) => {
      const laneTeam = /team:(\d+)$/.exec(key)?.[1];
      const teams = new Set(cards.flatMap(({ team }) => (team === null ? [] : [team])));
      if (laneTeam !== undefined) teams.add(Number(laneTeam));
      lanes.delete(key);
      lanes.set(key, { conversations: cards.map((card) => card.id), teams: [...teams] });
      const [oldest] = lanes.keys();
      if (lanes.size > LANES_KEPT && oldest !== undefined) lanes.delete(oldest);
      later();
    },
    details: (conversation) => {
      opened = conversation;
      later();
    },
    stop: () => timer?.cancel(),
  };
};
