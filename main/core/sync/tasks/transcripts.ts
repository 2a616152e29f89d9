/** Keeps the newest messages of live conversations, so that the queue can be read without a network: those that grew unheard first, then what nobody has, the most needed first. */
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { readTranscript } from '../transcript.ts';

/** How many are looked up at a time; the order may change meanwhile. */
const AHEAD = 25;
/** When everything is saved, new ones are looked for this often, and so soon after something came. */
const REST_MS = 60_000;
const SOON_MS = 1_000;
/** Share of the background that this may take. */
const SHARE = 0.5;

export const createTranscriptsTask = (session: Session) => {
  /** Saved, but changed while nobody listened. */
  const grown = new Set<number>();
  /** Not to be had: not tried again in this run. */
  const refused = new Set<number>();
  let running = false;
  /** Ends the rest while there is nothing to do; null = at work. */
  let wake: (() => void) | null = null;

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = session.ports.clock.after(REST_MS, () => wake?.());
      wake = () => {
        timer.cancel();
        wake = null;
        resolve();
      };
    });

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
    const read = await readTranscript(
      session,
      (request) => session.ask(life, 'background', request, { tries: 3 }),
      id,
      { opened: false, bulk: true },
    );
    if (read === null) return false;
    if (read !== 'read') refused.add(id);
    return life.wait(1000 / (session.gate.pace().background.perSecond * SHARE));
  };

  return {
    /** These changed in a gap; those that are saved are read again. */
    changed: (ids: Iterable<number>): void => {
      for (const id of ids) {
        if (session.writer.truth(id)?.live === true && session.writer.transcript(id).oldest !== null)
          grown.add(id);
      }
    },
    /** Something came: it is not left for later. */
    look: (): void => wake?.(),
    /** Runs until the life ends. */
    run: async (life: Life): Promise<void> => {
      if (running) return;
      running = true;
      life.onEnd(() => wake?.());
      try {
        while (!life.over()) {
          const ids = next();
          if (ids.length === 0) {
            await rest();
            // Those that come together are looked at together.
            if (!(await life.wait(SOON_MS))) return;
          }
          for (const id of ids) if (!(await save(life, id))) return;
        }
      } finally {
        running = false;
      }
    },
  };
};

export type TranscriptsTask = ReturnType<typeof createTranscriptsTask>;
