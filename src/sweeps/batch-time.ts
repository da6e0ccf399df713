import type { HealthCheckOptions } from '../health/health-check-options.ts';
import type { PoolPolicy } from './pool.ts';
import { overheadMs, type SweepLimits } from './sweep-limits.ts';

/** Longest pause between two attempts of one probe, milliseconds. */
const MAX_BACK_OFF_MS = 1000;

type ProbeBudget = Pick<HealthCheckOptions, 'attempts' | 'timeoutMs'>;

/** The longest one probe can take, milliseconds. */
export function probeTimeMs({ attempts, timeoutMs }: ProbeBudget): number {
  return attempts * timeoutMs + (attempts - 1) * MAX_BACK_OFF_MS;
}

/** How many probes must follow one another, at worst, to probe all of `hosts` (one per proxy). */
export function countWaves(hosts: readonly string[], limits: SweepLimits): number {
  const perHost = new Map<string, number>();
  for (const host of hosts) perHost.set(host, (perHost.get(host) ?? 0) + 1);
  const busiest = [...perHost.values()].reduce((most, count) => Math.max(most, count), 0);
  return Math.max(
    Math.ceil(hosts.length / limits.maxInFlight),
    Math.ceil(busiest / limits.maxInFlightPerHost),
  );
}

/** The longest a batch of `rows` proxies on hosts of their own can take, milliseconds. */
export function batchTimeMs(
  rows: number,
  { options, control }: Pick<PoolPolicy, 'options' | 'control'>,
  limits: SweepLimits,
): number {
  const slots = Math.ceil(rows / limits.maxInFlight) + controlProbes(control);
  return slots * probeTimeMs(options) + overheadMs(limits);
}

/** The largest `timeoutMs` with which a batch of `rows` proxies fits a checker's time. */
export function largestTimeoutMs(
  rows: number,
  { options, control }: Pick<PoolPolicy, 'options' | 'control'>,
  limits: SweepLimits,
): number {
  const slots = Math.ceil(rows / limits.maxInFlight) + controlProbes(control);
  const perProbe = (limits.checkerTimeoutMs - overheadMs(limits)) / slots;
  return Math.floor((perProbe - (options.attempts - 1) * MAX_BACK_OFF_MS) / options.attempts);
}

/** One before the batch and one after it. */
function controlProbes(control: boolean): number {
  return control ? 2 : 0;
}
