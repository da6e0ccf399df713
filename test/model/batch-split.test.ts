import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseBitCount, estimatePoolSize, sweepTimeMs } from '../../src/model/batch-split.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/model/sweep-limits.ts';

describe('estimatePoolSize', () => {
  it('counts a pool of fewer than 1,024 proxies', () => {
    expect(estimatePoolSize([])).toBe(0);
    expect(estimatePoolSize([randomUUID()])).toBe(1);
    expect(estimatePoolSize(Array.from({ length: 1023 }, () => randomUUID()))).toBe(1023);
  });

  it.each([1024, 5000, 50_000])('estimates %i proxies within 15 %%', (size) => {
    const ids = Array.from({ length: size }, () => randomUUID()).sort();
    const estimate = estimatePoolSize(ids.slice(0, 1024));
    expect(Math.abs(estimate - size) / size).toBeLessThan(0.15);
  });
});

describe('chooseBitCount', () => {
  it.each([
    [0, 0],
    [1, 0],
    [256, 0],
    [257, 1],
    [512, 1],
    [513, 2],
    [10_000, 6],
    [1_000_000, 12],
    [9_000_000, 12],
  ])('splits %i proxies into 2^%i batches', (size, bits) => {
    expect(chooseBitCount(size)).toBe(bits);
  });

  it('keeps k while batches hold 96 to 320 proxies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 96, max: 320 }), (k, rows) => {
        expect(chooseBitCount(rows * 2 ** k, k)).toBe(k);
      }),
    );
  });

  it('changes k outside that range', () => {
    expect(chooseBitCount(321 * 4, 2)).toBe(3);
    expect(chooseBitCount(95 * 4, 2)).toBe(1);
    expect(chooseBitCount(95, 0)).toBe(0);
    expect(chooseBitCount(2000 * 4096, 12)).toBe(12);
  });

  it('never splits a pool into batches of fewer than 96 or more than 320', () => {
    const sizes = fc.integer({ min: 192, max: 1_000_000 });
    fc.assert(
      fc.property(sizes, fc.option(fc.integer({ min: 0, max: 12 })), (size, current) => {
        const rows = size / 2 ** chooseBitCount(size, current ?? undefined);
        expect(rows).toBeGreaterThanOrEqual(96);
        expect(rows).toBeLessThanOrEqual(320);
      }),
    );
  });
});

describe('sweepTimeMs', () => {
  it('is two visibility timeouts and the whole time of a checker for every batch', () => {
    // Five checkers of a minute each.
    expect(sweepTimeMs(4, DEFAULT_SWEEP_LIMITS)).toBe(720_000 + (16 * 60_000) / 5);
  });

  it.each([0, 8, 9, 12])('is enough for 2^%i batches of one host that all time out', (bitCount) => {
    const { checkerTimeoutMs, concurrency, maxInFlightPerHost } = DEFAULT_SWEEP_LIMITS;
    const slowestMs = Math.min(Math.ceil(320 / maxInFlightPerHost) * 5000, checkerTimeoutMs);
    const needed = Math.ceil(2 ** bitCount / concurrency) * slowestMs;
    expect(sweepTimeMs(bitCount, DEFAULT_SWEEP_LIMITS)).toBeGreaterThan(needed);
  });
});
