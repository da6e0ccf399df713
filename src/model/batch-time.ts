import { probeBudgetMs } from '../health/probe/back-off.ts';
import { AdmissionQueue } from '../health/window/admission-queue.ts';
import type { PoolPolicy } from './pool.ts';
import { overheadMs, type SweepLimits } from './sweep-limits.ts';

type BatchPolicy = Pick<PoolPolicy, 'options' | 'control'>;

/** A control probe that fails is repeated, even when other probes are not. */
const CONTROL_ATTEMPTS = 2;

/** The longest one control probe can take, milliseconds; 0 when it is turned off. */
export function controlTimeMs({ options, control }: BatchPolicy): number {
  if (!control) return 0;
  return probeBudgetMs({ ...options, attempts: Math.max(options.attempts, CONTROL_ATTEMPTS) });
}

/** A probe that has not ended. */
export interface PendingProbe {
  /** Its proxy's host. */
  readonly host: string;
  /** The longest it can take, milliseconds. */
  readonly budgetMs: number;
  /** How many probes its pool allows on that host at once. */
  readonly maxInFlightPerHost: number;
}

/**
 * How many probes may be in flight on each proxy host in one invocation of the checker: the lowest
 * number that a pool with a proxy there has asked for, so that a gateway which two pools share is
 * not flooded by either. It never rises: an invocation is short.
 */
export class HostLimits {
  readonly #lowest = new Map<string, number>();

  /** The host's number; infinite before any pool has asked for one. */
  of(host: string): number {
    return this.#lowest.get(host) ?? Number.POSITIVE_INFINITY;
  }

  /** Counts in what the pools of some probes ask for. */
  lower(probes: Iterable<Pick<PendingProbe, 'host' | 'maxInFlightPerHost'>>): void {
    for (const { host, maxInFlightPerHost } of probes) {
      if (maxInFlightPerHost < this.of(host)) this.#lowest.set(host, maxInFlightPerHost);
    }
  }
}

/** How many probes of a pool's proxies may be in flight on one host in one checker. */
export function inFlightPerHost(
  policy: Pick<PoolPolicy, 'maxInFlightPerHost'>,
  limits: Pick<SweepLimits, 'maxInFlightPerHost'>,
): number {
  return policy.maxInFlightPerHost ?? limits.maxInFlightPerHost;
}

/**
 * The longest that some probes can take in one window, milliseconds: the time until the last one
 * ends if each takes its longest and they are admitted in this order, as `ProbeWindow` admits them.
 *
 * @param window `hosts`: what other pools have asked for besides those of the probes
 */
export function probingTimeMs(
  probes: readonly PendingProbe[],
  { maxInFlight, hosts }: { readonly maxInFlight: number; readonly hosts: HostLimits },
): number {
  const own = new HostLimits();
  own.lower(probes);
  const queue = new AdmissionQueue((host) => Math.min(own.of(host), hosts.of(host)));
  const hostsByEnd = new Map<number, string[]>();
  let nowMs = 0;
  let inFlight = 0;
  for (const { host, budgetMs } of probes) {
    const start = () => {
      const endsAt = nowMs + budgetMs;
      const hosts = hostsByEnd.get(endsAt);
      if (hosts) hosts.push(host);
      else hostsByEnd.set(endsAt, [host]);
      inFlight += 1;
    };
    queue.add({ host, start });
  }
  for (;;) {
    while (inFlight < maxInFlight && queue.hasReady) queue.next()?.start();
    if (inFlight === 0) return nowMs;
    nowMs = Math.min(...hostsByEnd.keys());
    for (const host of hostsByEnd.get(nowMs) ?? []) {
      queue.release(host);
      inFlight -= 1;
    }
    hostsByEnd.delete(nowMs);
  }
}

/** The longest that a batch of `rows` proxies, each on its own host, can take, milliseconds. */
export function batchTimeMs(rows: number, policy: BatchPolicy, limits: SweepLimits): number {
  const waves = Math.ceil(rows / limits.maxInFlight);
  return waves * probeBudgetMs(policy.options) + 2 * controlTimeMs(policy) + overheadMs(limits);
}

/**
 * The largest `timeoutMs` with which a batch of `rows` proxies fits into a checker's time; less
 * than 1 when none does.
 */
export function largestTimeoutMs(rows: number, policy: BatchPolicy, limits: SweepLimits): number {
  const timeAt = (timeoutMs: number) =>
    batchTimeMs(rows, { ...policy, options: { ...policy.options, timeoutMs } }, limits);
  // A batch's time is a linear function of `timeoutMs`.
  const pausesMs = timeAt(0);
  return Math.floor((limits.checkerTimeoutMs - pausesMs) / (timeAt(1) - pausesMs));
}
