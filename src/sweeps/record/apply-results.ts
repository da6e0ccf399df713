import { mapBounded } from '../../async/map-bounded.ts';
import type { Clock } from '../../clock.ts';
import { ConflictError } from '../../errors.ts';
import type { Verdict } from '../../health/health-check-result.ts';
import { applyVerdict } from '../../health/rise-fall.ts';
import type { BatchResult } from '../../model/batch-result.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { Sweep } from '../../model/sweep.ts';
import type { ProxyStorage } from '../../storage/proxy-storage.ts';
import type { Storage } from '../../storage/storage.ts';

/** Rows of one batch that are worked on at once: within the SDK's sockets by default (50). */
const ROW_CONCURRENCY = 32;

/** Lost races after which a row is left to the message's next delivery. */
const MAX_TRIES = 5;

/** What the application of verdicts works with. */
export interface ApplyDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Writes a row's status. @default `storage.proxies.writeStatus` */
  readonly writeRow?: ProxyStorage['writeStatus'];
}

/** The sweep whose verdicts are applied, with the policy that it runs with. */
interface AppliedSweep extends Pick<Sweep, 'sweepId'> {
  readonly policy: Pick<PoolPolicy, 'riseFall'>;
}

/**
 * Applies the verdicts of a stored batch result to the rows they change. Repeating it changes
 * nothing: a row that this sweep or a later one has written is left alone.
 *
 * @param batch `rows`: as read from the pool; a row that has changed since is read again
 * @returns the rows whose status this sweep has changed, now or in an earlier delivery
 * @throws {BusyError} when the storage takes no more writes now; those that it took stay
 */
export async function applyResults(
  dependencies: ApplyDependencies,
  sweep: AppliedSweep & Pick<Sweep, 'poolName'>,
  { result, rows }: { readonly result: BatchResult; readonly rows: readonly ProxyRow[] },
): Promise<readonly ProxyRow[]> {
  const { storage } = dependencies;
  const known = new Map(rows.map((row) => [row.proxy.id, row]));
  // What was skipped has said nothing new.
  const found = [...result.results].filter(([, { skipped }]) => !skipped);
  const changed = await mapBounded(found, ROW_CONCURRENCY, async ([proxyId, { status }]) => {
    const row = known.get(proxyId) ?? (await storage.proxies.get(sweep.poolName, proxyId));
    return applyToRow(dependencies, sweep, { row, verdict: status });
  });
  return changed.filter((row) => row !== null);
}

/**
 * Applies one verdict to one row, and tries again when the row is written by others meanwhile.
 *
 * @returns the row when this sweep has changed its status, now or before; else null
 * @throws {ConflictError} when others write the row at every try
 * @throws {BusyError} when the storage takes no more writes now
 */
export async function applyToRow(
  { storage, clock, writeRow = (write) => storage.proxies.writeStatus(write) }: ApplyDependencies,
  sweep: AppliedSweep,
  { row: asRead, verdict }: { readonly row: ProxyRow | null; readonly verdict: Verdict },
): Promise<ProxyRow | null> {
  const { sweepId } = sweep;
  let row = asRead;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (!row) return null;
    if (row.rowSweepId >= sweepId) return row.statusSweepId === sweepId ? row : null;
    const before = { status: row.status, streak: row.streak };
    const after = applyVerdict(before, verdict, sweep.policy.riseFall);
    if (after === before) return null;
    const at = new Date(clock.now()).toISOString();
    const written = await writeRow({
      poolName: row.poolName,
      proxyId: row.proxy.id,
      sweepId,
      expectedRowSweepId: row.rowSweepId,
      before,
      after,
      at,
    });
    if (written && after.status === before.status) return null;
    if (written) {
      const transition = { previousStatus: before.status, statusSince: at, statusSweepId: sweepId };
      return { ...row, ...after, ...transition, rowSweepId: sweepId };
    }
    row = await storage.proxies.get(row.poolName, row.proxy.id);
  }
  throw new ConflictError(
    `row ${asRead?.proxy.id} was written by others at each of ${MAX_TRIES} tries`,
  );
}
