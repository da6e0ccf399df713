import type { ProxyStatus } from '../../health/rise-fall.ts';
import { batchOf, WHOLE_POOL } from '../../model/batch-range.ts';
import type { LeaseContext } from '../lease-context.ts';
import { type LeaseWish, wantedStatuses } from '../lease-request.ts';
import type { LeasingPool } from '../leasing-pools.ts';
import type { BatchReader, BatchSample } from './batch-sample.ts';

/** Ids taken from the index at once. */
const INDEXED_IDS = 256;

/** Looks at batches, or at parts of them, before the index is asked where to look. */
const MAX_RANDOM_LOOKS = 8;
/** Batches looked at because the index names a proxy of theirs. */
const MAX_INDEXED_BATCHES = 8;

/** Where and for what a pool is looked through. */
interface Search {
  readonly leasing: LeasingPool;
  readonly reader: BatchReader;
  readonly statuses: readonly ProxyStatus[];
  readonly signal: AbortSignal | undefined;
  /** Batch to the last id of it that was seen; null when all were. */
  readonly seen: Map<string, string | null>;
}

/**
 * Samples of a pool until the caller has what it wants: some batches in random order, then, where
 * a pool is so sparse that these had hardly a proxy of the statuses wanted, batches in which the
 * index knows some. Bounded: a pool of any size is given up after 16 batches.
 *
 * @throws the reason of the signal, once it is aborted
 */
export async function* sampleBatches(
  context: LeaseContext,
  leasing: LeasingPool,
  { request, signal, reader }: LeaseWish & { readonly reader: BatchReader },
): AsyncGenerator<BatchSample> {
  const statuses = wantedStatuses(request);
  const search: Search = { leasing, reader, statuses, signal, seen: new Map() };
  let wanted = 0;
  let looks = 0;
  for await (const sample of randomParts(context, search)) {
    looks += 1;
    wanted += sample.rows.filter(({ row }) => statuses.includes(row.status)).length;
    yield sample;
  }
  // Where each look finds such a proxy, those the index names are no better than any other.
  const isSparse = wanted < looks;
  if (isSparse && !isWhollySeen(search)) yield* indexedBatches(context, search);
}

/** Batches at random; one that has outgrown a sample, since its pool was last swept, in parts. */
async function* randomParts(context: LeaseContext, search: Search): AsyncGenerator<BatchSample> {
  let looks = 0;
  for (const bits of randomBatches(search.leasing.bitCount, context.random)) {
    let sample: BatchSample | undefined;
    do {
      if (looks++ === MAX_RANDOM_LOOKS) return;
      // Ids have one length, so this is less than the next one.
      sample = await look(search, bits, sample?.next && `${sample.next}0`);
      yield sample;
    } while (sample.next !== undefined);
  }
}

/** Up to 8 different batches, from a random one on, at random but equal steps. */
export function* randomBatches(bitCount: number, random: () => number): Generator<string> {
  if (bitCount === 0) {
    yield WHOLE_POOL;
    return;
  }
  const count = 2 ** bitCount;
  const start = Math.floor(random() * count);
  // An odd step comes to every batch of a power of two before it comes to one again.
  const step = 2 * Math.floor((random() * count) / 2) + 1;
  for (let index = 0; index < Math.min(count, MAX_RANDOM_LOOKS); index++) {
    yield ((start + index * step) % count).toString(2).padStart(bitCount, '0');
  }
}

async function* indexedBatches(context: LeaseContext, search: Search): AsyncGenerator<BatchSample> {
  const { seen, leasing } = search;
  let batches = 0;
  for await (const id of indexedIds(context, { ...search, ...leasing.pool })) {
    const bits = batchOf(id, leasing.bitCount);
    const next = seen.get(bits);
    // The rows of a batch that was looked at are known up to where its sample ended.
    if (next === null || (next !== undefined && id <= next)) continue;
    if (batches === MAX_INDEXED_BATCHES) return;
    batches += 1;
    yield await look(search, bits, next && id);
  }
}

async function look({ reader, signal, seen }: Search, bits: string, from?: string) {
  signal?.throwIfAborted();
  const sample = await reader.read(bits, from);
  seen.set(bits, sample.next ?? null);
  return sample;
}

function isWhollySeen({ seen, leasing }: Search): boolean {
  return seen.size === 2 ** leasing.bitCount && ![...seen.values()].some(Boolean);
}

/**
 * Ids of proxies of some statuses, as the index knows them: from a random one on, then those before
 * it. Not all of them, where there are many.
 *
 * @throws the reason of the signal, once it is aborted
 */
async function* indexedIds(
  { storage, random }: LeaseContext,
  {
    poolName,
    statuses,
    signal,
  }: {
    readonly poolName: string;
    readonly statuses: readonly ProxyStatus[];
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<string> {
  const start = Math.floor(random() * 0x1_0000)
    .toString(16)
    .padStart(4, '0');
  for (const part of [{ after: start }, { after: '', upTo: start }]) {
    for (const status of statuses) {
      signal?.throwIfAborted();
      const query = { ...part, limit: INDEXED_IDS };
      yield* await storage.proxies.queryIdsByStatus(poolName, status, query);
    }
  }
}
