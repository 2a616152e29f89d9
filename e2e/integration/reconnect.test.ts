/** R10: many clients lose the same server and come back together: how many requests each makes in its first second, and all of them at the peak. Prints one JSON line; `RECONNECT_CLIENTS=1000` for the long form. */
import { expect, it, vi } from 'vitest';
import { paceOf, type Pace } from '../../main/core/liveagent/buckets.ts';
import { levels } from '../simulate/model/levels.ts';
import { clearWeather } from '../simulate/weather.ts';
import { createWorld } from './ingest-world.ts';

vi.setConfig({ testTimeout: 600_000 });

const CLIENTS = Number(process.env['RECONNECT_CLIENTS'] ?? 12);
/** The server is gone for so long; `app` = the server stays and the apps are started again. */
const OUTAGES_MS = { blink: 0, restart: 20_000, night: 8 * 3_600_000, app: 60_000 } as const;
type Outage = keyof typeof OUTAGES_MS;

const down = { ...clearWeather, requests: { unreachable: 1 }, sockets: { refuse: 1 } };

/** When one client asked for something, ms after the server was back; each client is a world of its own with the same outage. */
const requestsOf = async (seed: number, outage: Outage, pace?: Pace): Promise<number[]> => {
  const world = await createWorld({
    seed,
    level: levels[seed % levels.length] ?? '4.14',
    origin: 'https://agents.example.test',
    ...(pace === undefined ? {} : { pace }),
  });
  try {
    world.start();
    expect(await world.live()).toBe(true);
    await world.pass(5 * 60_000);
    if (outage === 'app') {
      world.kill();
      await world.pass(OUTAGES_MS[outage]);
      world.start();
    } else {
      if (OUTAGES_MS[outage] > 0) world.conditions.weather = down;
      world.server.cable.disconnectAll('server_restart', true);
      await world.pass(OUTAGES_MS[outage]);
      world.conditions.weather = clearWeather;
    }
    const back = world.scheduler.time();
    await world.within(60_000, () => world.connection()?.state !== 'live');
    expect(await world.live(3 * 60_000)).toBe(true);
    await world.pass(5 * 60_000);
    expect(world.differences()).toEqual([]);
    return world.trace.events
      .filter(
        (event) =>
          event.t >= back && (event.kind === 'sent' || (event.kind === 'socket' && event.what === 'opened')),
      )
      .map(({ t }) => t - back);
  } finally {
    world.end();
  }
};

/** Most in any second that begins with one of them. */
const peak = (times: readonly number[]): number => {
  let most = 0;
  let first = 0;
  for (const [last, at] of times.entries()) {
    while (at - (times[first] ?? at) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

const measure = async (outage: Outage, clients: number, pace?: Pace) => {
  const each: number[][] = [];
  for (let seed = 1; seed <= clients; seed += 1) each.push(await requestsOf(seed, outage, pace));
  const firsts = each.map((times) => times.filter((at) => at - (times[0] ?? 0) < 1000).length);
  const all = each.flat().toSorted((a, b) => a - b);
  return {
    program: 'reconnect',
    outage,
    clients,
    // The opening of the socket is one.
    inFirstSecond: Math.max(...firsts),
    worstSeed: firsts.indexOf(Math.max(...firsts)) + 1,
    floor: 10,
    moonshot: 3,
    peakOfAllPerClient: Number((peak(all) / clients).toFixed(3)),
    peakOfOne: Math.max(...each.map(peak)),
  };
};

it.each(Object.keys(OUTAGES_MS) as Outage[])('together after: %s', async (outage) => {
  const figure = await measure(outage, CLIENTS);
  process.stdout.write(`${JSON.stringify(figure)}\n`);
  expect(figure.inFirstSecond).toBeLessThanOrEqual(figure.moonshot);
  expect(figure.peakOfAllPerClient).toBeLessThanOrEqual(figure.moonshot);
});

it('is noticed when a connection begins without holding back', async () => {
  const hasty = { ...paceOf({ modern: true, loopback: false }), apartMs: 0 };
  expect((await measure('blink', 4, hasty)).inFirstSecond).toBeGreaterThan(3);
});
