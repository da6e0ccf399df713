import { LeaseOutcome } from '../../model/proxy-row.ts';
import type { Lease } from '../lease.ts';
import { type LeaseReport, type ParsedLeaseReport, parseLeaseReport } from '../lease-report.ts';
import { HeldLease, type HoldDependencies } from './held-lease.ts';

/** What goes with a lease while it is used. */
export interface LeaseUse {
  /** Aborted when the lease is lost, or the caller's own signal is. */
  readonly signal: AbortSignal;
  /**
   * What is reported on release, instead of `ok`, or of `failed` for a use that throws.
   *
   * @throws {InvalidInputError} for an outcome or a target that cannot be used
   */
  report(outcome: LeaseOutcome | LeaseReport): void;
}

/** Works with a leased proxy. */
export type UseFunction<Value> = (lease: Lease, use: LeaseUse) => Value | Promise<Value>;

export interface UseDependencies extends HoldDependencies {
  /** Never throws. */
  readonly release: (lease: Lease, report?: ParsedLeaseReport) => Promise<void>;
}

/**
 * Runs a function with a lease that is kept for as long as it runs, and released then. A function
 * that throws has failed, unless its signal was aborted, or it reported what cannot be used: then it
 * says nothing about the proxy.
 *
 * @throws what the function throws
 */
export async function useLease<Value>(
  dependencies: UseDependencies,
  lease: Lease,
  use: UseFunction<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const held = new HeldLease(lease, dependencies);
  const ended = new AbortController();
  const stop = new AbortController();
  const onLost = () => ended.abort(held.lost.reason);
  const onAbort = () => ended.abort(signal?.reason);
  held.lost.addEventListener('abort', onLost, { once: true });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  let report: ParsedLeaseReport | undefined;
  /** A report that cannot be used is the function's fault: it says nothing about the proxy. */
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
    held.lost.removeEventListener('abort', onLost);
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await keeping;
    await dependencies.release(held.lease, report);
  }
}
