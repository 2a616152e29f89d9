/** R9: a queue that is called live is not old: where no event was lost, what a card shows was true a moment ago. */
import { sameAssignment } from '../../../contract/model.ts';
import type { Card } from '../../../contract/model.ts';
import { liveStatus } from '../model/records.ts';
import type { Standing } from '../model/records.ts';
import type { Checker, Finding } from '../trace.ts';
import { couldTell } from './went-back.ts';

/** How old (ms) what is shown may be in clear weather: the event's way, and a read where two of them disagree. */
export const FRESH_MS = 15_000;
/**
 * Within this (ms) of the board being called live, the server is asked about every row that is marked as not confirmed;
 * within the same time of two events that contradict each other, about theirs, also where the first question hangs.
 */
export const CONFIRM_MS = 60_000;
/** Events of worse weather may be under way for this long (ms). */
const SETTLE_MS = 15_000;

/** `until` = when the next state began. */
type State = { until: number; standing: Standing | null; silent: boolean };

const shows = (card: Card, standing: Standing | null): boolean =>
  standing !== null && card.status === standing.status && sameAssignment(card, standing);

/** Cards of every glance at a live board against what was true shortly before it. */
export const checkFresh: Checker = (events) => {
  const findings: Finding[] = [];
  /** Past states by conversation, oldest first; the present one ends never. */
  const states = new Map<number, State[]>();
  /** When what is shown began to be called live, and clear weather began; Infinity = it is not. */
  let live = Number.POSITIVE_INFINITY;
  let clear = Number.NEGATIVE_INFINITY;
  let sick: readonly number[] = [];
  /** When those that were sick could be read again: until then the server had no answer about them. */
  const wellSince = new Map<number, number>();
  /** An event of this connection was lost, also while it caught up: it heals within minutes, not at once. */
  let deaf = false;
  let state = '';
  let tellsChanges = false;
  let ordersEvents = false;
  /** Cards of the last glance at this connection, with their inboxes. */
  let before: ReadonlyMap<number, number> = new Map();
  /**
   * Inboxes that the supervisor lost or got: the server tells it nobody, nor what happened there meanwhile. That is found
   * when the directory is read again, within minutes; until then the app cannot know better than what it was told.
   */
  const unheard = new Set<number>();

  const isOld = (card: Card, t: number): boolean => {
    const known = states.get(card.id);
    // It has never changed: nothing to compare with.
    if (known === undefined || known.some(({ silent }) => silent)) return false;
    // It says of itself that it may be old, where nothing tells which of two events is the later: for a while, not for good.
    const allowed = card.unconfirmed && !ordersEvents ? CONFIRM_MS : FRESH_MS;
    return !known.some(({ until, standing }) => until >= t - allowed && shows(card, standing));
  };
  const unchangedFor = (id: number, t: number): boolean =>
    (states.get(id) ?? []).every(({ until }) => until === Number.POSITIVE_INFINITY || until < t - FRESH_MS);
  const now = (id: number): Standing | null => states.get(id)?.at(-1)?.standing ?? null;

  for (const event of events) {
    switch (event.kind) {
      case 'truth': {
        const { conversation, before: old, after, silent = false } = event.change;
        const known = states.get(conversation) ?? [];
        const last = known.at(-1);
        if (last) last.until = event.t;
        else known.push({ until: event.t, standing: old, silent: false });
        // A move to another inbox may take it out of the lists without a word, and bring it back so.
        const moved = old !== null && after !== null && old.inbox !== after.inbox;
        known.push({ until: Number.POSITIVE_INFINITY, standing: after, silent: silent || moved });
        states.set(conversation, known);
        break;
      }
      case 'connection':
        // What was lost before is caught up with; what is lost from now on may come after what was asked for. A
        // throttled connection is the same one as before.
        if (event.state !== 'live' && event.state !== 'throttled' && event.state !== state) deaf = false;
        ({ state } = event);
        if (state !== 'live') live = Number.POSITIVE_INFINITY;
        else if (live === Number.POSITIVE_INFINITY) {
          live = event.t;
          before = new Map();
        }
        break;
      case 'server':
        ({ tellsChanges, ordersEvents } = event);
        break;
      case 'crashed':
      case 'asleep':
        live = Number.POSITIVE_INFINITY;
        break;
      case 'event-lost':
        deaf = true;
        break;
      case 'restored':
        // It has heard of nothing that the server lacks: it takes this for a gap, and the server tells it nothing.
        if (!couldTell(events, event))
          for (const id of [...event.gone, ...event.back, ...event.differ]) {
            const last = states.get(id)?.at(-1);
            if (last) last.silent = true;
          }
        break;
      case 'inbox-member':
        unheard.add(event.inbox);
        break;
      case 'weather':
        for (const id of sick) if (!event.sick.includes(id)) wellSince.set(id, event.t);
        ({ sick } = event);
        if (!event.clear) clear = Number.POSITIVE_INFINITY;
        else if (clear === Number.POSITIVE_INFINITY) clear = event.t;
        break;
      case 'glance': {
        const { t, cards, visible } = event;
        if (deaf || t < live || t - clear < SETTLE_MS) break;
        const listed = new Set(visible);
        for (const card of cards) {
          if (card.pending !== 'none' || sick.includes(card.id) || !listed.has(card.id)) continue;
          if (unheard.has(card.inbox)) continue;
          if (t - (wellSince.get(card.id) ?? Number.NEGATIVE_INFINITY) < FRESH_MS) continue;
          // It says of itself that it may be old, on servers that tell no silent change: for a while, not for good.
          if (card.unconfirmed && !tellsChanges && t - live < CONFIRM_MS) continue;
          if (isOld(card, t))
            findings.push({
              rule: 'R9 fresh',
              t,
              what: `live shows ${card.id} as ${card.status} with ${card.assignee?.id ?? 'nobody'} in team ${card.team ?? 'none'}, which is over ${FRESH_MS / 1000} s old (now ${JSON.stringify(now(card.id))})`,
            });
        }
        const shown = new Map(cards.map(({ id, inbox }) => [id, inbox]));
        for (const [id, inbox] of before) {
          const standing = now(id);
          if (unheard.has(inbox) || (standing !== null && unheard.has(standing.inbox))) continue;
          const there =
            listed.has(id) && !sick.includes(id) && (standing === null || liveStatus(standing.status));
          if (there && !shown.has(id) && unchangedFor(id, t))
            findings.push({ rule: 'R9 fresh', t, what: `live does not show ${id} any more, which is there` });
        }
        before = shown;
        break;
      }
      default:
        break;
    }
  }
  return findings;
};
