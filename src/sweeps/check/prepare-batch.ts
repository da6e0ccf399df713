import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { idRange, WHOLE_POOL } from '../../model/batch-range.ts';
import type { BatchResult } from '../../model/batch-result.ts';
import { type Formatted, requireKnownFormat } from '../../model/format.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { type BatchMessage, type Sweep, SweepState } from '../../model/sweep.ts';
import { isSweepOf } from '../../model/sweep-id.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import type { Storage } from '../../storage/storage.ts';
import { requirePolicy, requireSweep } from '../require-sweep.ts';

/** What the work on a batch begins with. */
export interface PreparedBatch {
  readonly sweep: Sweep;
  readonly policy: PoolPolicy;
  readonly bits: string;
  readonly rows: readonly ProxyRow[];
  /** The pool has more rows in this batch than a batch may have. */
  readonly truncated: boolean;
  /** What an earlier delivery found; null when the batch is still to be probed. */
  readonly stored: BatchResult | null;
}

/**
 * Reads the sweep, the rows and the stored result of a batch, all consistently.
 *
 * @throws {NotFoundError} when there is no such sweep, or its pool or policy has been deleted
 * @throws {IncompatibleError} when a newer version wrote any of them, or its policy, in a way that
 * this one does not know
 * @throws {InvalidInputError} when the sweep has no such batch
 */
export async function prepareBatch(
  storage: Storage,
  { sweepId, poolName, bits }: BatchMessage,
): Promise<PreparedBatch> {
  const sweep = await requireSweep(storage, sweepId);
  const bitCount = bits === WHOLE_POOL ? 0 : bits.length;
  if (sweep.poolName !== poolName || sweep.bitCount !== bitCount) {
    throw new InvalidInputError(
      `sweep ${sweepId} has no batch ${bits} of pool "${poolName}"; ` +
        `it has ${2 ** sweep.bitCount} batches of pool "${sweep.poolName}"`,
    );
  }
  if (sweep.state !== SweepState.running) await requirePoolOf(storage, sweep);
  const query = { range: idRange(bits), limit: MAX_ROWS_PER_BATCH, consistent: true };
  const [policy, stored, page] = await Promise.all([
    requirePolicy(storage, sweep),
    storage.results.get(poolName, bits, sweepId),
    storage.proxies.query(poolName, query),
  ]);
  requireKnownFormats(sweep, stored, ...page.rows);
  return { sweep, policy, bits, rows: page.rows, truncated: page.next !== undefined, stored };
}

/** Verdicts are stored for good: nothing that they follow from may be misunderstood. */
function requireKnownFormats(...items: readonly (Formatted | null)[]): void {
  for (const item of items) requireKnownFormat('an item of the batch', item?.newerFormat);
}

/** Asserts that an ended sweep still has its pool; a pool is not deleted while it is swept. */
async function requirePoolOf(storage: Storage, { poolName, sweepId }: Sweep): Promise<void> {
  const pool = await storage.pools.get(poolName);
  if (pool && pool.deletingSince === undefined && isSweepOf(pool, sweepId)) return;
  throw new NotFoundError(`the pool "${poolName}" of sweep ${sweepId} has been deleted`);
}
