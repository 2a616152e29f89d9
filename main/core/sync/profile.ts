/** Asks the server who we are, and says what that answer, or a failure that concerns everything, means for the connection. */
import type { Workspace } from '../../../contract/ipc.ts';
import type { DirectoryFact } from '../facts.ts';
import type { Failure, Outcome } from '../liveagent/outcome.ts';
import { meFact, type Profile } from '../liveagent/wire/directory.ts';
import type { Input } from './connection.ts';
import type { Session } from './session.ts';
import { isLoaded } from './tasks/catch-up.ts';

/** A failure as the machine takes it. */
export const inputOf = (failure: Failure): Input => {
  switch (failure.outcome) {
    case 'needs-sign-in':
      return { kind: 'needs-sign-in' };
    case 'no-access':
      return { kind: 'no-access', why: failure.why };
    case 'throttled':
      return { kind: 'profile-failed', trouble: 'throttled', retryAfterMs: failure.retryAfterMs ?? 5000 };
    case 'unreachable':
      return { kind: 'profile-failed', trouble: failure.reason };
    // The profile belongs to nobody else and cannot be missing: not our server, or not now.
    case 'gone':
    case 'invisible':
    case 'refused':
      return { kind: 'profile-failed', trouble: 'not-the-server' };
  }
};

export type ProfileVerdict = {
  input: Input;
  /** Set when the connection may be opened. */
  good: { me: DirectoryFact & { kind: 'me' }; pubsubToken: string } | null;
};

/** Whether this is still our user in our account, and how to subscribe. */
const judgeProfile = (outcome: Outcome<Profile>, workspace: Workspace): ProfileVerdict => {
  const no = (input: Input): ProfileVerdict => ({ input, good: null });
  if (outcome.outcome !== 'answered') return no(inputOf(outcome));
  const { id, pubsubToken, accounts } = outcome.value;
  const me = meFact(outcome.value, workspace.accountId);
  if (id !== workspace.userId) return no({ kind: 'needs-sign-in' });
  if (pubsubToken === null) return no({ kind: 'unsupported' });
  if (me === null) return no({ kind: 'no-access', why: 'removed' });
  const account = accounts.find((one) => one.id === workspace.accountId);
  if (account?.status === 'suspended') return no({ kind: 'no-access', why: 'suspended' });
  return { input: { kind: 'profile-read' }, good: { me, pubsubToken } };
};

type ProfileReadsDeps = {
  /** Whether the connection still waits for it. */
  awaited: () => boolean;
  judged: (verdict: ProfileVerdict) => void;
};

/** Reads the profile each time it is called; only the newest read is judged. */
export const createProfileReads = (session: Session, { awaited, judged }: ProfileReadsDeps) => {
  let reads = 0;
  return async (): Promise<void> => {
    reads += 1;
    const mine = reads;
    // A first load has somebody waiting for it.
    if (isLoaded(session)) session.gate.begin();
    const outcome = await session.gate.run('interactive', session.api.profile, { first: true });
    if (mine === reads && awaited()) judged(judgeProfile(outcome, session.workspace));
  };
};
