import type { BatchCounts } from './sweep.ts';

type Verdicts = Pick<BatchCounts, 'active' | 'slow' | 'inactive' | 'skipped'>;

/**
 * The healthy share of the conclusive verdicts, 0 to 1; null when there are none. Proxies that were
 * skipped count by their last verdict: without them a pool whose dead proxies are seldom probed
 * would look healthier than it is.
 */
export function availabilityOf({ active, slow, inactive, skipped }: Verdicts): number | null {
  const healthy = active + slow + (skipped ? skipped.active + skipped.slow : 0);
  const conclusive = healthy + inactive + (skipped?.inactive ?? 0);
  return conclusive === 0 ? null : healthy / conclusive;
}
