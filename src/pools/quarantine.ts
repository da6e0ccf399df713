import { isHealthy } from '../health/health-check-result.ts';
import { ProxyStatus } from '../health/rise-fall.ts';
import type { ProxyResult } from '../model/batch-result.ts';
import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { probedAt } from './newest-results.ts';

/** With NTP, clocks are within milliseconds; this leaves room for machines whose NTP is ill. */
export const DEFAULT_CLOCK_SKEW_MS = 5000;
/** Farther apart no two clocks may be, milliseconds. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * Whether a time somebody reported is one no right clock can have shown yet. Such a report counts
 * for nothing until then: counted as of now it would count for as long as that clock is ahead.
 */
export function isFromTheFuture(reportedAt: number, now: number): boolean {
  return reportedAt > now + MAX_CLOCK_SKEW_MS;
}

/** A row and the newest result, as far as a quarantine follows from them. */
export interface Suspect {
  readonly row: Pick<ProxyRow, 'proxy' | 'status' | 'failuresInRow' | 'lastFailureAt'>;
  readonly newest: ProxyResult | null;
}

const NEVER_LEASED: ReadonlySet<ProxyStatus> = new Set([ProxyStatus.banned, ProxyStatus.inactive]);

/**
 * Until when a proxy's users have put it into quarantine, epoch milliseconds; null when they have
 * not. Nothing of it is stored: it follows from the failures they reported, the last of them
 * counting from its own time, and a probe that began later and went well ends it. What was reported
 * by a clock that is far ahead counts only once it is not, so that no clock lengthens a quarantine
 * by more than `MAX_CLOCK_SKEW_MS`.
 *
 * The failures in a row are forgotten for a use that went well, not when a quarantine ends: one
 * more failure then quarantines the proxy again, for longer.
 *
 * @param now epoch milliseconds; @default any time that was reported is believed
 */
export function quarantinedUntil(
  { row, newest }: Suspect,
  settings: LeasingSettings,
  now = Number.POSITIVE_INFINITY,
): number | null {
  const { failuresInRow = 0, lastFailureAt } = row;
  const { quarantineAfterFailures: threshold, quarantineSeconds, maxQuarantineSeconds } = settings;
  if (threshold === null || lastFailureAt === undefined || failuresInRow < threshold) return null;
  if (isFromTheFuture(lastFailureAt, now)) return null;
  if (newest && isHealthy(newest.result) && probedAt(newest) > lastFailureAt) return null;
  const seconds = Math.min(
    maxQuarantineSeconds,
    quarantineSeconds * (failuresInRow - threshold + 1),
  );
  return lastFailureAt + seconds * 1000;
}

/**
 * The proxies of one batch that are kept from use by quarantine. Only so many are of those that
 * could be leased at all, the ones quarantined longest: users whose own target fails would take the
 * whole pool away from everyone. As it holds for every batch, it holds for the pool.
 */
export function honouredQuarantines(
  rows: readonly Suspect[],
  settings: LeasingSettings,
  now: number,
): ReadonlySet<string> {
  const leasable = rows.filter(({ row }) => !NEVER_LEASED.has(row.status));
  const most = Math.floor((leasable.length * settings.maxQuarantinedPercent) / 100);
  const quarantined = leasable
    .filter((suspect) => (quarantinedUntil(suspect, settings, now) ?? 0) > now)
    .sort((a, b) => beganAt(a) - beganAt(b) || (a.row.proxy.id < b.row.proxy.id ? -1 : 1));
  return new Set(quarantined.slice(0, most).map(({ row }) => row.proxy.id));
}

function beganAt({ row }: Suspect): number {
  return row.lastFailureAt ?? 0;
}
