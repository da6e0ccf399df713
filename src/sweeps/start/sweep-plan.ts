import type { Clock } from '../../clock.ts';
import {
  chooseBitCount,
  estimatePoolSize,
  SIZE_SAMPLE,
  sweepTimeMs,
} from '../../model/batch-split.ts';
import type { Pool } from '../../model/pool.ts';
import { type Sweep, SweepState } from '../../model/sweep.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';
import type { Storage } from '../../storage/storage.ts';

/** A pool's estimated size, and how many batches it is split into. */
export interface SweepPlan {
  /** Estimated number of proxies; 0 only for an empty pool. */
  readonly size: number;
  /** k: 2^k batches. */
  readonly bitCount: number;
}

/** Estimates a pool's size and chooses its k. */
export async function planSweep(storage: Storage, pool: Pool): Promise<SweepPlan> {
  const size = estimatePoolSize(await storage.proxies.queryIds(pool.poolName, SIZE_SAMPLE));
  return { size, bitCount: chooseBitCount(size, pool.batchBitCounts[0]) };
}

/** How long after its deadline and the last checker's timeout a sweep is closed, milliseconds. */
const CLOSING_GRACE_MS = 60_000;

/** The latest time at which a sweep is closed, epoch milliseconds. */
export function closesAtMs(
  { deadlineAt }: Pick<Sweep, 'deadlineAt'>,
  { checkerTimeoutMs }: Pick<SweepLimits, 'checkerTimeoutMs'>,
): number {
  return Date.parse(deadlineAt) + checkerTimeoutMs + CLOSING_GRACE_MS;
}

/** Drafts the summary of a sweep that starts now. */
export function draftSweep(
  { clock, limits }: { readonly clock: Clock; readonly limits: SweepLimits },
  {
    pool,
    sweepId,
    trigger,
    edge,
    plan,
  }: {
    readonly pool: Pool;
    readonly sweepId: string;
    readonly trigger: Sweep['trigger'];
    readonly edge: boolean;
    readonly plan: SweepPlan;
  },
): Sweep {
  const { poolName, policyVersion } = pool;
  const now = clock.now();
  return {
    sweepId,
    poolName,
    bitCount: plan.bitCount,
    ...(policyVersion !== undefined && { policyVersion }),
    trigger,
    ...(edge && { edge: true as const }),
    startedAt: new Date(now).toISOString(),
    deadlineAt: new Date(now + sweepTimeMs(plan.bitCount, limits)).toISOString(),
    state: SweepState.running,
    // Without the rows of a pool that has expired, its results could not be read.
    expiresAtEpochSeconds:
      pool.expiresAtEpochSeconds ?? Math.ceil(now / 1000) + limits.retentionSeconds,
  };
}
