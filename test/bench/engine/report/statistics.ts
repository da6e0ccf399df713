/** The middle of some numbers; of an even count, between the two in the middle. */
export function median(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The smallest value that at least this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
