import type { Wait } from '../async/wait-for.ts';
import { waitFor } from '../async/wait-for.ts';
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
import type { LeaseReport } from './lease-report.ts';
import { parseLeaseReport } from './lease-report.ts';
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

/** What `withLease` acquires, and when it stops. */
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
    const { storage, clock = systemClock, random = Math.random } = options;
    const { wait = waitFor } = options;
    const reportError = withoutThrowing(options.onError ?? warnOfError);
    const clockSkewMs = parseClockSkew(options.clockSkewMs);
    const pools = new LeasingPools(storage, clock);
    this.#context = { storage, clock, random, clockSkewMs, pools, reportError };
    this.#notifier = new LeaseNotifier(this.#context);
    this.#wait = wait;
  }

  /**
   * Leases a proxy that fits the request; null when none that was looked at does and is free.
   *
   * @throws {InvalidInputError} naming each field of the request that cannot be used
   * @throws {NotFoundError} when there is no such pool
   * @throws {ConflictError} when the pool is being deleted, or the idempotency key was another
   *   request's, or its lease is over
   * @throws the reason of the signal, once it is aborted
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
        : await acquireOnce(this.#context, leasing, wish, key);
    if (lease && !repeated) this.#notifier.tellAcquired(lease);
    return lease;
  }

  /**
   * Has a lease end `leaseSeconds` from now, or later where it does already. An unlimited proxy's
   * lease gets another id by it: use the lease that is returned.
   *
   * @param options `leaseSeconds`: 1 to 86,400; @default the lease's own, or 300
   * @throws {LeaseEndedError} when it is over, was released, or its proxy was banned or deleted
   * @throws {InvalidInputError} for a malformed or foreign lease id
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
   * Ends a lease and notes how the use went. A stale lease cannot end a newer one.
   *
   * @returns false, and nothing is noted, when the lease was gone already
   * @throws {InvalidInputError} for a malformed or foreign lease id, or an unknown outcome
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
   * function throws. The lease is renewed meanwhile; the function's signal is aborted when that
   * fails for good, or when the request's own signal is aborted.
   *
   * @throws {NoProxyAvailableError} when there is none
   * @throws what `acquireProxy` and the function throw
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
      renew: (held: Lease) => this.renewLease(held),
      // What cannot be released ends at its time, and is no reason to lose what was achieved.
      release: (held: Lease, report?: LeaseReport) =>
        this.releaseProxy(held, report).then(() => {}, this.#context.reportError),
    };
    return useLease(dependencies, lease, use, signal);
  }

  /**
   * Has a listener told of every proxy this manager leases, soon after that. It cannot break or delay
   * an acquisition: what it throws, or rejects with, goes to `onError`, and nobody waits for it.
   *
   * @returns removes the listener
   */
  onAcquire(listener: LeaseListener<LeaseAcquired>): () => void {
    return this.#notifier.acquired.add(listener);
  }

  /** The same for every lease this manager releases. */
  onRelease(listener: LeaseListener<LeaseReleased>): () => void {
    return this.#notifier.released.add(listener);
  }

  /**
   * The figures of a pool as they are now. Reads the whole pool: for the figures of the last sweep,
   * which cost nothing to speak of, see what listeners are told, or the sweep's report.
   *
   * @throws {NotFoundError} when there is no such pool
   */
  async countPool(poolName: string): Promise<PoolStatistics> {
    await this.#context.pools.get(poolName);
    return countPool(this.#context, poolName);
  }

  /**
   * Removes the leases of a pool that are over, and tells how many. Reads the whole pool; leasing
   * does not need it.
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
