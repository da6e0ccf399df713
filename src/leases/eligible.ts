import { hasRoom } from '../model/lease-room.ts';
import { isBlockedOn } from '../pools/blocks.ts';
import { honouredQuarantines } from '../pools/quarantine.ts';
import type { ProxyRow } from '../storage/storage.ts';
import type { BatchSample } from './acquire/batch-sample.ts';
import { type LeaseCandidate, toCandidate } from './acquire/candidate.ts';
import { matchesFilters } from './acquire/proxy-filters.ts';
import { type LeaseContext, othersEndedBy } from './lease-context.ts';
import { type ParsedAcquireRequest, wantedStatuses } from './lease-request.ts';
import type { LeasingPool } from './leasing-pools.ts';

/** The proxies of a sample that fit a request and seem free, each with its row. */
export function findEligible(
  context: LeaseContext,
  { pool }: LeasingPool,
  request: ParsedAcquireRequest,
  sample: BatchSample,
): Map<LeaseCandidate, ProxyRow> {
  const now = context.clock.now();
  const endedBy = othersEndedBy(context);
  const statuses = new Set(wantedStatuses(request));
  const quarantined = honouredQuarantines(sample.rows, pool.leasing, now);
  const unwanted = new Set([...request.excludedProxyIds, ...quarantined]);
  const { notBlockedOn: target } = request;
  const eligible = new Map<LeaseCandidate, ProxyRow>();
  for (const { row, newest } of sample.rows) {
    if (!statuses.has(row.status) || unwanted.has(row.proxy.id) || !hasRoom(row, endedBy)) continue;
    if (target !== undefined && isBlockedOn(row, target, pool.leasing, now)) continue;
    const candidate = toCandidate(row, newest, endedBy);
    if (matchesFilters(candidate, request.filters, now)) eligible.set(candidate, row);
  }
  return eligible;
}
