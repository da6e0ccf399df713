import { Verdict } from '../../health/health-check-result.ts';
import { ProxyStatus } from '../../health/rise-fall.ts';
import type { BackOff } from '../../model/back-off.ts';
import type { ProxyResult } from '../../model/batch-result.ts';
import { liveLeases } from '../../model/lease-room.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { Sweep } from '../../model/sweep.ts';
import { sweepIdTimeMs } from '../../model/sweep-id.ts';
import { probedAt } from '../../pools/newest-results.ts';

/** The part of its time without a success after which an inactive proxy is probed again. */
const SHARE_OF_AGE = 1 / 4;

/** What a sweep of the schedule goes by when it leaves proxies out. */
export interface Schedule {
  /** The sweep's time, not the time at which a batch is checked. Epoch milliseconds. */
  readonly at: number;
  /** Milliseconds to the schedule's next sweep. */
  readonly intervalMs: number;
  readonly backOff: BackOff;
  /** Only what cannot wait for the schedule's next sweep is due. */
  readonly edge: boolean;
}

/** By what a sweep leaves proxies out; null when it probes them all, as one by hand does. */
export function scheduleOf(
  { sweepId, trigger, edge }: Pick<Sweep, 'sweepId' | 'trigger' | 'edge'>,
  { backOff, intervalSeconds }: Pick<PoolPolicy, 'backOff' | 'intervalSeconds'>,
): Schedule | null {
  if (trigger !== 'schedule' || backOff === null || intervalSeconds === null) return null;
  const at = sweepIdTimeMs(sweepId);
  return { at, intervalMs: intervalSeconds * 1000, backOff, edge: edge === true };
}

/**
 * Whether a sweep probes a proxy of which there is a result. It always does when the proxy is leased,
 * or was not probed since its status changed or a use failed, and while its status is about to change.
 * Else an edge sweep does not; one of the schedule does, unless the proxy is inactive and its next
 * probe can wait for the next sweep.
 */
export function isDue(
  { row, newest }: { readonly row: ProxyRow; readonly newest: ProxyResult },
  schedule: Schedule,
): boolean {
  const { at, edge } = schedule;
  // Nothing follows from what was never probed, or what only a newer version understands.
  if (newest.result.attempts === 0 || newest.newerFormat !== undefined) return true;
  if (row.status === ProxyStatus.unknown || row.streak !== null) return true;
  const lastProbeAt = probedAt(newest);
  const changedAt = Math.max(Date.parse(row.statusSince), row.lastFailureAt ?? 0);
  if (changedAt >= lastProbeAt || liveLeases(row, at).length > 0) return true;
  if (edge) return false;
  // The last probe has said nothing about the proxy, so it does not count.
  if (newest.result.status === Verdict.inconclusive) return true;
  if (row.status !== ProxyStatus.inactive) return true;
  return at + schedule.intervalMs - lastProbeAt > longestGapMs(row, lastProbeAt, schedule);
}

/**
 * The longest that an inactive proxy may go without a probe, milliseconds: a share of the time that
 * it has been inactive, up to the pool's limit. It is up to half as long, differently after each
 * probe, so that a list that died in one sweep is not probed in one sweep ever after.
 */
function longestGapMs(
  { proxy, statusSince }: ProxyRow,
  lastProbeAt: number,
  { at, backOff }: Schedule,
): number {
  const ageMs = at - Date.parse(statusSince);
  const longestMs = Math.min(backOff.maxIntervalSeconds * 1000, ageMs * SHARE_OF_AGE);
  return longestMs * (1 - fractionOf(proxy.id, Math.floor(lastProbeAt / 1000)) / 2);
}

/** 0 to below 1: the same for the same id and number, and as good as random for others. */
function fractionOf(proxyId: string, salt: number): number {
  // Multiplicative hashing: 2^32 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
  const mixed = Math.imul(Number.parseInt(proxyId.slice(-8), 16) ^ salt, 0x9e3779b1);
  return (mixed >>> 0) / 2 ** 32;
}
