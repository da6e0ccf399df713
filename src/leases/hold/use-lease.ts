import { onAbort } from '../../async/on-abort.ts';
import { LeaseOutcome } from '../../model/proxy-row.ts';
import type { Lease } from '../lease.ts';
import { type LeaseReport, type ParsedLeaseReport, parseLeaseReport } from '../lease-report.ts';
import { HeldLease, type HoldDependencies } from './held-lease.ts';

/** What a function gets along with its lease. */
export interface LeaseUse {
  /** Aborted when the lease is lost, or the caller's own signal is aborted. */
  readonly signal: AbortSignal;
  /**
   * Sets what is reported on release, instead of `ok`, or of `failed` for a use that throws.
   *
   * @throws {InvalidInputError} when the outcome or the target cannot be used
   */
  report(outcome: LeaseOutcome | LeaseReport): void;
}

/** Works with a leased proxy. */
export type UseFunction<Value> = (lease: Lease, use: LeaseUse) => Value | Promise<Value>;

export interface UseDependencies extends HoldDependencies {
  /** Never throws. */
  readonly release: (lease: Lease, report?: ParsedLeaseReport) => Promise<void>;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a function with a lease that is kept while it runs and released afterwards. A function that
 * throws reports a failure, unless its signal was aborted or its own report could not be used:
 * those say nothing about the proxy.
 *
 * @throws {unknown} when the function throws: the same error
 */
export async function useLease<Value>(
  dependencies: UseDependencies,
  lease: Lease,
  use: UseFunction<Value>,
): Promise<Value> {
  const { signal } = dependencies;
  const held = new HeldLease(lease, dependencies);
  const ended = new AbortController();
  const stop = new AbortController();
  const forgets = [held.lost, ...(signal ? [signal] : [])].map((source) =>
    onAbort(source, () => ended.abort(source.reason)),
  );
  if (signal?.aborted) ended.abort(signal.reason);
  let report: ParsedLeaseReport | undefined;
  // A report that cannot be used is the function's fault: it says nothing about the proxy.
  let misreported = false;
  const keeping = held.keep(stop.signal);
  try {
    const value = await use(lease, {
      signal: ended.signal,
      report: (outcome) => {
        misreported = true;
        report = parseLeaseReport(outcome);
        misreported = false;
      },
    });
    if (!misreported) report ??= { outcome: LeaseOutcome.ok };
    return value;
  } catch (error) {
    if (!ended.signal.aborted && !misreported) report ??= { outcome: LeaseOutcome.failed };
    throw error;
  } finally {
    for (const forget of forgets) forget();
    stop.abort();
    await keeping;
    await dependencies.release(held.lease, report);
  }
}
