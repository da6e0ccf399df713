import { probeBudgetMs } from '../../health/probe/back-off.ts';
import {
  controlTimeMs,
  HostLimits,
  inFlightPerHost,
  type PendingProbe,
} from '../../model/batch-time.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';

/** What is left to do of a batch: its probes that have no result yet, and its control probes. */
export class BatchWork {
  /** The longest the control probe afterwards can take, milliseconds. */
  readonly controlAfterMs: number;
  /** The same for the one before; 0 once it has been made. */
  controlBeforeMs: number;
  /** How many of its probes may be in flight on one host. */
  readonly maxInFlightPerHost: number;
  readonly #pending: Map<string, PendingProbe>;

  /**
   * @param context `targetAsked`: another batch has made the control probe before, or makes it;
   * `limits`: what holds where the pool's policy says nothing
   */
  constructor(
    {
      policy,
      rows,
    }: {
      readonly policy: Pick<PoolPolicy, 'options' | 'control' | 'maxInFlightPerHost'>;
      readonly rows: readonly Pick<ProxyRow, 'proxy'>[];
    },
    {
      targetAsked,
      limits,
    }: {
      readonly targetAsked: boolean;
      readonly limits: Pick<SweepLimits, 'maxInFlightPerHost'>;
    },
  ) {
    const budgetMs = probeBudgetMs(policy.options);
    const maxInFlightPerHost = inFlightPerHost(policy, limits);
    this.maxInFlightPerHost = maxInFlightPerHost;
    this.#pending = new Map(
      rows.map(({ proxy: { id, host } }): [string, PendingProbe] => [
        id,
        { host, budgetMs, maxInFlightPerHost },
      ]),
    );
    this.controlAfterMs = controlTimeMs(policy);
    this.controlBeforeMs = targetAsked ? 0 : this.controlAfterMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  get pending(): Iterable<PendingProbe> {
    return this.#pending.values();
  }

  finish(proxyId: string): void {
    this.#pending.delete(proxyId);
  }
}

/** The batches under way in one invocation, in the order in which they began. */
export class ProbeBacklog implements Iterable<BatchWork> {
  /** What the pools of all these batches, and of those before, allow on each host. */
  readonly hosts = new HostLimits();
  readonly #works = new Set<BatchWork>();
  #waiting: { readonly limit: number; readonly resolve: () => void } | null = null;

  /** The number of probes that have begun and have no result yet. */
  get size(): number {
    let size = 0;
    for (const work of this.#works) size += work.size;
    return size;
  }

  [Symbol.iterator](): Iterator<BatchWork> {
    return this.#works.values();
  }

  begin(work: BatchWork): void {
    this.#works.add(work);
    this.hosts.lower(work.pending);
  }

  finish(work: BatchWork, proxyId: string): void {
    work.finish(proxyId);
    this.#wake();
  }

  end(work: BatchWork): void {
    this.#works.delete(work);
    this.#wake();
  }

  /** Waits until fewer than `limit` probes are left. For one caller at a time. */
  below(limit: number): Promise<void> {
    if (this.size < limit) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { limit, resolve };
    return promise;
  }

  #wake(): void {
    if (!this.#waiting || this.size >= this.#waiting.limit) return;
    this.#waiting.resolve();
    this.#waiting = null;
  }
}
