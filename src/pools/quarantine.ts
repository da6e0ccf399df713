import { isHealthy } from '../health/health-check-result.ts';
import { ProxyStatus } from '../health/rise-fall.ts';
import type { ProxyResult } from '../model/batch-result.ts';
import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { probedAt } from './newest-results.ts';

/**
 * The default for the allowed difference between two clocks, milliseconds. With NTP, clocks agree
 * within milliseconds; this leaves room for machines where NTP fails.
 */
export const DEFAULT_CLOCK_SKEW_MS = 5000;

/** The largest allowed difference between two clocks, milliseconds. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * Whether a reported time is later than any correct clock can show now. Such a report does not
 * count until its time comes: if it counted at once, it would count for as long as its clock is
 * ahead.
 *
 * @param reportedAt epoch milliseconds
 * @param now epoch milliseconds
 */
export function isFromTheFuture(reportedAt: number, now: number): boolean {
  return reportedAt > now + MAX_CLOCK_SKEW_MS;
}

/** The fields of a row, and the newest result, that decide a quarantine. */
export interface Suspect {
  readonly row: Pick<ProxyRow, 'proxy' | 'status' | 'failuresInRow' | 'lastFailureAt'>;
  readonly newest: ProxyResult | null;
}

const NEVER_LEASED: ReadonlySet<ProxyStatus> = new Set([ProxyStatus.banned, ProxyStatus.inactive]);

/**
 * The end of the quarantine that a proxy's users have put it in, epoch milliseconds; null when
 * there is none. It is not stored: it follows from the reported failures and starts at the last of
 * them. A successful probe that began later ends it. A report from a clock that is far ahead counts
 * only once its time has come, so that no clock extends a quarantine by more than
 * `MAX_CLOCK_SKEW_MS`.
 *
 * A successful use resets the failures in a row; the end of a quarantine does not. One more failure
 * then quarantines the proxy again, for longer.
 *
 * @param now epoch milliseconds; @default every reported time counts at once
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
 * The ids of the proxies in one batch that quarantine keeps out of use: at most
 * `maxQuarantinedPercent` of the leasable ones, those quarantined longest. Without this limit,
 * users whose own target fails would take the whole pool away from everyone. A limit that holds for
 * every batch holds for the pool.
 *
 * @param now epoch milliseconds
 */
export function honouredQuarantines(
  rows: readonly Suspect[],
  settings: LeasingSettings,
  now: number,
): ReadonlySet<string> {
  const leasable = rows.filter(({ row }) => !NEVER_LEASED.has(row.status));
  const maxQuarantined = Math.floor((leasable.length * settings.maxQuarantinedPercent) / 100);
  const quarantined = leasable
    .filter((suspect) => (quarantinedUntil(suspect, settings, now) ?? 0) > now)
    .sort((a, b) => beganAt(a) - beganAt(b) || (a.row.proxy.id < b.row.proxy.id ? -1 : 1));
  return new Set(quarantined.slice(0, maxQuarantined).map(({ row }) => row.proxy.id));
}

function beganAt({ row }: Suspect): number {
  return row.lastFailureAt ?? 0;
}
