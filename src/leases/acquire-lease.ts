import { InvalidInputError } from '../errors.ts';
import type { BatchSample } from './batch-sample.ts';
import { findEligible } from './eligible.ts';
import type { Lease } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';
import { type ParsedAcquireRequest, wantedStatuses } from './lease-request.ts';
import { leaseRow } from './lease-row.ts';
import type { LeasingPool } from './leasing-pools.ts';
import { sampleBatches } from './sample-batches.ts';
import { SELECTORS } from './selectors.ts';

/** Races lost in one sample before the next one is read: by then the sample is out of date. */
const MAX_LOST_RACES = 64;

/** What is wanted, and until when. */
export interface LeaseWish {
  readonly request: ParsedAcquireRequest;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Leases one proxy that fits and is free. A race that is lost goes on to the next candidate, a
 * sample without one to the next sample. Null when none of the samples has one.
 *
 * @throws the reason of the signal, once it is aborted; then nothing stays leased
 */
export async function acquireLease(
  context: LeaseContext,
  leasing: LeasingPool,
  wish: LeaseWish,
): Promise<Lease | null> {
  wish.signal?.throwIfAborted();
  for await (const sample of sampleBatches(context, leasing, wantedStatuses(wish.request))) {
    wish.signal?.throwIfAborted();
    const lease = await acquireFrom(context, leasing, wish, sample);
    if (lease) return lease;
  }
  return null;
}

async function acquireFrom(
  context: LeaseContext,
  leasing: LeasingPool,
  { request, signal }: LeaseWish,
  sample: BatchSample,
): Promise<Lease | null> {
  const eligible = findEligible(context, leasing, request, sample);
  const { selector } = request;
  const select = typeof selector === 'function' ? selector : SELECTORS[selector];
  for (let lost = 0; lost < MAX_LOST_RACES && eligible.size > 0; lost++) {
    signal?.throwIfAborted();
    const chosen = select([...eligible.keys()], context.random);
    if (!chosen) return null;
    const row = eligible.get(chosen);
    if (!row) throw new InvalidInputError('a selector must return one of its candidates');
    const lease = await leaseRow(context, leasing, request, row);
    if (lease) return lease;
    eligible.delete(chosen);
  }
  return null;
}
