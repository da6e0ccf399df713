import { hasRoom } from '../../model/lease-room.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { isBlockedOn } from '../../pools/blocks.ts';
import { honouredQuarantines } from '../../pools/quarantine.ts';
import { giveBack } from '../hold/release-lease.ts';
import type { Lease } from '../lease.ts';
import { type LeaseContext, othersEndedBy } from '../lease-context.ts';
import { type LeaseWish, wantedStatuses } from '../lease-request.ts';
import type { LeasingPool } from '../leasing-pools.ts';
import { BatchReader, type BatchSample, type LeaseSearch } from './batch-sample.ts';
import { type LeaseCandidate, toCandidate } from './candidate.ts';
import { chooseCandidate } from './choose-candidate.ts';
import { leaseRow } from './lease-row.ts';
import { matchesFilters } from './proxy-filters.ts';
import { sampleBatches } from './sample-batches.ts';
import { SELECTORS } from './selectors.ts';

/** Lost races after which a sample counts as out of date and its batch is read again. */
const MAX_LOST_RACES = 16;
/** The most readings of one batch before the search moves on to others. */
const MAX_READINGS = 4;

/**
 * Leases one proxy that fits and is free. After a lost race it tries the next candidate; after too
 * many in one sample it reads that batch again while it has candidates, then goes on to the next
 * sample. Null when no sample has a free proxy that fits.
 *
 * @throws {unknown} when the signal is aborted: its reason; then nothing stays leased
 */
export async function acquireLease(
  context: LeaseContext,
  leasing: LeasingPool,
  wish: LeaseWish,
): Promise<Lease | null> {
  wish.signal?.throwIfAborted();
  const reader = new BatchReader(context.storage, leasing, wish.request);
  const search = { ...wish, leasing, reader };
  for await (const sample of sampleBatches(context, search)) {
    wish.signal?.throwIfAborted();
    const lease = await acquireFromBatch(context, search, sample);
    if (lease) return keepUnlessAborted(context, lease, wish.signal);
  }
  wish.signal?.throwIfAborted();
  return null;
}

async function keepUnlessAborted(
  context: LeaseContext,
  lease: Lease,
  signal: AbortSignal | undefined,
): Promise<Lease> {
  if (signal?.aborted) await giveBack(context, lease);
  signal?.throwIfAborted();
  return lease;
}

async function acquireFromBatch(
  context: LeaseContext,
  search: LeaseSearch,
  first: BatchSample,
): Promise<Lease | null> {
  let sample = first;
  for (let reading = 1; ; reading++) {
    const { lease, contended } = await acquireFrom(context, search, sample);
    if (lease || !contended || reading === MAX_READINGS) return lease;
    sample = await search.reader.read(sample.bits, sample.from);
  }
}

interface SampleOutcome {
  readonly lease: Lease | null;
  /** Candidates are left, but too many races were lost. */
  readonly contended: boolean;
}

const EXHAUSTED: SampleOutcome = { lease: null, contended: false };

async function acquireFrom(
  context: LeaseContext,
  search: LeaseSearch,
  sample: BatchSample,
): Promise<SampleOutcome> {
  const eligible = findEligible(context, search, sample);
  const { selector } = search.request;
  const select = typeof selector === 'function' ? selector : SELECTORS[selector];
  const { random } = context;
  for (let lost = 0; lost < MAX_LOST_RACES && eligible.size > 0; lost++) {
    search.signal?.throwIfAborted();
    const chosen = chooseCandidate([...eligible.keys()], { select, random, lost });
    const row = chosen && eligible.get(chosen);
    if (!row) return EXHAUSTED;
    const lease = await leaseRow(context, search, row);
    if (lease) return { lease, contended: false };
    eligible.delete(chosen);
  }
  return { lease: null, contended: eligible.size > 0 };
}

/** The proxies of a sample that fit a request and seem free, each with its row. */
function findEligible(
  context: LeaseContext,
  { leasing: { pool }, request }: LeaseSearch,
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
