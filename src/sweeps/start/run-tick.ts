import { mapBounded } from '../../async/map-bounded.ts';
import { ConflictError } from '../../errors.ts';
import { isBelowLimit, type PoolState } from '../../model/pool.ts';
import { type Sweep, SweepState } from '../../model/sweep.ts';
import { closeSweep, finishSweep, missingBatches } from '../record/close-sweep.ts';
import { type DueSweep, findDueSweep } from './due-sweep.ts';
import { restoreSweep, type StartDependencies, startSweep } from './start-sweep.ts';
import { closesAtMs } from './sweep-plan.ts';

/** Pools tended at once. */
const POOL_CONCURRENCY = 8;

export interface TickDependencies extends StartDependencies {
  /** Starts sending the messages of a sweep; doing so twice does no harm. */
  readonly startFanOut: (sweepId: string) => Promise<void>;
}

/** What a tick did with one pool; `idle` when there was nothing to do. */
export type TickAction =
  | 'idle'
  | 'started'
  | 'running'
  /** Running after its deadline: soon to be closed as it is. */
  | 'overdue'
  | 'dispatched'
  | 'closed'
  | 'released'
  /** No sweep stands in the way of the pool's deletion: see `continueDeletions`. */
  | 'deleting';

/** One pool's part of a tick. */
export interface TickEntry {
  readonly poolName: string;
  readonly action: TickAction;
  readonly sweepId?: string;
  /** The pool was below its own limit of availability when the tick read it. */
  readonly belowLimit?: true;
  /** Why this pool's part failed; the other pools are unaffected. */
  readonly error?: unknown;
}

/**
 * Does one minute's work: starts a sweep of every pool that is due or has proxies that cannot wait
 * until it is, and moves on each sweep that a crash has left stuck. It restores the sweep's summary,
 * sends its messages, closes it when its ledger is complete, it is overdue or its pool is being
 * deleted, and clears the pool's pointer to it. Two ticks at once do this once.
 *
 * @param scheduledAt the time the schedule fired for, epoch milliseconds
 */
export async function runTick(
  dependencies: TickDependencies,
  scheduledAt: number,
): Promise<readonly TickEntry[]> {
  const pools: PoolState[] = [];
  for await (const pool of dependencies.storage.pools.listTended()) pools.push(pool);
  return mapBounded(pools, POOL_CONCURRENCY, async (pool) => {
    const { poolName } = pool;
    const entry = { poolName, ...(isBelowLimit(pool) && { belowLimit: true as const }) };
    try {
      return { ...entry, ...(await tend(dependencies, pool, scheduledAt)) };
    } catch (error) {
      return { ...entry, action: 'idle', error };
    }
  });
}

type Tended = Omit<TickEntry, 'poolName' | 'belowLimit'>;

async function tend(
  dependencies: TickDependencies,
  pool: PoolState,
  scheduledAt: number,
): Promise<Tended> {
  const sweepId = pool.runningSweepId;
  if (sweepId !== undefined) {
    const sweep = await restoreSweep(dependencies, pool.poolName, sweepId);
    if (!sweep) return release(dependencies, pool, sweepId);
    return { sweepId, action: await bringForward(dependencies, sweep, pool) };
  }
  if (pool.deletingSince !== undefined) return { action: 'deleting' };
  const due = findDueSweep(pool, scheduledAt);
  return due ? startDue(dependencies, pool, due) : { action: 'idle' };
}

/** Frees a pool from a sweep that is not its own, or is so no longer. */
async function release(
  { storage }: TickDependencies,
  { poolName }: PoolState,
  sweepId: string,
): Promise<Tended> {
  await storage.pools.clearRunningSweep(poolName, sweepId);
  return { action: 'released', sweepId };
}

async function startDue(
  dependencies: TickDependencies,
  { poolName }: PoolState,
  due: DueSweep,
): Promise<Tended> {
  const [first] = await dependencies.storage.proxies.queryIds(poolName, 1);
  if (first === undefined) return { action: 'idle' };
  try {
    const request = { poolName, trigger: 'schedule', ...due } as const;
    const { sweepId, dispatchedAt } = await startSweep(dependencies, request);
    if (dispatchedAt === undefined) await dependencies.startFanOut(sweepId);
    return { action: 'started', sweepId };
  } catch (error) {
    // Another caller started a sweep after this one read the pool and before its claim.
    if (error instanceof ConflictError) return { action: 'idle' };
    throw error;
  }
}

async function bringForward(
  dependencies: TickDependencies,
  sweep: Sweep,
  { deletingSince }: PoolState,
): Promise<TickAction> {
  const { storage, clock, limits, startFanOut } = dependencies;
  const { sweepId } = sweep;
  if (sweep.state !== SweepState.running) {
    await finishSweep(dependencies, sweep);
    return 'released';
  }
  const ledger = await storage.sweeps.readLedger(sweepId);
  const ends = deletingSince !== undefined || clock.now() > closesAtMs(sweep, limits);
  if (ends || missingBatches(sweep, ledger).length === 0) {
    await closeSweep(dependencies, sweep, ledger);
    return 'closed';
  }
  const dispatchedBy = Date.parse(sweep.startedAt) + limits.dispatchGraceMs;
  if (sweep.dispatchedAt === undefined && clock.now() >= dispatchedBy) {
    await startFanOut(sweepId);
    return 'dispatched';
  }
  return clock.now() > Date.parse(sweep.deadlineAt) ? 'overdue' : 'running';
}
