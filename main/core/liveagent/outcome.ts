/** What a request to the server came to: every way it can end, as a value. */

/** Why no usable answer came, in the terms of the person at the screen. */
export type Unreachable =
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  | 'dns'
  | 'broken'
  /** Something answered, but not the server: a captive portal, a maintenance page, cut-off JSON. */
  | 'not-the-server'
  /** The server (or what stands before it) answered 5xx. */
  | 'server-error';

export type Failure =
  /** 404: deleted, or never was. */
  | { outcome: 'gone' }
  /** The object is not visible to this user; the token is fine. */
  | { outcome: 'invisible' }
  | { outcome: 'needs-sign-in'; serverWords: string | null }
  | { outcome: 'no-access'; why: 'removed' | 'suspended' | 'bot-token'; serverWords: string | null }
  /** `retryAfterMs` null = the server did not say. */
  | { outcome: 'throttled'; retryAfterMs: number | null }
  /** `sent: 'maybe'` = the server may have acted on it. */
  | { outcome: 'unreachable'; reason: Unreachable; sent: 'no' | 'maybe'; detail: string }
  | { outcome: 'refused'; status: number; serverWords: string | null };

export type Answered<T> = {
  outcome: 'answered';
  value: T;
  /** Monotonic ms when the request was sent: what the answer says is at least that new. */
  sentAt: number;
};

export type Outcome<T> = Answered<T> | Failure;
