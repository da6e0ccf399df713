/** Upper bounds of all buckets except the last, milliseconds: four to a decade. */
const UPPER_BOUNDS_MS = [
  5, 10, 18, 32, 56, 100, 180, 320, 560, 1000, 1800, 3200, 5600, 10_000, 18_000,
] as const;

/** How many buckets a latency histogram has. */
export const LATENCY_BUCKETS = UPPER_BOUNDS_MS.length + 1;

/** The longest possible latency: one attempt's largest deadline, milliseconds. */
const MAX_LATENCY_MS = 30_000;

/** Counts latencies, in milliseconds, in 16 logarithmic buckets. */
export function histogramOf(latenciesMs: Iterable<number>): number[] {
  const buckets = new Array<number>(LATENCY_BUCKETS).fill(0);
  for (const latencyMs of latenciesMs) {
    const found = UPPER_BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
    const bucket = found === -1 ? LATENCY_BUCKETS - 1 : found;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

/**
 * The latency, milliseconds, that a fraction of those counted does not exceed, interpolated within
 * its bucket on a logarithmic scale; off by at most the bucket's width. Null when none was counted.
 *
 * @param fraction 0 to 1
 */
export function percentileOf(histogram: readonly number[], fraction: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rank = fraction * total;
  for (const [bucket, count] of histogram.entries()) {
    if (count > 0 && rank <= count) return interpolate(bucket, rank / count);
    rank -= count;
  }
  return MAX_LATENCY_MS;
}

function interpolate(bucket: number, fraction: number): number {
  const low = UPPER_BOUNDS_MS[bucket - 1] ?? 1;
  const high = UPPER_BOUNDS_MS[bucket] ?? MAX_LATENCY_MS;
  return Math.round(low * (high / low) ** fraction);
}
