import type { ProxyStatus } from '../health/rise-fall.ts';
import { batchOf, WHOLE_POOL } from '../sweeps/batch-range.ts';
import { type BatchSample, readBatchSample } from './batch-sample.ts';
import type { LeaseContext } from './lease-context.ts';
import type { LeasingPool } from './leasing-pools.ts';

/** Batches looked at before the index is asked where to look. */
const MAX_RANDOM_BATCHES = 8;
/** Batches looked at because the index names a proxy of theirs. */
const MAX_INDEXED_BATCHES = 8;
/** Ids taken from the index at once. */
const INDEXED_IDS = 256;

/**
 * Samples of a pool until the caller has what it wants: some batches in random order, then, where
 * a pool is so sparse that these had nothing, batches in which the index knows proxies of the
 * statuses wanted. Bounded: a pool of any size is given up after 16 batches.
 */
export async function* sampleBatches(
  context: LeaseContext,
  leasing: LeasingPool,
  statuses: readonly ProxyStatus[],
): AsyncGenerator<BatchSample> {
  /** Batch to the last id of it that was seen; null when all were. */
  const seen = new Map<string, string | null>();
  for (const bits of randomBatches(leasing.bitCount, context.random)) {
    const sample = await readBatchSample(context.storage, leasing, bits);
    seen.set(bits, sample.next ?? null);
    yield sample;
  }
  const allSeen = seen.size === 2 ** leasing.bitCount && ![...seen.values()].some(Boolean);
  if (!allSeen) yield* indexedBatches(context, leasing, { statuses, seen });
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
  for (let index = 0; index < Math.min(count, MAX_RANDOM_BATCHES); index++) {
    yield ((start + index * step) % count).toString(2).padStart(bitCount, '0');
  }
}

async function* indexedBatches(
  { storage, random }: LeaseContext,
  leasing: LeasingPool,
  {
    statuses,
    seen,
  }: { readonly statuses: readonly ProxyStatus[]; readonly seen: Map<string, string | null> },
): AsyncGenerator<BatchSample> {
  const { poolName } = leasing.pool;
  const start = Math.floor(random() * 0x1_0000)
    .toString(16)
    .padStart(4, '0');
  let batches = 0;
  for (const after of [start, '']) {
    for (const status of statuses) {
      const query = { after, limit: INDEXED_IDS };
      for (const id of await storage.queryProxyIdsByStatus(poolName, status, query)) {
        const bits = batchOf(id, leasing.bitCount);
        const next = seen.get(bits);
        // The rows of a batch that was looked at are known up to where its sample ended.
        if (next === null || (next !== undefined && id <= next)) continue;
        if (batches === MAX_INDEXED_BATCHES) return;
        batches += 1;
        const sample = await readBatchSample(storage, leasing, bits, next && id);
        seen.set(bits, sample.next ?? null);
        yield sample;
      }
    }
  }
}
