import type { Proxy } from '../proxies/proxy.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import type { HealthCheckResult } from './health-check-result.ts';
import { type ProbeJob, probe } from './probe/probe.ts';

/** Checks the proxies of one protocol. One strategy serves many probes at once. */
export interface HealthCheckStrategy {
  /**
   * Checks one proxy. A dead proxy is a result; the promise rejects only when the signal is
   * aborted, with its reason. Nothing may be left open when the promise settles.
   */
  check(proxy: Proxy, options: HealthCheckOptions, signal: AbortSignal): Promise<HealthCheckResult>;
}

type ProbeMeans = Pick<ProbeJob, 'route' | 'services' | 'clock'>;

/** Checks proxies of a built-in protocol: dials along its route and asks the target. */
export class BuiltInStrategy implements HealthCheckStrategy {
  readonly #means: ProbeMeans;

  constructor(means: ProbeMeans) {
    this.#means = means;
  }

  check(
    proxy: Proxy,
    options: HealthCheckOptions,
    signal?: AbortSignal,
  ): Promise<HealthCheckResult> {
    return probe({ ...this.#means, proxy, options, signal });
  }
}
