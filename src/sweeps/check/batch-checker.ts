import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import type { HealthCheckResult } from '../../health/health-check-result.ts';
import type { ProbeWindow } from '../../health/window/probe-window.ts';
import type { ControlOutcome } from '../../model/batch-result.ts';
import type { Proxy } from '../../proxies/proxy.ts';

/** What checking a batch asks of a `HealthChecker`. */
export interface BatchChecker {
  /** Asks the target directly, without a proxy. */
  checkTarget(request: {
    readonly options: HealthCheckOptions;
    readonly signal: AbortSignal;
  }): Promise<ControlOutcome>;
  streamHealthChecks(
    proxies: Iterable<Proxy>,
    request: {
      readonly options: HealthCheckOptions;
      readonly signal: AbortSignal;
      readonly window: ProbeWindow;
      readonly concurrency: number;
    },
  ): AsyncIterable<HealthCheckResult>;
}
