import type { ControlOutcome } from '../../health/control-probe.ts';
import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import type { HealthCheckResult } from '../../health/health-check-result.ts';
import type { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { SweepContext } from '../record/close-sweep.ts';

/** The part of a `HealthChecker` that is needed to check a batch. */
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

export interface CheckDependencies extends SweepContext {
  readonly checker: BatchChecker;
  readonly limits: SweepLimits;
}

export interface CheckInvocation {
  /** Milliseconds until the checker is stopped. */
  readonly remainingMs: () => number;
  readonly signal: AbortSignal;
  /**
   * Gives back a message whose batch did not begin, to be delivered again after about `hiddenMs`
   * milliseconds. When it throws, the message counts as failed.
   */
  readonly defer: (message: BatchMessage, hiddenMs: number) => Promise<void>;
}

/**
 * What became of one message. `done`: every write is durable. `deferred`: no time was left to begin
 * its batch, and the message was given back. `failed`: it has to be delivered again.
 */
export type BatchOutcome = 'done' | 'deferred' | { readonly failed: unknown };
