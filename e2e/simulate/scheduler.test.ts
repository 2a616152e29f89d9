/** Virtual time: order, draining of promise reactions, sleep, and the core's two clocks over it. */
import { describe, expect, it } from 'vitest';
import { createClock, EPOCH_MS } from './clock.ts';
import { createScheduler } from './scheduler.ts';

const fail = (error: unknown): never => {
  throw error;
};

describe('virtual time', () => {
  it('runs events by time, then by the order they were scheduled', async () => {
    const scheduler = createScheduler(fail);
    const seen: string[] = [];
    for (const [ms, name] of [
      [5, 'c'],
      [1, 'a'],
      [1, 'b'],
      [9, 'd'],
    ] as const)
      scheduler.after(ms, 'world', () => seen.push(name));
    await scheduler.runUntil(6);
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(scheduler.time()).toBe(6);
  });

  it('keeps the order of a thousand events in any order of scheduling', async () => {
    const scheduler = createScheduler(fail);
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const time = (i * 7919) % 1009;
      scheduler.at(time, 'world', () => seen.push(time));
    }
    await scheduler.runUntil(2000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen).toHaveLength(1000);
  });

  it('lets long chains of promises end before the next event', async () => {
    const scheduler = createScheduler(fail);
    const seen: string[] = [];
    scheduler.after(1, 'core', () => {
      void (async () => {
        for (let i = 0; i < 500; i++) await Promise.resolve();
        await new Promise<void>((resolve) => process.nextTick(resolve));
        seen.push('chain');
      })();
    });
    scheduler.after(1, 'core', () => seen.push('next'));
    await scheduler.runUntil(1);
    expect(seen).toEqual(['chain', 'next']);
  });

  it('hands what an event throws to its owner and goes on', async () => {
    const errors: unknown[] = [];
    const scheduler = createScheduler((error) => errors.push(error));
    let later = false;
    scheduler.after(1, 'core', () => fail(new Error('broken')));
    scheduler.after(2, 'core', () => {
      later = true;
    });
    await scheduler.runUntil(3);
    expect(errors).toHaveLength(1);
    expect(later).toBe(true);
  });

  it('holds back the core in sleep and not the world', async () => {
    const scheduler = createScheduler(fail);
    const seen: string[] = [];
    scheduler.after(10, 'core', () => seen.push('core'));
    scheduler.after(10, 'world', () => seen.push('world'));
    scheduler.sleep();
    await scheduler.runUntil(100);
    expect(seen).toEqual(['world']);
    scheduler.wake();
    await scheduler.runUntil(100);
    expect(seen).toEqual(['world', 'core']);
    expect(scheduler.slept()).toBe(100);
  });
});

describe('the clocks of the core', () => {
  it('jumps the wall clock without touching timers', async () => {
    const scheduler = createScheduler(fail);
    const wall = { skew: 0 };
    const { clock } = createClock(scheduler, { stopsInSleep: false, wall });
    let ran = false;
    clock.after(1000, () => {
      ran = true;
    });
    wall.skew = -86_400_000;
    expect(clock.now()).toBe(EPOCH_MS - 86_400_000);
    await scheduler.runUntil(999);
    expect(ran).toBe(false);
    await scheduler.runUntil(1000);
    expect(ran).toBe(true);
    expect(clock.monotonic()).toBe(1000);
  });

  it.each([
    [true, 1500],
    [false, 1000],
  ])(
    'with a monotonic clock that stops in sleep (%s), a timer set for 1000 ms that slept 500 runs at %i',
    async (stopsInSleep, at) => {
      const scheduler = createScheduler(fail);
      const { clock } = createClock(scheduler, { stopsInSleep, wall: { skew: 0 } });
      const ran: number[] = [];
      clock.after(1000, () => ran.push(scheduler.time()));
      await scheduler.runUntil(100);
      scheduler.sleep();
      await scheduler.runUntil(600);
      scheduler.wake();
      await scheduler.runUntil(3000);
      expect(ran).toEqual([at]);
    },
  );

  it('runs nothing of a dead process', async () => {
    const scheduler = createScheduler(fail);
    const { clock, kill } = createClock(scheduler, { stopsInSleep: false, wall: { skew: 0 } });
    let ran = false;
    clock.after(10, () => {
      ran = true;
    });
    kill();
    await scheduler.runUntil(100);
    expect(ran).toBe(false);
  });
});
