import type { PoolStatistics } from '../../model/lease-figures.ts';
import type { ReleasedLease } from '../hold/release-lease.ts';
import { type Lease, type LeaseReference, toLease } from '../lease.ts';
import type { LeaseContext } from '../lease-context.ts';
import type { ParsedLeaseReport } from '../lease-report.ts';
import { type LeaseAcquired, LeaseListeners, type LeaseReleased } from './lease-events.ts';

/**
 * Tells listeners of leases, with what they need to know about each. Nothing waits for it: reads
 * for listeners must not delay a lease.
 */
export class LeaseNotifier {
  readonly acquired: LeaseListeners<LeaseAcquired>;
  readonly released: LeaseListeners<LeaseReleased>;
  readonly #context: LeaseContext;
  /** When each lease was acquired here, by the monotonic clock. */
  readonly #heldSince = new WeakMap<object, number>();

  constructor(context: LeaseContext) {
    this.#context = context;
    this.acquired = new LeaseListeners(context.reportError);
    this.released = new LeaseListeners(context.reportError);
  }

  tellAcquired(lease: Lease): void {
    this.#heldSince.set(lease, this.#context.clock.monotonic());
    if (this.acquired.isEmpty) return;
    this.#statisticsOf(lease.poolName).then((pool) => this.acquired.tell({ lease, pool }));
  }

  /** Counts a renewed lease as held since the lease before it was acquired. */
  carryOver(before: LeaseReference, renewed: Lease): void {
    const since = this.#heldSince.get(before);
    if (since !== undefined) this.#heldSince.set(renewed, since);
  }

  tellReleased(
    reference: Lease | LeaseReference,
    released: ReleasedLease,
    report?: ParsedLeaseReport,
  ): void {
    const heldMs = this.#heldMs(reference, released.acquiredAt);
    if (this.released.isEmpty) return;
    this.#tellOfRelease(reference, released, { heldMs, report });
  }

  /** Never throws. */
  async #tellOfRelease(
    reference: Lease | LeaseReference,
    released: ReleasedLease,
    { heldMs, report }: { readonly heldMs: number; readonly report: ParsedLeaseReport | undefined },
  ): Promise<void> {
    const lease = 'proxy' in reference ? reference : await this.#describe(reference, released);
    if (!lease) return;
    this.released.tell({
      lease,
      pool: await this.#statisticsOf(lease.poolName),
      heldMs,
      outcome: report?.outcome ?? null,
      targetHost: report?.targetHost ?? null,
    });
  }

  #heldMs(reference: object, acquiredAt: number): number {
    const { clock } = this.#context;
    const since = this.#heldSince.get(reference);
    return since === undefined ? Math.max(0, clock.now() - acquiredAt) : clock.monotonic() - since;
  }

  /** The lease a reference stands for; null when its row is gone or cannot be read. */
  async #describe(reference: LeaseReference, released: ReleasedLease): Promise<Lease | null> {
    const { poolName } = reference;
    const { proxyId, acquiredAt, expiresAt } = released;
    const row = await this.#unlessItFails(
      released.row ?? this.#context.storage.proxies.get(poolName, proxyId),
    );
    const leaseSeconds = Math.round((expiresAt - acquiredAt) / 1000);
    return row && toLease({ ...reference, proxy: row.proxy, stored: released, leaseSeconds });
  }

  #statisticsOf(poolName: string): Promise<PoolStatistics | null> {
    return this.#unlessItFails(this.#context.pools.statisticsOf(poolName));
  }

  async #unlessItFails<Value>(read: Value | Promise<Value>): Promise<Value | null> {
    try {
      return await read;
    } catch (error) {
      this.#context.reportError(error);
      return null;
    }
  }
}
