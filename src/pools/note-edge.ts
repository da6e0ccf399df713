import type { Clock } from '../clock.ts';
import type { Pool } from '../model/pool.ts';
import { sweepIdTimeMs } from '../model/sweep-id.ts';
import type { EdgeCause } from '../storage/pool-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { isFromTheFuture } from './quarantine.ts';

/** How soon new proxies are probed: the next tick comes within a minute. */
const NEW_WITHIN_SECONDS = 60;

type EdgePool = Pick<Pool, 'poolName' | 'intervalSeconds' | 'backOff' | 'lastSweepId' | EdgeCause>;

/**
 * Notes on a pool with `backOff` why it has to be swept before its schedule's next sweep. Writes
 * nothing when that comes soon enough, or when a cause is noted that no sweep has served yet: one
 * write for all imports, and one for all failures, between two sweeps.
 *
 * @param pool as read after the rows that are to be probed were written. A cause that it still shows
 *   is served by a sweep that begins later and so reads those rows
 */
export async function noteEdge(
  { storage, clock }: { readonly storage: Storage; readonly clock: Clock },
  pool: EdgePool,
  cause: EdgeCause,
): Promise<void> {
  const { poolName, intervalSeconds, backOff } = pool;
  if (backOff === null || intervalSeconds === null) return;
  const soonEnough = cause === 'newSince' ? NEW_WITHIN_SECONDS : backOff.edgeIntervalSeconds;
  if (intervalSeconds <= soonEnough || isPending(pool, cause, clock.now())) return;
  await storage.pools.noteEdge(poolName, cause, new Date(clock.now()).toISOString());
}

/**
 * Whether no sweep has begun since a cause was noted. One noted by a clock that is far ahead does
 * not count, or it would stand in the way of all others.
 */
function isPending(pool: EdgePool, cause: EdgeCause, now: number): boolean {
  const since = Date.parse(pool[cause] ?? '');
  const { lastSweepId } = pool;
  const servedUntil = lastSweepId === undefined ? 0 : sweepIdTimeMs(lastSweepId);
  return since > servedUntil && !isFromTheFuture(since, now);
}
