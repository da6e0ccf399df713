import { type Wait, waitFor } from '../async/wait-for.ts';
import { systemClock } from '../clock.ts';
import { NoProxyAvailableError } from '../errors.ts';
import type { PoolStatistics } from '../model/lease-figures.ts';
import type { LeaseOutcome } from '../model/proxy-row.ts';
import { acquireLease } from './acquire/acquire-lease.ts';
import { acquireOnce } from './acquire/acquire-once.ts';
import { releaseLease } from './hold/release-lease.ts';
import { renewLease } from './hold/renew-lease.ts';
import { type UseFunction, useLease } from './hold/use-lease.ts';
import type { Lease, LeaseReference } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import { type LeaseReport, parseLeaseReport } from './lease-report.ts';
import { type AcquireRequest, parseAcquireRequest } from './lease-request.ts';
import { LeasingPools } from './leasing-pools.ts';
import { type ManagerOptions, parseClockSkew, parseRenewal } from './manager-options.ts';
import { cleanUpLeases, countPool } from './watch/cleanup-leases.ts';
import {
  type LeaseAcquired,
  type LeaseListener,
  type LeaseReleased,
  warnOfError,
  withoutThrowing,
} from './watch/lease-events.ts';
import { LeaseNotifier } from './watch/lease-notifier.ts';

/** What `withLease` acquires, and the signal that ends the use. */
export interface UseRequest extends Omit<AcquireRequest, 'idempotencyKey'> {
  readonly signal?: AbortSignal;
}

/**
 * Leases proxies to consumers. Any number of managers, in any number of processes, may lease from
 * one storage: every acquisition is one conditional write on the proxy's own row.
 */
export class ProxyManager {
  readonly #context: LeaseContext;
  readonly #notifier: LeaseNotifier;
  readonly #wait: Wait;

  /** @throws {InvalidInputError} when `clockSkewMs` is out of range */
  constructor(options: ManagerOptions) {
    const { storage, clock = systemClock, random = Math.random, wait = waitFor } = options;
    const reportError = withoutThrowing(options.onError ?? warnOfError);
    const clockSkewMs = parseClockSkew(options.clockSkewMs);
    const pools = new LeasingPools(storage, clock);
    this.#context = { storage, clock, random, clockSkewMs, pools, reportError };
    this.#notifier = new LeaseNotifier(this.#context);
    this.#wait = wait;
  }

  /**
   * Leases a proxy that fits the request; null when no proxy that was looked at fits and is free.
   *
   * @throws {InvalidInputError} when a field of the request cannot be used, with its pointer
   * @throws {NotFoundError} when there is no such pool
   * @throws {ConflictError} when the pool is being deleted, or the idempotency key was another
   *   request's, or its lease is over
   * @throws {unknown} when the signal is aborted: its reason
   */
  async acquireProxy(
    request: AcquireRequest,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Lease | null> {
    const parsed = parseAcquireRequest(request);
    const leasing = await this.#context.pools.get(parsed.poolName);
    const wish = { request: parsed, signal };
    const { idempotencyKey: key } = parsed;
    const { lease, repeated } =
      key === undefined
        ? { lease: await acquireLease(this.#context, leasing, wish), repeated: false }
        : await acquireOnce(this.#context, leasing, { ...wish, key });
    if (lease && !repeated) this.#notifier.tellAcquired(lease);
    return lease;
  }

  /**
   * Extends a lease to `leaseSeconds` from now, unless it already ends later. The lease of an
   * unlimited proxy gets a new id: use the lease that is returned.
   *
   * @param options `leaseSeconds`: 1 to 86,400; @default the lease's own, or 300
   * @throws {LeaseEndedError} when it is over, was released, or its proxy was banned or deleted
   * @throws {InvalidInputError} when the lease id is malformed or foreign
   */
  async renewLease(
    lease: Lease | LeaseReference,
    options: { readonly leaseSeconds?: number } = {},
  ): Promise<Lease> {
    const { reference, leaseSeconds } = parseRenewal(lease, options);
    const renewed = await renewLease(this.#context, reference, leaseSeconds);
    this.#notifier.carryOver(lease, renewed);
    return renewed;
  }

  /**
   * Ends a lease and records how the use went. A stale lease cannot end a newer one.
   *
   * @returns false, and nothing is recorded, when the lease was already gone
   * @throws {InvalidInputError} when the lease id is malformed or foreign, or the outcome unknown
   */
  async releaseProxy(
    lease: Lease | LeaseReference,
    outcome?: LeaseOutcome | LeaseReport,
  ): Promise<boolean> {
    const report = outcome === undefined ? undefined : parseLeaseReport(outcome);
    const { reference } = parseRenewal(lease);
    const released = await releaseLease(this.#context, reference, report);
    if (released) this.#notifier.tellReleased(lease, released, report);
    return released !== null;
  }

  /**
   * Acquires a proxy, runs a function with it and releases it with `ok`, or with `failed` when the
   * function throws. The lease is renewed meanwhile; the function's signal is aborted when the
   * lease is lost, or when the request's own signal is aborted.
   *
   * @throws {NoProxyAvailableError} when there is none
   * @throws {unknown} when `acquireProxy` or the function throws: the same error
   */
  async withLease<Value>(
    { signal, ...request }: UseRequest,
    use: UseFunction<Value>,
  ): Promise<Value> {
    const lease = await this.acquireProxy(request, signal ? { signal } : {});
    if (!lease) throw new NoProxyAvailableError(`no proxy of pool "${request.poolName}" is free`);
    const dependencies = {
      clock: this.#context.clock,
      wait: this.#wait,
      random: this.#context.random,
      signal,
      renew: (held: Lease) => this.renewLease(held),
      // A lease that cannot be released expires by itself: no reason to lose the function's result.
      release: (held: Lease, report?: LeaseReport) =>
        this.releaseProxy(held, report).then(() => {}, this.#context.reportError),
    };
    return useLease(dependencies, lease, use);
  }

  /**
   * Adds a listener that is told of every proxy this manager leases, soon after that. It can
   * neither break nor delay an acquisition: its errors go to `onError`, and nothing waits for it.
   *
   * @returns a function that removes the listener
   */
  onAcquire(listener: LeaseListener<LeaseAcquired>): () => void {
    return this.#notifier.acquired.add(listener);
  }

  /** Adds a listener that is told of every lease this manager releases, in the same way. */
  onRelease(listener: LeaseListener<LeaseReleased>): () => void {
    return this.#notifier.released.add(listener);
  }

  /**
   * Counts the figures of a pool as they are now. Reads the whole pool; the figures of the last
   * sweep, in the sweep's report and in what listeners are told, cost next to nothing.
   *
   * @throws {NotFoundError} when there is no such pool
   */
  async countPool(poolName: string): Promise<PoolStatistics> {
    await this.#context.pools.get(poolName);
    return countPool(this.#context, poolName);
  }

  /**
   * Removes the ended leases of a pool, and returns how many. Reads the whole pool; leasing does
   * not depend on it.
   *
   * @throws {NotFoundError} when there is no such pool
   */
  async cleanupExpiredLeases(
    poolName: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    await this.#context.pools.get(poolName);
    return cleanUpLeases(this.#context, poolName, signal);
  }
}
