/** R9: `live` is never shown while nothing has been heard for longer than the product allows itself. */
import type { Checker, Finding } from '../trace.ts';

/** Silence (ms awake) after which `live` is a lie: six seconds to `stale`, and the time to say so. */
export const SILENCE_MS = 7500;

/** "As of" may be this much (ms) later than the sign of the server behind it: the time to deal with an answer. */
export const AS_OF_SLACK_MS = 500;

/** `live` against what the socket brought. */
export const checkLive: Checker = (events) => {
  const findings: Finding[] = [];
  let live: number | null = null;
  let heard = Number.NEGATIVE_INFINITY;
  const open = new Set<number>();
  let set = false;
  let signed = Number.NEGATIVE_INFINITY;
  const judge = (t: number, awake: number) => {
    if (live === null) return;
    const since = Math.max(heard, live);
    if (awake - since > SILENCE_MS)
      findings.push({
        rule: 'R9 live',
        t,
        what: `shows live ${Math.round(awake - since)} ms after the last sign of the server`,
      });
    if (awake - since > SILENCE_MS) live = awake;
  };
  for (const event of events) {
    switch (event.kind) {
      case 'answered':
        signed = event.t;
        break;
      case 'heard':
        signed = event.t;
        judge(event.t, event.awake);
        heard = event.awake;
        break;
      case 'socket':
        judge(event.t, event.awake);
        if (event.what === 'opened') open.add(event.n);
        else open.delete(event.n);
        break;
      case 'connection':
        judge(event.t, event.awake);
        if (!set && event.asOf !== null && event.asOf > event.now + 1)
          findings.push({
            rule: 'R9 as of',
            t: event.t,
            what: `says "as of" a moment ${Math.round(event.asOf - event.now)} ms ahead`,
          });
        // As of a moment of the server's, and not of one at which nobody had heard of it.
        else if (!set && event.asOf !== null && event.asOf - (event.now - event.t) > signed + AS_OF_SLACK_MS)
          findings.push({
            rule: 'R9 as of',
            t: event.t,
            what: `says "as of" a moment ${Math.round(event.asOf - (event.now - event.t) - signed)} ms after the last sign of the server`,
          });
        if (event.state === 'live' && live === null) {
          live = event.awake;
          if (open.size === 0)
            findings.push({ rule: 'R9 live', t: event.t, what: 'shows live without an open socket' });
        }
        if (event.state !== 'live') live = null;
        break;
      case 'clock-set':
        // What was true at ten by the old clock may be in the future of the new one.
        set ||= event.by < 0;
        break;
      case 'crashed':
        live = null;
        open.clear();
        break;
      default:
        break;
    }
  }
  return findings;
};
