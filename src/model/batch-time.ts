import type { HealthCheckOptions } from '../health/health-check-options.ts';
import { probeBudgetMs } from '../health/probe/back-off.ts';
import type { PoolPolicy } from './pool.ts';
import { overheadMs, type SweepLimits } from './sweep-limits.ts';

type ProbeBudget = Pick<HealthCheckOptions, 'attempts' | 'timeoutMs'>;
type BatchPolicy = Pick<PoolPolicy, 'options' | 'control'>;

/** A control probe that fails is repeated, even when other probes are not. */
const CONTROL_ATTEMPTS = 2;

/** The longest one control probe can take, milliseconds; 0 when it is turned off. */
export function controlTimeMs({ options, control }: BatchPolicy): number {
  if (!control) return 0;
  return probeBudgetMs({ ...options, attempts: Math.max(options.attempts, CONTROL_ATTEMPTS) });
}

/**
 * The longest that probing all `hosts` (one per proxy) can take, milliseconds. The limits, in total
 * and per host, decide how many probes follow one another.
 */
export function probingTimeMs(
  hosts: readonly string[],
  options: ProbeBudget,
  limits: SweepLimits,
): number {
  const perHost = new Map<string, number>();
  for (const host of hosts) perHost.set(host, (perHost.get(host) ?? 0) + 1);
  const busiest = [...perHost.values()].reduce((most, count) => Math.max(most, count), 0);
  const waves = Math.max(
    Math.ceil(hosts.length / limits.maxInFlight),
    Math.ceil(busiest / limits.maxInFlightPerHost),
  );
  return waves * probeBudgetMs(options);
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
