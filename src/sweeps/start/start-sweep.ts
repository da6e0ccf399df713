import { ConflictError, NotFoundError } from '../../errors.ts';
import { WHOLE_POOL } from '../../model/batch-range.ts';
import type { Pool } from '../../model/pool.ts';
import type { Sweep } from '../../model/sweep.ts';
import { manualSweepId, scheduledSweepId, sweepIdTimeMs } from '../../model/sweep-id.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';
import { withPolicyVersion } from '../../pools/policy-versions.ts';
import { requireAnyPool, requirePool } from '../../pools/require-pool.ts';
import type { ClaimOutcome } from '../../storage/pool-storage.ts';
import type { SweepContext } from '../record/close-sweep.ts';
import { recordBatch } from '../record/record-batch.ts';
import { settleSweepId } from './sweep-key.ts';
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
      /** It probes only what cannot wait for the schedule's next sweep. @default false */
      readonly edge?: boolean;
    };

/**
 * Starts a sweep of a pool: plans its batches, claims the pool and stores the summary. Starting
 * the same sweep again (the same scheduled time or idempotency key) returns it. A sweep of an empty
 * pool is closed at once.
 *
 * @throws {NotFoundError} when there is no such pool
 * @throws {ConflictError} when the pool is being deleted or swept, has had a later sweep, or may
 * expire before the sweep ends
 * @throws {IncompatibleError} when another version has stored what this one cannot sweep with
 * @throws {InvalidInputError} when an earlier version has stored a larger policy than one may be
 */
export async function startSweep(
  dependencies: StartDependencies,
  request: SweepRequest,
): Promise<Sweep> {
  const { storage } = dependencies;
  const asRead = await requirePool(storage, request.poolName);
  const sweepId = await sweepIdFor(dependencies, asRead, request);
  const known = await findSweep(dependencies, asRead, sweepId);
  if (known) return known;
  const pool = await withPolicyVersion(dependencies, asRead);
  const plan = await planSweep(storage, pool);
  const edge = request.trigger === 'schedule' && request.edge === true;
  const draft = draftSweep(dependencies, { pool, sweepId, trigger: request.trigger, edge, plan });
  requireTimeLeft(pool, draft, dependencies);
  const { poolName, expiresAtEpochSeconds, wholeSweepId = pool.lastSweepId } = pool;
  const claim = await storage.pools.claim({
    poolName,
    sweepId,
    batchBitCounts: [plan.bitCount, ...pool.batchBitCounts.filter((k) => k !== plan.bitCount)],
    ...(edge && wholeSweepId !== undefined && { wholeSweepId }),
    ...(expiresAtEpochSeconds !== undefined && { expiresAtEpochSeconds }),
  });
  if (!claim.claimed) return findStarted(dependencies, { request, sweepId, claim });
  const sweep = await storage.sweeps.put(draft);
  if (plan.size > 0) return sweep;
  await recordBatch(dependencies, sweep, { bits: WHOLE_POOL, results: new Map(), bytes: 0 });
  return (await storage.sweeps.get(sweepId)) ?? sweep;
}

/**
 * Reads the summary of a pool's running sweep; stores it first if a crash left the sweep without
 * one. Null when the sweep is another pool's, or the pool's sweep no longer.
 */
export async function restoreSweep(
  dependencies: StartDependencies,
  poolName: string,
  sweepId: string,
): Promise<Sweep | null> {
  const { storage } = dependencies;
  const stored = await storage.sweeps.get(sweepId);
  if (stored) return stored.poolName === poolName ? stored : null;
  const asRead = await requireAnyPool(storage, poolName);
  if (asRead.runningSweepId !== sweepId) return null;
  const isEnding = asRead.deletingSince !== undefined;
  const pool = isEnding ? asRead : await withPolicyVersion(dependencies, asRead);
  const { size } = await planSweep(storage, pool);
  // The claim has left its k in the pool, although no summary followed.
  const plan = { size, bitCount: pool.batchBitCounts[0] ?? 0 };
  const scheduled = scheduledSweepId(poolName, sweepIdTimeMs(sweepId)) === sweepId;
  const trigger = scheduled ? 'schedule' : 'manual';
  // Only the claim of an edge sweep leaves this in the pool.
  const edge = asRead.wholeSweepId !== undefined;
  return storage.sweeps.put(draftSweep(dependencies, { pool, sweepId, trigger, edge, plan }));
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

async function sweepIdFor(
  dependencies: StartDependencies,
  pool: Pool,
  request: SweepRequest,
): Promise<string> {
  if (request.trigger === 'schedule') return scheduledSweepId(pool.poolName, request.scheduledAt);
  const { createdAt, lastSweepId } = pool;
  const proposed = manualSweepId({ nowMs: dependencies.clock.now(), createdAt, lastSweepId });
  const key = request.idempotencyKey;
  return key === undefined ? proposed : settleSweepId(dependencies, { pool, key, proposed });
}

/** The sweep with an id, if the pool has had it; else null. */
async function findSweep(
  dependencies: StartDependencies,
  { poolName, runningSweepId, lastSweepId }: Pool,
  sweepId: string,
): Promise<Sweep | null> {
  if (runningSweepId === sweepId) return restoreSweep(dependencies, poolName, sweepId);
  // An id later than the last one has not been claimed.
  if (lastSweepId === undefined || lastSweepId < sweepId) return null;
  const sweep = await dependencies.storage.sweeps.get(sweepId);
  return sweep?.poolName === poolName ? sweep : null;
}

/** Answers a request whose claim was refused. */
async function findStarted(
  dependencies: StartDependencies,
  {
    request,
    sweepId,
    claim: { runningSweepId, lastSweepId },
  }: {
    readonly request: SweepRequest;
    readonly sweepId: string;
    readonly claim: Exclude<ClaimOutcome, { claimed: true }>;
  },
): Promise<Sweep> {
  const pool = await requirePool(dependencies.storage, request.poolName);
  // A request with the same key may have begun it, under the id that the key has by now.
  const hasKey = request.trigger === 'manual' && request.idempotencyKey !== undefined;
  const wanted = hasKey ? await sweepIdFor(dependencies, pool, request) : sweepId;
  const known = await findSweep(dependencies, pool, wanted);
  if (known) return known;
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
