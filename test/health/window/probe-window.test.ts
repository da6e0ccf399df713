import type { EventLoopUtilization } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { mapConcurrently } from '../../../src/async/map-concurrently.ts';
import { onAbort } from '../../../src/async/on-abort.ts';
import { type Pace, Pacer, PERIOD_MS } from '../../../src/health/window/pacer.ts';
import { ProbeWindow, type Starter } from '../../../src/health/window/probe-window.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

/** Counts the starts that the pacer allows over some seconds of a fake clock. */
function startsOver(seconds: number, utilization: number): number {
  const clock = new FakeClock();
  const reading: EventLoopUtilization = { idle: 0, active: 0, utilization };
  const pacer = new Pacer(clock, () => reading);
  let starts = 0;
  for (let elapsedMs = 0; elapsedMs < seconds * 1000; elapsedMs++) {
    while (pacer.take() === 0) starts++;
    clock.advance(1);
  }
  return starts;
}

describe('Pacer', () => {
  it('starts more and more while the event loop is idle, up to 10,000 per second', () => {
    expect(startsOver(1, 0.05)).toBeGreaterThan(1000);
    expect(startsOver(10, 0.05)).toBeLessThanOrEqual(10 * 10_000 + 100);
    expect(startsOver(10, 0.05)).toBeGreaterThan(7 * 10_000);
  });

  it('cuts the rate while the event loop is busy, down to 10 per second', () => {
    expect(startsOver(10, 1)).toBeLessThan(600);
    expect(startsOver(10, 1) - startsOver(5, 1)).toBeGreaterThanOrEqual(45);
  });

  it('starts at a utilisation that is too much for honest latencies only where it is asked to be fast', () => {
    const rateAt = (utilization: number, pace: Pace) => {
      const clock = new FakeClock();
      const pacer = new Pacer(clock, () => ({ idle: 0, active: 0, utilization }), pace);
      for (let elapsedMs = 0; elapsedMs < 5000; elapsedMs++, clock.advance(1)) {
        while (pacer.take() === 0);
      }
      return pacer.ratePerSecond;
    };
    expect(rateAt(0.85, 'steady')).toBeLessThan(500);
    expect(rateAt(0.85, 'fast')).toBeGreaterThan(1000);
    expect(rateAt(1, 'fast')).toBeLessThan(500);
  });

  it('starts a few at a time, so that their wake-ups are shared', () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, () => ({ idle: 0, active: 0, utilization: 0.66 }));
    const startedAt: number[] = [];
    for (let elapsedMs = 0; elapsedMs < 200; elapsedMs++) {
      while (pacer.take() === 0) startedAt.push(elapsedMs);
      clock.advance(1);
    }
    expect(startedAt.length).toBeGreaterThan(90);
    // 500 per second in groups of two.
    expect(new Set(startedAt).size).toBeLessThan(0.6 * startedAt.length);
  });

  it.each([
    { name: 'as long as it says', longestMs: Number.POSITIVE_INFINITY },
    { name: 'as the window waits', longestMs: PERIOD_MS },
  ])('keeps to the lowest rate when the caller waits $name', ({ longestMs }) => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, () => ({ idle: 0, active: 0, utilization: 1 }));
    const startsOf = (periodMs: number) => {
      let starts = 0;
      for (let waitedMs = 0; waitedMs < periodMs; ) {
        const waitMs = Math.min(pacer.take(), longestMs);
        if (waitMs === 0) starts++;
        waitedMs += waitMs;
        clock.advance(waitMs);
      }
      return starts;
    };
    startsOf(5000);
    expect(pacer.ratePerSecond).toBe(10);
    const starts = startsOf(10_000);
    expect(starts).toBeGreaterThanOrEqual(95);
    expect(starts).toBeLessThanOrEqual(101);
  });

  it('starts a probe at least every tenth of a second, however busy it has been', () => {
    const busy = fc.double({ min: 0.8, max: 1, noNaN: true });
    const utilizations = fc.array(busy, { minLength: 30, maxLength: 90 });
    const holds = fc.property(utilizations, (course) => {
      const clock = new FakeClock();
      let looks = 0;
      const pacer = new Pacer(clock, () => {
        const utilization = course[looks++] ?? 0;
        return { idle: 0, active: 0, utilization };
      });
      for (let elapsedMs = 0, quietMs = 0; elapsedMs < 3000; ) {
        const waitMs = Math.min(pacer.take(), PERIOD_MS);
        quietMs = waitMs === 0 ? 0 : quietMs + waitMs;
        expect(quietMs).toBeLessThanOrEqual(1000 / 10 + PERIOD_MS);
        elapsedMs += waitMs;
        clock.advance(waitMs);
      }
    });
    fc.assert(holds, { endOnFailure: true });
  });

  it('follows the rate reached when something else holds probes back, and catches up on nothing', () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock, () => ({ idle: 0, active: 0, utilization: 0.05 }));
    const startUpTo = (most: number) => {
      let starts = 0;
      while (starts < most && pacer.take() === 0) starts++;
      return starts;
    };
    for (let elapsedMs = 0; elapsedMs < 3000; elapsedMs++, clock.advance(1)) startUpTo(100);
    expect(pacer.ratePerSecond).toBe(10_000);
    // There is room for one start per millisecond.
    for (let elapsedMs = 0; elapsedMs < 2000; elapsedMs++, clock.advance(1)) startUpTo(1);
    expect(pacer.ratePerSecond).toBeLessThan(1200);
    expect(startUpTo(100)).toBeLessThan(15);
  });
});

describe('ProbeWindow', () => {
  it('keeps its limits, overall and per host, and lets other hosts pass a full one', async () => {
    const window = new ProbeWindow({ concurrency: 4, maxInFlightPerHost: 2 });
    const others = Promise.withResolvers<void>();
    const inFlight: string[] = [];
    let passed = 0;
    const probe = async (host: string) => {
      inFlight.push(host);
      expect(inFlight.length).toBeLessThanOrEqual(4);
      expect(inFlight.filter((each) => each === 'gate').length).toBeLessThanOrEqual(2);
      if (host !== 'gate' && ++passed === 3) others.resolve();
      // The gate's probes last until those behind them in the queue have passed.
      if (host === 'gate') await others.promise;
      inFlight.splice(inFlight.indexOf(host), 1);
      return host;
    };
    const hosts = [...Array<string>(20).fill('gate'), 'a', 'b', 'c'];
    const done = await Promise.all(hosts.map((host) => window.run(host, () => probe(host))));
    expect(done).toEqual(hosts);
    expect(window.statistics()).toMatchObject({ started: 23, inFlight: 0 });
  });

  it('forgets a waiter whose signal is aborted', async () => {
    const window = new ProbeWindow({ concurrency: 1 });
    let release = () => {};
    const first = window.run(
      'a',
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const controller = new AbortController();
    const second = window.run('b', async () => 'never', controller.signal);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    release();
    await first;
    expect(await window.run('c', async () => 'next')).toBe('next');
  });

  it('has starters take turns under its limits, and waits for one that has no room', async () => {
    const window = new ProbeWindow({ concurrency: 6, maxInFlightPerHost: 6 });
    const other = {
      room: 2,
      take() {
        if (this.room === 0) return Number.POSITIVE_INFINITY;
        this.room -= 1;
        return 0;
      },
    };
    window.addStarter(other);
    const started: boolean[] = [];
    const ends: (() => void)[] = [];
    const probe = (starter: Starter) => {
      started.push(starter === other);
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    const runs = Array.from({ length: 7 }, () => window.run('a', probe));
    await vi.waitUntil(() => started.length === 6);
    expect(started.filter(Boolean)).toHaveLength(2);
    expect(window.statistics().inFlight).toBe(6);
    other.room = 1;
    window.resume();
    expect(other.room).toBe(1);
    ends[0]?.();
    await vi.waitUntil(() => started.length === 7);
    window.removeStarter(other);
    for (const end of ends) end();
    await Promise.all(runs);
  });

  it.each([0, 1.5, 10_001])('refuses a concurrency of %d', (concurrency) => {
    expect(() => new ProbeWindow({ concurrency })).toThrow(/from 1 to 10000/);
  });
});

describe('mapConcurrently', () => {
  it('throws what the source throws, after what it gave', async () => {
    async function* source() {
      yield 1;
      throw new Error('unreadable');
    }
    const results: number[] = [];
    const run = async () => {
      const work = async (item: number) => item;
      const stream = mapConcurrently(source(), { concurrency: 4, signal: undefined, work });
      for await (const result of stream) results.push(result);
    };
    await expect(run()).rejects.toThrow('unreadable');
  });

  it('closes the source when the consumer leaves', async () => {
    let closed = false;
    function* source() {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        closed = true;
      }
    }
    const work = async (item: number) => item;
    for await (const _ of mapConcurrently(source(), { concurrency: 4, signal: undefined, work })) {
      break;
    }
    expect(closed).toBe(true);
  });

  it('yields in the order of completion', async () => {
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const work = async (item: number) => {
      await gates[item]?.promise;
      return item;
    };
    const stream = mapConcurrently([0, 1, 2], { concurrency: 3, signal: undefined, work });
    const order: number[] = [];
    for (const next of [2, 0, 1]) {
      gates[next]?.resolve();
      const { value } = await stream.next();
      if (value !== undefined) order.push(value);
    }
    expect(order).toEqual([2, 0, 1]);
    expect((await stream.next()).done).toBe(true);
  });
});

describe('onAbort', () => {
  it('calls every callback once, except those that were forgotten', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    onAbort(controller.signal, () => calls.push('a'));
    const forget = onAbort(controller.signal, () => calls.push('b'));
    onAbort(controller.signal, () => calls.push('c'));
    forget();
    controller.abort();
    expect(calls.sort()).toEqual(['a', 'c']);
  });

  it('does not call a callback that another one forgets', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const forgets = ['a', 'b'].map((name, index) =>
      onAbort(controller.signal, () => {
        calls.push(name);
        forgets[1 - index]?.();
      }),
    );
    controller.abort();
    expect(calls).toHaveLength(1);
  });
});
