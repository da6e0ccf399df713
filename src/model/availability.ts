import type { BatchCounts } from './sweep.ts';

type Verdicts = Pick<BatchCounts, 'active' | 'slow' | 'inactive'>;

/** The healthy share of the conclusive verdicts, 0 to 1; null when there are none. */
export function availabilityOf({ active, slow, inactive }: Verdicts): number | null {
  const healthy = active + slow;
  const conclusive = healthy + inactive;
  return conclusive === 0 ? null : healthy / conclusive;
}
