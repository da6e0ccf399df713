import { probeBudgetMs } from '../../health/probe/back-off.ts';
import { controlTimeMs, type PendingProbe } from '../../model/batch-time.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';

/** What is left to do of a batch: its probes that have no result yet, and its control probes. */
export class BatchWork {
  /** The longest the control probe afterwards can take, milliseconds. */
  readonly controlAfterMs: number;
  /** The same for the one before; 0 once it has been made. */
  controlBeforeMs: number;
  readonly #pending: Map<string, PendingProbe>;

  /** @param options `targetAsked`: another batch has made the control probe before, or makes it */
  constructor(
    {
      policy,
      rows,
    }: {
      readonly policy: Pick<PoolPolicy, 'options' | 'control'>;
      readonly rows: readonly Pick<ProxyRow, 'proxy'>[];
    },
    { targetAsked }: { readonly targetAsked: boolean },
  ) {
    const budgetMs = probeBudgetMs(policy.options);
    this.#pending = new Map(
      rows.map(({ proxy: { id, host } }): [string, PendingProbe] => [id, { host, budgetMs }]),
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
