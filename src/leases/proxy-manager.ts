import { systemClock } from '../clock.ts';
import { acquireLease } from './acquire-lease.ts';
import { cleanUpLeases } from './cleanup-leases.ts';
import type { Lease, LeaseReference } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import type { LeaseOutcome } from './lease-outcome.ts';
import type { LeaseReport } from './lease-report.ts';
import { parseLeaseReport } from './lease-report.ts';
import { type AcquireRequest, parseAcquireRequest } from './lease-request.ts';
import { LeasingPools } from './leasing-pools.ts';
import { type ManagerOptions, parseClockSkew, parseRenewal } from './manager-options.ts';
import { releaseLease } from './release-lease.ts';
import { renewLease } from './renew-lease.ts';

/**
 * Leases proxies to consumers. Any number of managers, in any number of processes, may lease from
 * one storage: every acquisition is one conditional write on the proxy's own row.
 */
export class ProxyManager {
  readonly #context: LeaseContext;

  /** @throws {InvalidInputError} when `clockSkewMs` is out of range */
  constructor({ storage, clock = systemClock, clockSkewMs, random = Math.random }: ManagerOptions) {
    this.#context = {
      storage,
      clock,
      random,
      clockSkewMs: parseClockSkew(clockSkewMs),
      pools: new LeasingPools(storage, clock),
    };
  }

  /**
   * Leases a proxy that fits the request; null when none that was looked at does and is free.
   *
   * @throws {InvalidInputError} naming each field of the request that cannot be used
   * @throws {NotFoundError} when there is no such pool
   * @throws {ConflictError} when the pool is being deleted
   * @throws the reason of the signal, once it is aborted
   */
  async acquireProxy(
    request: AcquireRequest,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Lease | null> {
    const parsed = parseAcquireRequest(request);
    const leasing = await this.#context.pools.get(parsed.poolName);
    return acquireLease(this.#context, leasing, { request: parsed, signal });
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
    return renewLease(this.#context, reference, leaseSeconds);
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
    return (await releaseLease(this.#context, reference, report)) !== null;
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
