import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSweepId,
  manualSweepId,
  scheduledSweepId,
  sweepIdTimeMs,
} from '../../src/model/sweep-id.ts';
import { TEST_TIME } from '../support/fakes/fake-clock.ts';

describe('sweep ids', () => {
  it('are UUIDs of version 7 that carry their time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.string(), (timeMs, poolName) => {
        const id = scheduledSweepId(poolName, timeMs);
        expect(isSweepId(id)).toBe(true);
        expect(sweepIdTimeMs(id)).toBe(timeMs);
      }),
    );
  });

  it('sort by time', () => {
    const times = fc.integer({ min: 0, max: 2 ** 48 - 2 });
    fc.assert(
      fc.property(times, fc.nat(1_000_000), (timeMs, laterBy) => {
        const later = Math.min(timeMs + laterBy + 1, 2 ** 48 - 1);
        expect(scheduledSweepId('a', timeMs) < scheduledSweepId('b', later)).toBe(true);
      }),
    );
  });

  it('are the same however often the schedule fires, and differ by pool and time', () => {
    const id = scheduledSweepId('fleet', TEST_TIME);
    expect(scheduledSweepId('fleet', TEST_TIME)).toBe(id);
    expect(scheduledSweepId('other', TEST_TIME)).not.toBe(id);
    expect(scheduledSweepId('fleet', TEST_TIME + 60_000)).not.toBe(id);
  });

  it('come after the last one even when the clock stepped back', () => {
    const lastSweepId = scheduledSweepId('fleet', TEST_TIME);
    const id = manualSweepId({ nowMs: TEST_TIME - 600_000, lastSweepId });
    expect(id > lastSweepId).toBe(true);
    expect(sweepIdTimeMs(id)).toBe(TEST_TIME + 1);
  });

  it('are no two the same when they are made by hand at one instant', () => {
    const ids = Array.from({ length: 9 }, () => manualSweepId({ nowMs: 1 }));
    expect(new Set(ids).size).toBe(9);
  });

  it('are told apart from other texts', () => {
    for (const text of ['', 'summary', '0190b7a0-0000-4000-8000-000000000000', '__proto__']) {
      expect(isSweepId(text)).toBe(false);
    }
  });
});
