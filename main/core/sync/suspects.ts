/** Conversations that may be gone: a tombstone needs two checks at least a minute apart that agree. */

/** Between the checks. */
export const RECHECK_MS = 60_000;

export type Suspect = {
  why: 'deleted' | 'invisible';
  /** Monotonic ms of the first such answer. */ since: number;
};
export type Suspects = ReadonlyMap<number, Suspect>;

export const NO_SUSPECTS: Suspects = new Map();

export type Verdict = {
  suspects: Suspects;
  /** Set when the second check agreed. */
  gone: { id: number; why: Suspect['why'] } | null;
};

/** The server said that it is not there, or not for us. A different reason begins anew. */
export const missed = (suspects: Suspects, id: number, why: Suspect['why'], now: number): Verdict => {
  const known = suspects.get(id);
  const next = new Map(suspects);
  if (known?.why === why && now - known.since >= RECHECK_MS) {
    next.delete(id);
    return { suspects: next, gone: { id, why } };
  }
  if (known?.why !== why) next.set(id, { why, since: now });
  return { suspects: next, gone: null };
};

/** The server showed it after all. */
export const seen = (suspects: Suspects, id: number): Suspects => {
  if (!suspects.has(id)) return suspects;
  const next = new Map(suspects);
  next.delete(id);
  return next;
};

/** Those whose second check is due, and when the next one is (monotonic ms). */
export const dueSuspects = (suspects: Suspects, now: number): { due: number[]; next: number | null } => {
  const due: number[] = [];
  let next: number | null = null;
  for (const [id, { since }] of suspects) {
    const at = since + RECHECK_MS;
    if (at <= now) due.push(id);
    else if (next === null || at < next) next = at;
  }
  return { due, next };
};
