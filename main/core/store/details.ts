/** Reads one conversation in full: its card, how to reach the contact, and the saved transcript. */
import type { Database } from 'better-sqlite3';
import type { Message } from '../../../contract/model.ts';
import type { CardReader } from './cards.ts';
import type { CacheReader } from './types.ts';

export type DetailsReader = Pick<CacheReader, 'details'>;

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
  const saved = db.prepare<[number], { saved_at: number | null; more_before: number }>(
    'SELECT saved_at, more_before FROM conversation WHERE id = ?',
  );
  return {
    details: (id, overlay) => {
      const found = cards.find(id);
      if (found === null) return null;
      const { contactEmail, contactPhone, contactIdentifier } = found.row;
      const transcript = saved.get(id);
      return {
        card: cards.cardMaker()(found, overlay.get(id)),
        contactDetails: { email: contactEmail, phone: contactPhone, identifier: contactIdentifier },
        messages: messages.all(id).map(({ sender_type: senderType, attachments, ...message }) => ({
          ...message,
          senderType,
          attachments: JSON.parse(attachments) as Message['attachments'],
        })),
        savedAt: transcript?.saved_at ?? null,
        moreBefore: transcript?.more_before === 1,
      };
    },
  };
};
