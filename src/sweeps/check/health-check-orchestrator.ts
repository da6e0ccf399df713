import { type Clock, systemClock } from '../../clock.ts';
import type { HealthCheckResult } from '../../health/health-check-result.ts';
import type { HealthChecker, StreamRequest } from '../../health/health-checker.ts';
import { ProbeWindow } from '../../health/window/probe-window.ts';
import { manualSweepId } from '../../model/sweep-id.ts';
import { readPolicy } from '../../pools/policy-versions.ts';
import { requireUsable } from '../../pools/pool-policy.ts';
import { requireAnyPool } from '../../pools/require-pool.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { Storage } from '../../storage/storage.ts';
import { applyToRow } from '../record/apply-results.ts';

export interface OrchestratorOptions {
  readonly checker: HealthChecker;
  readonly storage: Storage;
  readonly clock?: Clock;
}

/**
 * Checks proxies of a pool and keeps its rows up to date: it checks, applies the verdict under the
 * pool's rise/fall, then yields. Meant for one process with a list of its own; sweeps are for whole
 * pools on a schedule.
 */
export class HealthCheckOrchestrator {
  readonly #checker: HealthChecker;
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor({ checker, storage, clock = systemClock }: OrchestratorOptions) {
    this.#checker = checker;
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Yields each result once its verdict is stored, in the order they come. A proxy that the pool
   * does not hold is checked, but nothing is stored for it. Without a window of its own, the stream
   * keeps to the pool's `maxInFlightPerHost`.
   *
   * @param request as for `streamHealthChecks`; @default the pool's options
   * @throws {NotFoundError} when there is no such pool
   * @throws {IncompatibleError} when another version has stored what this one cannot check with
   * @throws {unknown} when `streamHealthChecks` throws: the same error
   */
  async *streamAndStore(
    poolName: string,
    proxies: Iterable<Proxy> | AsyncIterable<Proxy>,
    request: StreamRequest = {},
  ): AsyncGenerator<HealthCheckResult, void, undefined> {
    const pool = await requireAnyPool(this.#storage, poolName);
    const { lastSweepId } = pool;
    const policy = await readPolicy(this.#storage, pool);
    requireUsable({ ...policy, poolName });
    const { options, maxInFlightPerHost } = policy;
    const sweepId = manualSweepId({ nowMs: this.#clock.now(), lastSweepId });
    const dependencies = { storage: this.#storage, clock: this.#clock };
    const { concurrency } = request;
    const limits = concurrency === undefined ? {} : { concurrency };
    const results = this.#checker.streamHealthChecks(proxies, {
      options,
      ...(maxInFlightPerHost !== null && {
        window: new ProbeWindow({ ...limits, maxInFlightPerHost }),
      }),
      ...request,
    });
    for await (const result of results) {
      const row = await this.#storage.proxies.get(poolName, result.proxyId);
      await applyToRow(dependencies, { sweepId, policy: pool }, { row, verdict: result.status });
      yield result;
    }
  }
}
