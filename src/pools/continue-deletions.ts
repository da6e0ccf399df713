import type { Clock } from '../clock.ts';
import { idPosition } from '../model/batch-split.ts';
import type { Pool } from '../model/pool.ts';
import { sweepIdTimeMs } from '../model/sweep-id.ts';
import type { SweepLimits } from '../model/sweep-limits.ts';
import type { Storage } from '../storage/storage.ts';
import { retirePolicy } from './policy-versions.ts';

/**
 * How long a pool outlives its mark, milliseconds. It is longer than an API call, which ends within
 * 30 s ("Quotas for HTTP APIs"; synth keeps the function's timeout below that), so that no import
 * that began before the mark can write rows after the search for the last ones.
 */
export const DELETION_GRACE_MS = 60_000;

/** The most rows deleted in one step. */
const CHUNK_SIZE = 500;

/** The progress made on the deletion of one pool. */
export interface DeletionEntry {
  readonly poolName: string;
  readonly rowsDeleted: number;
  /** Whether the pool itself is gone and its name is free. */
  readonly removed: boolean;
  /** The error that stopped this deletion; the other pools are unaffected. */
  readonly error?: unknown;
}

interface DeletionDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly limits?: Pick<SweepLimits, 'retentionSeconds'>;
}

/**
 * Continues to delete the pools marked for deletion, one chunk of rows from each in turn, until all
 * are done or the time is up. It may stop at any point, and any number may run at once: every step
 * follows from what is stored.
 *
 * @param options `budgetMs`: no chunk begins after this time, milliseconds
 */
export async function continueDeletions(
  dependencies: DeletionDependencies,
  poolNames: readonly string[],
  { budgetMs }: { readonly budgetMs: number },
): Promise<readonly DeletionEntry[]> {
  const { clock } = dependencies;
  const endsAt = clock.monotonic() + budgetMs;
  const entries = new Map<string, DeletionEntry>(
    poolNames.map((poolName) => [poolName, { poolName, rowsDeleted: 0, removed: false }]),
  );
  const open = new Set(poolNames);
  while (open.size > 0 && clock.monotonic() < endsAt) {
    for (const poolName of open) {
      if (clock.monotonic() >= endsAt) break;
      const { rowsDeleted, removed, hasMore, error } = await settleChunk(dependencies, poolName);
      const before = entries.get(poolName)?.rowsDeleted ?? 0;
      entries.set(poolName, {
        poolName,
        rowsDeleted: before + rowsDeleted,
        removed,
        ...(error !== undefined && { error }),
      });
      if (!hasMore) open.delete(poolName);
    }
  }
  return [...entries.values()];
}

interface ChunkOutcome {
  readonly rowsDeleted: number;
  readonly removed: boolean;
  /** False when there is nothing more to delete now. */
  readonly hasMore: boolean;
  readonly error?: unknown;
}

const NOTHING_LEFT = { rowsDeleted: 0, removed: false, hasMore: false } as const;

async function settleChunk(
  dependencies: DeletionDependencies,
  poolName: string,
): Promise<ChunkOutcome> {
  try {
    return await deleteChunk(dependencies, poolName);
  } catch (error) {
    return { ...NOTHING_LEFT, error };
  }
}

/**
 * Deletes one chunk, or the pool once it has no rows. The ids are read before the pool: if another
 * tick completes the deletion meanwhile and a new pool of the same name is filled, they still
 * belong to the deleted pool, since ids depend on a pool's salt.
 */
async function deleteChunk(
  dependencies: DeletionDependencies,
  poolName: string,
): Promise<ChunkOutcome> {
  const { storage, clock } = dependencies;
  const askedAt = clock.now();
  const ids = await storage.proxies.queryIds(poolName, CHUNK_SIZE);
  const pool = await storage.pools.get(poolName);
  if (pool?.deletingSince === undefined) return NOTHING_LEFT;
  if (ids.length > 0) {
    await storage.proxies.deleteMany(poolName, ids);
    return { rowsDeleted: ids.length, removed: false, hasMore: true };
  }
  if (askedAt <= removableAfterMs(pool)) return NOTHING_LEFT;
  await retirePolicy(dependencies, pool.policyVersion);
  return { ...NOTHING_LEFT, removed: await storage.pools.remove(pool) };
}

/**
 * The time after which a pool without rows may be removed, epoch milliseconds. By then no import
 * into it runs, and a new pool of the same name is younger than all its sweeps, even if the clock
 * has stepped back since the last one.
 */
function removableAfterMs({ deletingSince = '', lastSweepId }: Pool): number {
  const lastSweepMs = lastSweepId === undefined ? 0 : sweepIdTimeMs(lastSweepId);
  return Math.max(Date.parse(deletingSince) + DELETION_GRACE_MS, lastSweepMs);
}

/**
 * Estimates the deleted share of a pool that is being deleted, 0 to 1; undefined for any other
 * pool. Rows are deleted in the order of their uniform ids, so the first remaining id shows the
 * share.
 */
export async function readDeletionProgress(
  storage: Storage,
  { poolName, deletingSince }: Pick<Pool, 'poolName' | 'deletingSince'>,
): Promise<number | undefined> {
  if (deletingSince === undefined) return undefined;
  const [first] = await storage.proxies.queryIds(poolName, 1);
  return first === undefined ? 1 : Math.floor(idPosition(first) * 100) / 100;
}
