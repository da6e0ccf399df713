import type { ControlOutcome } from '../../../src/health/control-probe.ts';
import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import type { BatchChecker } from '../../../src/sweeps/check/batch-checker.ts';
import { TEST_TIME } from './fake-clock.ts';

/** What a probe finds; `hang` makes it end only when it is aborted. */
export type Finding = Partial<HealthCheckResult> | 'hang';

/**
 * A checker whose findings are set in advance. It admits one proxy after another, yields in order
 * of completion and ends when aborted, as the real one does.
 */
export class FakeChecker implements BatchChecker {
  /** Ids in the order they were probed. */
  readonly probed: string[] = [];
  controlProbes = 0;
  /** What the last batch was to be probed with. */
  options: HealthCheckOptions | undefined;
  /** What the n-th control probe finds, counted from 1. */
  control: (n: number) => ControlOutcome = () => ({ ok: true, latencyMs: 3, statusCode: 200 });
  finding: (proxy: Proxy) => Finding = () => ({});

  async checkTarget(): Promise<ControlOutcome> {
    this.controlProbes += 1;
    return this.control(this.controlProbes);
  }

  async *streamHealthChecks(
    proxies: Iterable<Proxy>,
    { options, signal }: { readonly options: HealthCheckOptions; readonly signal: AbortSignal },
  ): AsyncGenerator<HealthCheckResult> {
    this.options = options;
    let hangs = false;
    for (const proxy of proxies) {
      if (signal.aborted) return;
      this.probed.push(proxy.id);
      const finding = this.finding(proxy);
      if (finding === 'hang') hangs = true;
      else yield { ...healthyResult(proxy), ...finding };
    }
    if (hangs) await untilAborted(signal);
  }
}

function healthyResult(proxy: Proxy): HealthCheckResult {
  return {
    proxyId: proxy.id,
    protocol: proxy.protocol,
    status: 'active',
    latencyMs: 50,
    attempts: 1,
    statusCode: 200,
    timings: { connect: 20, firstByte: 30 },
    bytes: 100,
    checkedAt: new Date(TEST_TIME).toISOString(),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
