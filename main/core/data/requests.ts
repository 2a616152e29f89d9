/** Questions to the ingest half and their answers, matched by number. */
import type { DataEnd, IngestAnswer, IngestRequest } from '../link.ts';

type AnswerTo<R extends IngestRequest> = Extract<IngestAnswer, { kind: R['kind'] }>['answer'];

export type Requests = {
  /** Resolves with the answer; never rejects. Not answered before the ingest half is back, if it is gone. */
  ask: <R extends IngestRequest>(request: R) => Promise<AnswerTo<R>>;
  answered: (id: number, answer: IngestAnswer) => void;
};

export const createRequests = (end: Pick<DataEnd, 'post'>): Requests => {
  const waiting = new Map<number, { kind: string; resolve: (answer: never) => void }>();
  let next = 1;
  return {
    ask: <R extends IngestRequest>(request: R) =>
      new Promise<AnswerTo<R>>((resolve) => {
        const id = next++;
        waiting.set(id, { kind: request.kind, resolve });
        end.post({ kind: 'request', id, request });
      }),
    answered: (id, answer) => {
      const question = waiting.get(id);
      waiting.delete(id);
      // An answer of another kind than the question is none.
      if (question?.kind === answer.kind) question.resolve(answer.answer as never);
    },
  };
};
