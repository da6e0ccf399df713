import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf, percentileOf } from '../../../src/sweeps/record/latency-histogram.ts';

describe('latency histogram', () => {
  it('counts every latency in one of 16 buckets', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 30_000, noNaN: true }));
    fc.assert(
      fc.property(latencies, (latenciesMs) => {
        const histogram = histogramOf(latenciesMs);
        expect(histogram).toHaveLength(16);
        expect(histogram.reduce((a, b) => a + b, 0)).toBe(latenciesMs.length);
      }),
    );
  });

  it('knows no percentile of nothing', () => {
    expect(percentileOf(histogramOf([]), 0.5)).toBeNull();
  });

  it('is off by at most one bucket', () => {
    const latencies = fc.array(fc.double({ min: 1, max: 30_000, noNaN: true }), { minLength: 1 });
    const fractions = fc.constantFrom(0.5, 0.95, 0.99, 1);
    fc.assert(
      fc.property(latencies, fractions, (latenciesMs, fraction) => {
        const sorted = latenciesMs.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
        const estimate = percentileOf(histogramOf(latenciesMs), fraction) ?? 0;
        expect(Math.round(estimate)).toBeGreaterThanOrEqual(Math.floor(exact / 1.9) - 4);
        expect(estimate).toBeLessThanOrEqual(Math.ceil(exact * 1.9) + 5);
      }),
    );
  });

  it('does not fall as the fraction rises', () => {
    const histogram = histogramOf([3, 30, 30, 300, 3000, 29_000]);
    const values = [0, 0.1, 0.5, 0.9, 0.99, 1].map((f) => percentileOf(histogram, f) ?? 0);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });
});
