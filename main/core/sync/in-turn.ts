/** Waits for the turn of a request as long as somebody waits for its answer. */
import type { BucketName } from '../liveagent/buckets.ts';
import type { Gate } from '../liveagent/gate.ts';
import type { Failure, Outcome } from '../liveagent/outcome.ts';
import type { Life } from './life.ts';

const UNSENT: Promise<Failure> = Promise.resolve({
  outcome: 'unreachable',
  reason: 'broken',
  sent: 'no',
  detail: 'nobody waits for it',
});

/**
 * One try. What waits in the gate is not sent any more once the life is over, and keeps nobody waiting: a server may
 * have asked for a pause of many minutes. What is under way comes to its end. Null = the life ended first.
 */
export const inTurn = <T>(
  gate: Pick<Gate, 'run'>,
  life: Life,
  bucket: BucketName,
  request: () => Promise<Outcome<T>>,
  first: boolean,
): Promise<Outcome<T> | null> =>
  new Promise((resolve) => {
    let sent = false;
    const stay = life.onEnd(() => {
      if (!sent) resolve(null);
    });
    const send = (): Promise<Outcome<T>> => {
      sent = !life.over();
      return sent ? request() : UNSENT;
    };
    void gate.run(bucket, send, { first }).then((outcome) => {
      stay();
      resolve(outcome);
    });
  });
