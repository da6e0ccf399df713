import type { PoolState } from '../../model/pool.ts';
import { sweepIdTimeMs } from '../../model/sweep-id.ts';

/** Between two ticks, milliseconds. */
const TICK_MS = 60_000;

/** A sweep that is to begin. */
export interface DueSweep {
  /** The time it counts for, epoch milliseconds. */
  readonly scheduledAt: number;
  /** It comes between two sweeps of the schedule, for what cannot wait. */
  readonly edge: boolean;
}

/**
 * The sweep of a pool that a tick is to start; null when none is due.
 *
 * @param tickAt the time the tick fired for, epoch milliseconds
 */
export function findDueSweep(pool: PoolState, tickAt: number): DueSweep | null {
  const { intervalSeconds, createdAt, lastSweepId, wholeSweepId } = pool;
  if (intervalSeconds === null) return null;
  // A sweep for a minute before the pool was made would be that of a deleted pool of the same name.
  if (tickAt < Date.parse(createdAt)) return null;
  if (lastSweepId === undefined) return { scheduledAt: tickAt, edge: false };
  const lastAt = sweepIdTimeMs(lastSweepId);
  const sinceWholeMs = tickAt - sweepIdTimeMs(wholeSweepId ?? lastSweepId);
  const intervalMs = intervalSeconds * 1000;
  if (sinceWholeMs < intervalMs) {
    return isEdgeDue(pool, { lastAt, tickAt }) ? { scheduledAt: tickAt, edge: true } : null;
  }
  // An edge sweep that still ran at the schedule's time does not move the schedule.
  const onSchedule = tickAt - (sinceWholeMs % intervalMs);
  const isDelayed = wholeSweepId !== undefined && onSchedule > lastAt;
  return { scheduledAt: isDelayed ? onSchedule : tickAt, edge: false };
}

/**
 * Whether something waits for a probe that may not wait for the schedule: a proxy that the last
 * sweep has changed, is new since it, or has failed while leased since it. All of it stands in the
 * pool's item.
 */
function isEdgeDue(
  { backOff, lastSweepChanged, newSince, failedSince }: PoolState,
  { lastAt, tickAt }: { readonly lastAt: number; readonly tickAt: number },
): boolean {
  if (backOff === null) return false;
  const edgeMs = backOff.edgeIntervalSeconds * 1000;
  if (lastSweepChanged && tickAt >= lastAt + edgeMs) return true;
  const newAt = Date.parse(newSince ?? '');
  if (newAt > lastAt && newAt <= tickAt) return true;
  const failedAt = Date.parse(failedSince ?? '');
  // The next tick would be too late.
  return failedAt > lastAt && tickAt + TICK_MS > failedAt + edgeMs;
}
