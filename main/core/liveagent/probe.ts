/** What this server can do, judged from a few answers; every judgement is pure and in doubt chooses what works everywhere. */

export type Abilities = {
  /** As the server names itself; null when it does not say. */
  version: string | null;
  /** `updated_within` works: one request catches up. */
  updatedWithin: boolean;
  /** Rows carry `updated_at`, which orders facts. */
  updatedAt: boolean;
  /** Rows carry `created_at`, which tells two conversations with one number apart (2.14 and later). */
  createdAt: boolean;
};

export const UNKNOWN_ABILITIES: Abilities = {
  version: null,
  updatedWithin: false,
  updatedAt: false,
  createdAt: false,
};

/** Below this the wire lacks what the product needs (assignable agents, events of assignment). */
const OLDEST = '2.0.0';

const numbersOf = (version: string): [number, number, number] | null => {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(version);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
};

/** `version >= wanted`; null when the version is unknown or no version at all. */
export const atLeast = (version: string | null, wanted: string): boolean | null => {
  const have = version === null ? null : numbersOf(version);
  const want = numbersOf(wanted);
  if (have === null || want === null) return null;
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
};

/** A server too old to work with. One that hides its version is not. */
export const isTooOld = (version: string | null): boolean => atLeast(version, OLDEST) === false;

/**
 * Whether `status=all&updated_within=1` was understood. Understood: only rows of the last second.
 * Not understood: the first page, mostly old rows.
 */
export const understoodUpdatedWithin = (answer: {
  /** Times of last activity of its rows, seconds. */
  active: readonly (number | null)[];
  rows: number;
  /** The server's own count of all there are. */
  all: number | null;
  /** How many rows the first page of the same list has, asked for by itself: any server may page by few. */
  page: number;
  /** Server time, seconds. */
  now: number;
  version: string | null;
}): boolean => {
  const { active, rows, all, now } = answer;
  const byVersion = atLeast(answer.version, '3.6.0');
  if (all === null || all === 0) return byVersion === true;
  if (rows === 0) return true;
  const old = active.filter((at) => at === null || at < now - 120).length;
  const lessThanAPage = rows < Math.min(all, answer.page);
  // Lively enough that a whole page is of the last minutes: only fewer rows than a page has prove it.
  if (rows < Math.min(all, 2) || old === 0) return byVersion ?? lessThanAPage;
  // An old row can be there for a change without activity, but not several in one second.
  return old <= 1 && lessThanAPage;
};
