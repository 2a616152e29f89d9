/** What alerts need of their ledger: each alert once under its key, and the stays that were told. */
import type { Alert } from '../../../contract/model.ts';

/** A conversation at a target, from its arrival to its leaving. */
export type Stay = { conversation: number; kind: StayKind; target: string };
/** `baseline`: of no conversation (0), but since when arrivals in this team are news: what was there before is known. */
export type StayKind = 'team' | 'baseline';

/** The alert ledger, kept in outbox.db. Every method is durable when it returns. */
export type Ledger = {
  /** Whether it was new. `make` says what to write once the key is known to be new, in the same transaction. */
  addOnce: (id: string, make: () => Alert) => Alert | null;
  /**
   * One transaction: when the conversation was not yet known to stay there, raises n, makes the alert for
   * that n and stores both. null when this stay was known.
   */
  addStay: (stay: Stay, at: number, make: (n: number) => Alert | null) => Alert | null;
  /** Stays that are no news, in one transaction; those that were known are left alone. */
  addKnown: (stays: readonly Stay[], at: number) => void;
  /** The conversation is not there any more: the next stay is a new one. */
  endStay: (stay: Stay, at: number) => void;
  activeStays: () => Stay[];
  /** Active ones of one conversation. */
  staysOf: (conversation: number) => Stay[];
  stayActive: (stay: Stay) => boolean;
  change: (alert: Alert) => void;
  get: (id: string) => Alert | null;
  newest: (limit: number) => { alerts: Alert[]; unseen: number };
  seen: (ids: readonly string[]) => void;
  /** Keeps the newest `keep`. By count: a key forgotten because the clock jumped would be told again. */
  forget: (keep: number) => void;
};
