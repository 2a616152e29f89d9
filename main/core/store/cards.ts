/** Reads cards: one by id, or one page of a lane, with pending commands shown in their place. */
import type { Database } from 'better-sqlite3';
import { isLive, laneOf, type Assignment, type Card, type Sort } from '../../../contract/model.ts';
import { isNotAnswered, mergePage, type Placed, type SortKey } from '../sync/overlay.ts';
import { shownWait } from '../sync/waiting.ts';
import { conditionOf } from './filter.ts';
import { selectSql, type RawRow } from './row.ts';
import type { StateStore } from './state.ts';
import { foundOf, keyLength, keyOf, type Found, type TruthPages } from './truth-pages.ts';
import type { CacheReader, Overlay, PendingMove } from './types.ts';

export type CardReader = Pick<CacheReader, 'card' | 'cards'> & {
  /** A conversation that is in the cache and not gone. */
  find: (id: number) => Found | null;
  /** Makes cards of what was found; use one maker for one answer. */
  cardMaker: () => (found: Found, move: PendingMove | undefined) => Card;
};

/** An opaque `next` back to a key; null for anything else, so that a cursor of another order begins at the top. */
const parseCursor = (sort: Sort, cursor: string | null): SortKey | null => {
  if (cursor === null) return null;
  const parts = cursor.split('.').map(Number);
  return parts.length === keyLength(sort) && parts.every(Number.isSafeInteger) ? parts : null;
};

export const createCardReader = (db: Database, state: StateStore, pages: TruthPages): CardReader => {
  const select = db.prepare<[number], RawRow>(selectSql).raw();
  const violates = db
    .prepare<[number, number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM team WHERE id = ? AND members_known = 1)
          AND NOT EXISTS (SELECT 1 FROM team_member WHERE team_id = ? AND agent_id = ?)`,
    )
    .pluck();

  const find = (id: number): Found | null => {
    const raw = select.get(id);
    const found = raw === undefined ? null : foundOf(raw);
    return found === null || found.row.gone !== null ? null : found;
  };

  const cardMaker = (): ((found: Found, move: PendingMove | undefined) => Card) => {
    const epoch = Number(state.get('epoch') ?? 0);
    const known = new Map<string, boolean>();
    const violation = ({ assignee, team }: Assignment): boolean => {
      if (assignee?.type !== 'agent' || team === null) return false;
      const pair = `${assignee.id} ${team}`;
      let answer = known.get(pair);
      if (answer === undefined) known.set(pair, (answer = violates.get(team, team, assignee.id) === 1));
      return answer;
    };
    return ({ row, epoch: confirmed }, move) => {
      const shown: Assignment = move?.shown ?? row;
      const wait = shownWait(row.wait, row.status);
      return {
        id: row.id,
        contact: row.contactName,
        inbox: row.inbox,
        channel: row.channel,
        status: row.status,
        live: isLive(row.status),
        priority: row.priority,
        labels: row.labels,
        unread: row.unread,
        assignee: shown.assignee,
        team: shown.team,
        createdAt: row.createdAt,
        lastActivityAt: row.lastActivityAt,
        waitingSince: wait.since,
        waitingAtLeast: wait.atLeast,
        notAnswered: isNotAnswered(shown, row.firstReplyAt),
        // Text that was blanked is not an empty message.
        lastMessage:
          row.lastMessage === null || row.lastMessage.text === ''
            ? null
            : { text: row.lastMessage.text, from: row.lastMessage.from, at: row.lastMessage.at },
        violation: violation(shown),
        // In doubt: what was heard last may be the older, and the server is being asked.
        unconfirmed: confirmed < epoch || row.doubt,
        pending: move?.pending ?? 'none',
        command: move?.command ?? null,
      };
    };
  };

  /** Cards with a pending command; `there` = those whose truth is in the lane, `here` = those shown in it. */
  const movedCards = (
    query: Parameters<CacheReader['cards']>[0],
    matches: (found: Found) => boolean,
    overlay: Overlay,
  ): { there: number; here: Placed<Found>[] } => {
    let there = 0;
    const here: Placed<Found>[] = [];
    for (const move of overlay.values()) {
      const found = find(move.conversation);
      if (found === null || !matches(found)) continue;
      if (laneOf(query.grouping, found.row) === query.lane) there += 1;
      if (laneOf(query.grouping, move.shown) === query.lane) {
        here.push({ key: keyOf(query.sort, found.row), card: found });
      }
    }
    return { there, here };
  };

  return {
    find,
    cardMaker,
    card: (id, overlay) => {
      const found = find(id);
      return found === null ? null : cardMaker()(found, overlay.get(id));
    },
    cards: (query, overlay, now) => {
      const condition = conditionOf(query.filter, now);
      const after = parseCursor(query.sort, query.after);
      const { there, here } = movedCards(query, ({ row }) => condition.matches(row), overlay);
      // One more than asked for says whether there is a next page; those with a command come from `here`.
      const limit = query.limit + there + 1;
      const truth = pages.read({ ...query, condition, after, limit });
      const { page, more } = mergePage(
        truth.filter(({ card }) => !overlay.has(card.row.id)),
        here,
        { after, limit: query.limit },
      );
      const cardOf = cardMaker();
      return {
        cards: page.map(({ card }) => cardOf(card, overlay.get(card.row.id))),
        next: more ? (page.at(-1)?.key.join('.') ?? null) : null,
      };
    },
  };
};
