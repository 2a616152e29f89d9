/** Keeps the newest messages of live conversations, so that the queue can be read without a network: those that grew unheard first, then what nobody has, the most needed first. */
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';

/** How many are looked up at a time; the order may change meanwhile. */
const AHEAD = 25;
/** When everything is saved, new ones are looked for this often. */
const REST_MS = 60_000;
/** Share of the background that this may take. */
const SHARE = 0.5;

export const createTranscriptsTask = (session: Session) => {
  /** Saved, but changed while nobody listened. */
  const grown = new Set<number>();
  /** Not to be had: not tried again in this run. */
  const refused = new Set<number>();
  let running = false;

  const next = (): number[] => {
    const dirty = [...grown].slice(0, AHEAD);
    if (dirty.length > 0) return dirty;
    return session.writer
      .unsaved(AHEAD + refused.size)
      .filter((id) => !refused.has(id))
      .slice(0, AHEAD);
  };

  /** Answers whether the life goes on. */
  const save = async (life: Life, id: number): Promise<boolean> => {
    grown.delete(id);
    const answer = await session.ask(life, 'background', () => session.api.transcript(id, null), {
      tries: 3,
    });
    if (answer === null) return false;
    if (answer.outcome === 'answered') session.commit([answer.value], { bulk: true });
    else refused.add(id);
    return life.wait(1000 / (session.gate.pace().background.perSecond * SHARE));
  };

  return {
    /** These changed in a gap; those that are saved are read again. */
    changed: (ids: Iterable<number>): void => {
      for (const id of ids) {
        if (session.writer.truth(id)?.live === true && session.writer.oldestMessage(id) !== null)
          grown.add(id);
      }
    },
    /** Runs until the life ends. */
    run: async (life: Life): Promise<void> => {
      if (running) return;
      running = true;
      try {
        while (!life.over()) {
          const ids = next();
          if (ids.length === 0 && !(await life.wait(REST_MS))) return;
          for (const id of ids) if (!(await save(life, id))) return;
        }
      } finally {
        running = false;
      }
    },
  };
};

export type TranscriptsTask = ReturnType<typeof createTranscriptsTask>;
