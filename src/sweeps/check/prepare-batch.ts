import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { idRange, WHOLE_POOL } from '../../model/batch-range.ts';
import type { BatchResult, ProxyResult } from '../../model/batch-result.ts';
import { type Formatted, requireKnownFormat } from '../../model/format.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { type BatchMessage, type Sweep, SweepState } from '../../model/sweep.ts';
import { isSweepOf } from '../../model/sweep-id.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import { NewestResults } from '../../pools/newest-results.ts';
import type { Storage } from '../../storage/storage.ts';
import { requirePolicy, requireSweep } from '../require-sweep.ts';
import { isDue, scheduleOf } from './is-due.ts';

/** What the work on a batch begins with. */
export interface PreparedBatch {
  readonly sweep: Sweep;
  readonly policy: PoolPolicy;
  readonly bits: string;
  readonly rows: readonly ProxyRow[];
  /** The pool has more rows in this batch than a batch may have. */
  readonly truncated: boolean;
  /** Those of the rows that are probed. */
  readonly due: readonly ProxyRow[];
  /** What is known of the others, by proxy id: the newest result of each. */
  readonly skipped: ReadonlyMap<string, ProxyResult>;
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
  const batch = {
    sweep,
    policy,
    bits,
    rows: page.rows,
    truncated: page.next !== undefined,
    stored,
  };
  const nothingLeftOut = { due: page.rows, skipped: new Map<string, ProxyResult>() };
  return { ...batch, ...(stored ? nothingLeftOut : await chooseDue(storage, batch)) };
}

/** Which rows of a batch are due, and what is known of the others. */
async function chooseDue(
  storage: Storage,
  { sweep, policy, rows }: Pick<PreparedBatch, 'sweep' | 'policy' | 'rows'>,
): Promise<Pick<PreparedBatch, 'due' | 'skipped'>> {
  const skipped = new Map<string, ProxyResult>();
  const schedule = scheduleOf(sweep, policy);
  const pool = schedule && (await storage.pools.get(sweep.poolName));
  if (!pool) return { due: rows, skipped };
  const results = new NewestResults(storage, pool, { beforeSweepId: sweep.sweepId });
  const due: ProxyRow[] = [];
  for (const row of rows) {
    const newest = await results.find(row.proxy.id);
    if (!newest || isDue({ row, newest }, schedule)) due.push(row);
    else skipped.set(row.proxy.id, newest);
  }
  return { due, skipped };
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
