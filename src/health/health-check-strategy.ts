import type { Proxy } from '../proxies/proxy.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import type { HealthCheckResult } from './health-check-result.ts';

/**
 * How proxies of one protocol are checked. One strategy serves many probes at once.
 */
export interface HealthCheckStrategy {
  /**
   * Checks one proxy. A dead proxy is a result; the promise rejects only with the reason of the
   * signal, once it is aborted. Nothing may be left open when it settles.
   */
  check(proxy: Proxy, options: HealthCheckOptions, signal: AbortSignal): Promise<HealthCheckResult>;
}
