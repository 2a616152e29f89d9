/** Reads one conversation in full: its card, how to reach the contact, and the saved transcript. */
import type { Database } from 'better-sqlite3';
import type { Message } from '../../../contract/model.ts';
import type { CardReader } from './cards.ts';
import { UNSAVED } from './messages.ts';
import type { CacheReader } from './types.ts';

export type DetailsReader = Pick<CacheReader, 'details' | 'coverage'>;

/** What `save_order` means. */
const SAVED_IN_ORDER = ['unassigned', 'queues'] as const;

type MessageRow = {
  id: number;
  kind: Message['kind'];
  text: string;
  sender: string | null;
  sender_type: Message['senderType'];
  at: number;
  status: string | null;
  attachments: string;
};

export const createDetailsReader = (db: Database, cards: CardReader): DetailsReader => {
  const messages = db.prepare<[number], MessageRow>(
    `SELECT id, kind, text, sender, sender_type, at, status, attachments
     FROM message WHERE conversation_id = ? ORDER BY id`,
  );
  const saved = db.prepare<[number], { saved_at: number | null; more_before: number; unsaved: number }>(
    `SELECT saved_at, more_before, ${UNSAVED} AS unsaved FROM conversation WHERE id = ?`,
  );
  const covered = db.prepare<[], number>('SELECT saved FROM coverage WHERE one = 1').pluck();
  const live = db
    .prepare<[], number>(`SELECT ifnull(sum(count), 0) FROM counter WHERE grouping = 'teams'`)
    .pluck();
  const next = db.prepare<[], { save_order: number; waiting: number }>(
    `SELECT save_order, waiting_since IS NOT NULL AS waiting FROM conversation INDEXED BY unsaved
     WHERE live = 1 AND ${UNSAVED} ORDER BY save_order, bucket, waiting_order LIMIT 1`,
  );
  return {
    details: (id, overlay) => {
      const found = cards.find(id);
      if (found === null) return null;
      const { contactEmail, contactPhone, contactIdentifier } = found.row;
      const transcript = saved.get(id);
      const savedAt = transcript?.saved_at ?? null;
      return {
        card: cards.cardMaker()(found, overlay.get(id)),
        contactDetails: { email: contactEmail, phone: contactPhone, identifier: contactIdentifier },
        messages: messages.all(id).map(({ sender_type: senderType, attachments, ...message }) => ({
          ...message,
          senderType,
          attachments: JSON.parse(attachments) as Message['attachments'],
        })),
        savedAt,
        moreBefore: transcript?.more_before === 1,
        newerMissing: savedAt !== null && transcript?.unsaved === 1,
      };
    },
    coverage: () => {
      const first = next.get();
      const saving =
        first && (SAVED_IN_ORDER[first.save_order] ?? (first.waiting === 1 ? 'waiting' : 'rest'));
      return { saved: covered.get() ?? 0, live: live.get() ?? 0, saving: saving ?? null };
    },
  };
};
