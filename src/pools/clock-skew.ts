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
