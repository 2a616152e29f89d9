/** Rate limits in fixed windows, as the real server counts them; off unless the switch says so. */
import type { Backend } from '../backend.ts';
import { text } from './params.ts';
import type { Params } from './params.ts';

/** A request as the limits see it. */
export interface Counted {
  address: string;
  method: string;
  path: string;
  input: Params;
  userId: number | null;
}

interface Rule {
  most: number;
  /** Seconds. */
  period: number;
  /** What is counted together; null = the rule does not apply. */
  key: string | null;
}

function rulesOf(backend: Backend, request: Counted): Rule[] {
  const { features } = backend;
  const { address, method, path, input, userId } = request;
  const account = /^\/api\/v1\/accounts\/(\d+)\//.exec(path)?.[1] ?? null;
  const signIn = method === 'POST' && path === '/auth/sign_in';
  const email = text(input['email'])?.trim().toLowerCase() ?? null;
  return [
    { most: features.requestsPerMinute, period: 60, key: `ip:${address}` },
    { most: 5, period: 300, key: signIn ? `sign-in:${address}` : null },
    { most: 10, period: 900, key: signIn && email !== null ? `email:${email}` : null },
    {
      most: features.metaPerMinute,
      period: 60,
      key: method === 'GET' && path.endsWith('/conversations/meta') ? `meta:${userId}:${account}` : null,
    },
    { most: 100, period: 60, key: path.endsWith('/contacts/search') ? `contacts:${account}` : null },
    {
      most: features.updatedAt ? 1000 : 30,
      period: 3600,
      key: method === 'POST' && path.endsWith('/transcript') ? `transcript:${account}` : null,
    },
  ];
}

/** True for a request that is over a limit. */
export function createLimits(backend: Backend): (request: Counted) => boolean {
  const counts = new Map<string, { window: number; count: number }>();
  return (request) => {
    if (!backend.switches.rateLimits) return false;
    const now = backend.clock.now();
    let over = false;
    for (const { most, period, key } of rulesOf(backend, request)) {
      if (key === null || most === Number.POSITIVE_INFINITY) continue;
      const window = Math.floor(now / period);
      const entry = counts.get(key);
      if (entry === undefined || entry.window !== window) counts.set(key, { window, count: 1 });
      else entry.count++;
      if ((counts.get(key)?.count ?? 0) > most) over = true;
    }
    return over;
  };
}
