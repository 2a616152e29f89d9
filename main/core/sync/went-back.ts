/** Whether the server says less of a conversation than it has said before: then it was restored from a backup. Pure. */
import { SERVER_CLOCKS_S, type ConversationFact } from '../facts.ts';

/**
 * What of a conversation only ever grows on a server: seconds since 1970, and the id of its newest message (0 = none).
 * `updatedAt` null = this server does not say it.
 */
export type Stamps = {
  createdAt: number;
  lastActivityAt: number;
  updatedAt: number | null;
  lastMessage: number;
};

/** Where an activity alone says it. */
const MARGIN_ALONE_S = 60;

const isBefore = (now: number, known: number, margin = SERVER_CLOCKS_S): boolean => now < known - margin;

/**
 * @param known what was known before the answer was asked for
 * Its activity is older, and so is its last change or its newest message: one of them alone may be an error in the
 * cache, but where the server says no change there is often no other. Or another conversation has its number.
 */
export const wentBack = (known: Stamps, { fields, serverUpdatedAt }: ConversationFact): boolean => {
  const { createdAt, lastActivityAt, lastMessage } = fields;
  if (createdAt !== undefined && isBefore(known.createdAt, createdAt)) return true;
  if (lastActivityAt === undefined || !isBefore(lastActivityAt, known.lastActivityAt)) return false;
  // It goes on: its clock was set back.
  if ((lastMessage?.id ?? 0) > known.lastMessage) return false;
  if (known.updatedAt === null || serverUpdatedAt === null)
    return isBefore(lastActivityAt, known.lastActivityAt, MARGIN_ALONE_S);
  const lostMessage = lastMessage !== undefined && (lastMessage?.id ?? 0) < known.lastMessage;
  return lostMessage || isBefore(serverUpdatedAt, known.updatedAt);
};
