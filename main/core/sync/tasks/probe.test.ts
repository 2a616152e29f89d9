/** Proves that what the probes read of conversations is used, and what they say of the server. */
import { expect, it } from 'vitest';
import type { Fact } from '../../facts.ts';
import type { Abilities } from '../../liveagent/probe.ts';
import { createLife } from '../life.ts';
import type { Session } from '../session.ts';
import { probeServer } from './probe.ts';

const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

/**
 * What is committed of two lists, of conversations 1 and 2, then 1 and 3, where 1 is not known, last the abilities, without
 * rows; and what the server is held to be able to do. Rows of `begins` say when they began.
 */
const probed = async (begins: readonly number[] = []) => {
  const commits: { ids: (number | null)[]; gap: boolean }[] = [];
  const abilities: Abilities[] = [];
  const factOf = (id: number) => ({
    kind: 'conversation',
    id,
    fields: begins.includes(id) ? { createdAt: 1000 } : {},
    serverUpdatedAt: null,
  });
  const session = {
    ports: { clock },
    abilities: () => ({ version: null, updatedWithin: false, updatedAt: false, createdAt: false }),
    setAbilities: (found: Abilities) => abilities.push(found),
    serverNow: () => 0,
    writer: { truth: (id: number) => (id === 1 ? null : { id }) },
    api: { version: () => 'version', list: ({ page }: { page?: number }) => (page === 1 ? [1, 3] : [1, 2]) },
    ask: (_life: unknown, _bucket: unknown, request: () => string | number[]) => {
      const answer = request();
      return Promise.resolve(
        typeof answer === 'string'
          ? { outcome: 'answered', sentAt: 0, value: '3.11.0' }
          : {
              outcome: 'answered',
              sentAt: 0,
              value: { facts: answer.map(factOf), rows: answer.length, counts: null },
            },
      );
    },
    commit: (facts: readonly Fact[], { gap = false }: { gap?: boolean }) => {
      commits.push({ ids: facts.map((fact) => ('id' in fact ? fact.id : null)), gap });
    },
  };
  await probeServer(session as unknown as Session, createLife(clock));
  return { commits, abilities: abilities[0] };
};

it('merges what the lists say of known conversations, as found in a gap, and leaves new ones to the catch-up', async () => {
  const [within, page, last] = (await probed()).commits;
  expect(within).toEqual({ ids: [2], gap: true });
  expect(page).toEqual({ ids: [3], gap: true });
  expect(last?.ids).toEqual([]);
});

it.each([
  ['each row says when it began', [1, 2, 3], true],
  ['one does not', [1, 3], false],
] as const)('tells two conversations with one number apart where %s', async (_what, begins, createdAt) =>
  expect((await probed(begins)).abilities).toMatchObject({ version: '3.11.0', createdAt }),
);
