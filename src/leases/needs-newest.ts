import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../storage/storage.ts';
import { type ParsedAcquireRequest, wantedStatuses } from './lease-request.ts';

/**
 * Whether it matters to a request what the newest probe of a proxy found: to its filters, to its
 * selector, or because users reported enough failures for a quarantine, which a later probe ends.
 */
export function needsNewest(
  request: ParsedAcquireRequest,
  { quarantineAfterFailures }: LeasingSettings,
): (row: ProxyRow) => boolean {
  const { filters, selector } = request;
  const asked =
    filters.maxLatencyMs !== undefined ||
    filters.verifiedWithinSeconds !== undefined ||
    selector === 'fastest' ||
    typeof selector === 'function';
  const statuses = new Set(wantedStatuses(request));
  const failures = quarantineAfterFailures ?? Number.POSITIVE_INFINITY;
  return ({ status, failuresInRow = 0 }) =>
    (asked && statuses.has(status)) || failuresInRow >= failures;
}
