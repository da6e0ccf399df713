import { mapConcurrently } from '../../../src/async/map-concurrently.ts';
import type { ControlOutcome } from '../../../src/health/control-probe.ts';
import type { FailureCode } from '../../../src/health/failure.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { AdmissionQueue } from '../../../src/health/window/admission-queue.ts';
import type { ProbeWindow } from '../../../src/health/window/probe-window.ts';
import type { SweepLimits } from '../../../src/model/sweep-limits.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import type { BatchChecker } from '../../../src/sweeps/check/batch-checker.ts';

/** What a probe finds, and after how many milliseconds. */
export interface TimedFinding {
  readonly takesMs: number;
  readonly status: HealthCheckResult['status'];
  readonly failure?: FailureCode;
}

/**
 * A checker whose probes take time: that of `setTimeout`, which a test may fake. It admits probes as
 * the real window does, but starts them as fast as its limits allow.
 */
export class TimedChecker implements BatchChecker {
  readonly #limits: SweepLimits;
  readonly #find: (proxy: Proxy) => TimedFinding;
  readonly #windows = new WeakMap<ProbeWindow, Window>();
  /** Ids in the order in which their probes started. */
  readonly probed: string[] = [];

  constructor(limits: SweepLimits, find: (proxy: Proxy) => TimedFinding) {
    this.#limits = limits;
    this.#find = find;
  }

  async checkTarget(): Promise<ControlOutcome> {
    return { ok: true, latencyMs: 3, statusCode: 200 };
  }

  streamHealthChecks(
    proxies: Iterable<Proxy>,
    { signal, window, concurrency }: Parameters<BatchChecker['streamHealthChecks']>[1],
  ): AsyncIterable<HealthCheckResult> {
    const admission = this.#windows.get(window) ?? new Window(this.#limits);
    this.#windows.set(window, admission);
    const work = async (proxy: Proxy, stop: AbortSignal) => {
      const { takesMs, ...found } = this.#find(proxy);
      await admission.run(proxy.host, takesMs, stop);
      this.probed.push(proxy.id);
      return resultOf(proxy, takesMs, found);
    };
    return mapConcurrently(proxies, { concurrency, signal, work });
  }
}

/** The places for probes in flight. Probes that end together share a timer. */
class Window {
  readonly #maxInFlight: number;
  readonly #queue: AdmissionQueue;
  readonly #ends = new Map<number, (() => void)[]>();
  #inFlight = 0;

  constructor({ maxInFlight, maxInFlightPerHost }: SweepLimits) {
    this.#maxInFlight = maxInFlight;
    this.#queue = new AdmissionQueue(maxInFlightPerHost);
  }

  run(host: string, takesMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      const end = () => {
        signal.removeEventListener('abort', abort);
        this.#inFlight -= 1;
        this.#queue.release(host);
        resolve();
      };
      const start = () => {
        this.#inFlight += 1;
        this.#endAt(Date.now() + takesMs, end);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#queue.add({ host, start });
      this.#pump();
    });
  }

  #endAt(at: number, end: () => void): void {
    const together = this.#ends.get(at);
    if (together) return void together.push(end);
    const ends = [end];
    this.#ends.set(at, ends);
    setTimeout(() => {
      this.#ends.delete(at);
      for (const each of ends) each();
      this.#pump();
    }, at - Date.now());
  }

  #pump(): void {
    while (this.#inFlight < this.#maxInFlight && this.#queue.hasReady) this.#queue.next()?.start();
  }
}

function resultOf(
  { id: proxyId, protocol }: Proxy,
  latencyMs: number,
  found: Omit<TimedFinding, 'takesMs'>,
): HealthCheckResult {
  const checkedAt = new Date(Date.now()).toISOString();
  return {
    proxyId,
    protocol,
    latencyMs,
    attempts: 1,
    timings: {},
    bytes: 100,
    checkedAt,
    ...found,
  };
}
