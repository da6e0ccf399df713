import type { Clock } from '../clock.ts';
import { idPosition } from '../model/batch-split.ts';
import type { Pool } from '../model/pool.ts';
import { sweepIdTimeMs } from '../model/sweep-id.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * A pool outlives its mark by this, milliseconds: longer than a call of the API, which ends within
 * 30 s ("Quotas for HTTP APIs"; synth keeps the function's timeout below), so that no import that
 * began before the mark still writes when the last rows have been looked for.
 */
export const DELETION_GRACE_MS = 60_000;

/** Rows deleted in one go. */
const CHUNK_SIZE = 500;

/** What was done for the deletion of one pool. */
export interface DeletionEntry {
  readonly poolName: string;
  readonly rowsDeleted: number;
  /** The pool itself is gone, and its name is free. */
  readonly removed: boolean;
  /** What kept it from being done; the other pools are unaffected. */
  readonly error?: unknown;
}

interface DeletionDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
}

/**
 * Goes on deleting the pools that are marked for it, a chunk of rows of each in turn, until all
 * are done or the time is over. It may be stopped at any point, and any number may run at once:
 * every step is derived anew from what is stored.
 *
 * @param budgetMs no chunk begins after this time
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
      const { rowsDeleted, removed, goesOn, error } = await settleChunk(dependencies, poolName);
      const before = entries.get(poolName)?.rowsDeleted ?? 0;
      entries.set(poolName, {
        poolName,
        rowsDeleted: before + rowsDeleted,
        removed,
        ...(error !== undefined && { error }),
      });
      if (!goesOn) open.delete(poolName);
    }
  }
  return [...entries.values()];
}

interface ChunkOutcome {
  readonly rowsDeleted: number;
  readonly removed: boolean;
  /** There may be more rows. */
  readonly goesOn: boolean;
  readonly error?: unknown;
}

const NOTHING_LEFT = { rowsDeleted: 0, removed: false, goesOn: false } as const;

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
 * The ids are read before the pool, so that they are of a deleted pool even if another tick ends
 * the deletion meanwhile and a new pool of that name is filled: ids are made under a pool's salt.
 */
async function deleteChunk(
  { storage, clock }: DeletionDependencies,
  poolName: string,
): Promise<ChunkOutcome> {
  const askedAt = clock.now();
  const ids = await storage.proxies.queryIds(poolName, CHUNK_SIZE);
  const pool = await storage.pools.get(poolName);
  if (pool?.deletingSince === undefined) return NOTHING_LEFT;
  if (ids.length > 0) {
    await storage.proxies.deleteMany(poolName, ids);
    return { rowsDeleted: ids.length, removed: false, goesOn: true };
  }
  if (askedAt <= goneAfterMs(pool)) return NOTHING_LEFT;
  return { ...NOTHING_LEFT, removed: await storage.pools.remove(pool) };
}

/**
 * The instant after which a pool without rows may go, epoch milliseconds: no import of it runs any
 * more, and a new pool of its name will be younger than all its sweeps, also where the clock has
 * stepped back since the last one.
 */
function goneAfterMs({ deletingSince = '', lastSweepId }: Pool): number {
  const lastSweepMs = lastSweepId === undefined ? 0 : sweepIdTimeMs(lastSweepId);
  return Math.max(Date.parse(deletingSince) + DELETION_GRACE_MS, lastSweepMs);
}

/**
 * How much of a pool that is being deleted is gone, 0 to 1; undefined for any other pool. Rows go
 * in the order of their ids, which are uniform, so that the first one left tells.
 */
export async function readDeletionProgress(
  storage: Storage,
  { poolName, deletingSince }: Pick<Pool, 'poolName' | 'deletingSince'>,
): Promise<number | undefined> {
  if (deletingSince === undefined) return undefined;
  const [first] = await storage.proxies.queryIds(poolName, 1);
  return first === undefined ? 1 : Math.floor(idPosition(first) * 100) / 100;
}
