import type { Clock } from '../../clock.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { WHOLE_POOL } from '../../model/batch-range.ts';
import type { Pool } from '../../model/pool.ts';
import type { Sweep } from '../../model/sweep.ts';
import {
  isSameRequest,
  manualSweepId,
  scheduledSweepId,
  sweepIdTimeMs,
} from '../../model/sweep-id.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';
import { requirePool } from '../../pools/require-pool.ts';
import type { ClaimOutcome } from '../../storage/pool-storage.ts';
import type { SweepContext } from '../record/close-sweep.ts';
import { recordBatch } from '../record/record-batch.ts';
import { closesAtMs, draftSweep, planSweep } from './sweep-plan.ts';

export interface StartDependencies extends SweepContext {
  readonly limits: SweepLimits;
}

export type SweepRequest =
  | {
      readonly poolName: string;
      readonly trigger: 'manual';
      /** Requests with the same key start one sweep; later ones return that sweep. */
      readonly idempotencyKey?: string;
    }
  | {
      readonly poolName: string;
      readonly trigger: 'schedule';
      /** The time the schedule fired for, epoch milliseconds. */
      readonly scheduledAt: number;
    };

/**
 * Starts a sweep of a pool: plans its batches, claims the pool and stores the summary. Starting
 * the same sweep again (the same scheduled time or idempotency key) returns it. A sweep of an empty
 * pool is closed at once.
 *
 * @throws {NotFoundError} when there is no such pool
 * @throws {ConflictError} when the pool is being deleted or swept, has had a later sweep, or may
 * expire before the sweep ends
 */
export async function startSweep(
  dependencies: StartDependencies,
  request: SweepRequest,
): Promise<Sweep> {
  const { storage, clock } = dependencies;
  const pool = await requirePool(storage, request.poolName);
  const sweepId = sweepIdFor(request, pool, clock);
  const known = await findSame(dependencies, pool, sweepId);
  if (known) return known;
  const plan = await planSweep(storage, pool);
  const draft = draftSweep(dependencies, { pool, sweepId, trigger: request.trigger, plan });
  requireTimeLeft(pool, draft, dependencies);
  const claim = await storage.pools.claim({
    poolName: pool.poolName,
    sweepId,
    batchBitCounts: [plan.bitCount, ...pool.batchBitCounts.filter((k) => k !== plan.bitCount)],
  });
  if (!claim.claimed) return findStarted(dependencies, { pool, sweepId, claim });
  const sweep = await storage.sweeps.put(draft);
  if (plan.size > 0) return sweep;
  await recordBatch(dependencies, sweep, { bits: WHOLE_POOL, results: new Map(), bytes: 0 });
  return (await storage.sweeps.get(sweepId)) ?? sweep;
}

/**
 * Reads the summary of a pool's running sweep; stores it first if a crash left the sweep without
 * one.
 */
export async function restoreSweep(
  dependencies: StartDependencies,
  pool: Pool,
  sweepId: string,
): Promise<Sweep> {
  const { storage } = dependencies;
  const stored = await storage.sweeps.get(sweepId);
  if (stored) return stored;
  const { size } = await planSweep(storage, pool);
  // The claim has left its k in the pool, although no summary followed.
  const plan = { size, bitCount: pool.batchBitCounts[0] ?? 0 };
  const scheduled = scheduledSweepId(pool.poolName, sweepIdTimeMs(sweepId)) === sweepId;
  const trigger = scheduled ? 'schedule' : 'manual';
  return storage.sweeps.put(draftSweep(dependencies, { pool, sweepId, trigger, plan }));
}

/** Asserts that no item of a sweep expires while it runs: items expire with the pool. */
function requireTimeLeft(
  { poolName, expiresAtEpochSeconds }: Pool,
  draft: Sweep,
  { limits }: StartDependencies,
): void {
  if (expiresAtEpochSeconds === undefined) return;
  const expiresAt = expiresAtEpochSeconds * 1000;
  if (closesAtMs(draft, limits) < expiresAt) return;
  throw new ConflictError(
    `pool "${poolName}" expires at ${new Date(expiresAt).toISOString()}, ` +
      'which a sweep begun now may outlive; check its list again',
  );
}

function sweepIdFor(request: SweepRequest, pool: Pool, clock: Clock): string {
  if (request.trigger === 'schedule') return scheduledSweepId(pool.poolName, request.scheduledAt);
  const { createdAt, lastSweepId } = pool;
  return manualSweepId({
    nowMs: clock.now(),
    createdAt,
    lastSweepId,
    idempotencyKey: request.idempotencyKey,
  });
}

/** The pool's last sweep if this very request started it; else null. */
async function findSame(
  dependencies: StartDependencies,
  pool: Pool,
  sweepId: string,
): Promise<Sweep | null> {
  const { lastSweepId, runningSweepId } = pool;
  if (lastSweepId === undefined || !isSameRequest(lastSweepId, sweepId)) return null;
  return runningSweepId === lastSweepId
    ? restoreSweep(dependencies, pool, lastSweepId)
    : dependencies.storage.sweeps.get(lastSweepId);
}

/** Answers a request whose claim was refused. */
async function findStarted(
  dependencies: StartDependencies,
  {
    pool,
    sweepId,
    claim,
  }: {
    readonly pool: Pool;
    readonly sweepId: string;
    readonly claim: Exclude<ClaimOutcome, { claimed: true }>;
  },
): Promise<Sweep> {
  const { storage } = dependencies;
  const { runningSweepId, lastSweepId } = claim;
  const current = await requirePool(storage, pool.poolName);
  if (runningSweepId !== undefined && isSameRequest(runningSweepId, sweepId)) {
    return restoreSweep(dependencies, current, runningSweepId);
  }
  if (runningSweepId !== undefined) {
    throw new ConflictError(
      `pool "${pool.poolName}" is being swept: sweep ${runningSweepId} has to end first`,
    );
  }
  if (lastSweepId === undefined) throw new NotFoundError(`there is no pool "${pool.poolName}"`);
  throw new ConflictError(
    `pool "${pool.poolName}" has had sweep ${lastSweepId}, which is later than ${sweepId}`,
  );
}
