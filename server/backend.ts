/** What every part of the server works on: the tables, the level's features, the clock and the ways to tell others. */
import type { ServerClock } from './clock.ts';
import type { EventBus } from './events.ts';
import type { Switches } from './guesses.ts';
import type { Jobs } from './jobs.ts';
import type { Features, Level } from './levels.ts';
import type { Presence } from './presence.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export interface Backend {
  readonly level: Level;
  readonly features: Features;
  /** Can be changed while running. */
  readonly switches: Switches;
  readonly clock: ServerClock;
  readonly world: World;
  readonly random: Random;
  readonly presence: Presence;
  readonly jobs: Jobs;
  readonly events: EventBus;
  /** A line for the person who runs the server. */
  readonly warn: (text: string) => void;
}
