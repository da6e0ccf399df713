import { type Clock, systemClock } from '../../clock.ts';
import { NotFoundError } from '../../errors.ts';
import type { HealthCheckResult } from '../../health/health-check-result.ts';
import type { HealthChecker, StreamRequest } from '../../health/health-checker.ts';
import { manualSweepId } from '../../model/sweep-id.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { Storage } from '../../storage/storage.ts';
import { applyToRow } from '../record/apply-results.ts';

export interface OrchestratorOptions {
  readonly checker: HealthChecker;
  readonly storage: Storage;
  readonly clock?: Clock;
}

/**
 * Checks proxies of a pool and keeps its rows true: check, apply the verdict under the pool's
 * rise/fall, then yield. For one process with a list of its own; whole pools on a schedule are what
 * sweeps are for.
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
   * does not hold is checked, and nothing is stored for it.
   *
   * @param request as for `streamHealthChecks`; the pool's options where it brings none
   * @throws NotFoundError when there is no such pool; what `streamHealthChecks` throws
   */
  async *streamAndStore(
    poolName: string,
    proxies: Iterable<Proxy> | AsyncIterable<Proxy>,
    request: StreamRequest = {},
  ): AsyncGenerator<HealthCheckResult, void, undefined> {
    const pool = await this.#storage.pools.get(poolName);
    if (!pool) throw new NotFoundError(`There is no pool named ${JSON.stringify(poolName)}.`);
    const { lastSweepId } = pool;
    const sweepId = manualSweepId({ nowMs: this.#clock.now(), lastSweepId });
    const dependencies = { storage: this.#storage, clock: this.#clock };
    const results = this.#checker.streamHealthChecks(proxies, {
      options: pool.options,
      ...request,
    });
    for await (const result of results) {
      const row = await this.#storage.proxies.get(poolName, result.proxyId);
      await applyToRow(dependencies, { sweepId, policy: pool }, row, result.status);
      yield result;
    }
  }
}
