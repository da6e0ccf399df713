import type { ProxyStatus } from '../../health/rise-fall.ts';
import { batchOf, WHOLE_POOL } from '../../model/batch-range.ts';
import type { LeaseContext } from '../lease-context.ts';
import { wantedStatuses } from '../lease-request.ts';
import type { BatchSample, LeaseSearch } from './batch-sample.ts';

/** Ids taken from the index at once. */
const INDEXED_IDS = 256;

/** Readings of batches, or parts of them, before the index is asked where to look. */
const MAX_RANDOM_LOOKS = 8;
/** Batches read because the index names one of their proxies. */
const MAX_INDEXED_BATCHES = 8;

/** A search, and what it has seen so far. */
interface Walk extends LeaseSearch {
  readonly statuses: readonly ProxyStatus[];
  /** The last id seen of each batch; null when all its ids were. */
  readonly seen: Map<string, string | null>;
}

/**
 * Samples a pool until the caller has what it wants: first some batches in random order; then, if
 * these had hardly any proxies of the wanted statuses, batches in which the index names some.
 * Gives up after 16 batches, however large the pool is.
 *
 * @throws {unknown} when the signal is aborted: its reason
 */
export async function* sampleBatches(
  context: LeaseContext,
  search: LeaseSearch,
): AsyncGenerator<BatchSample> {
  const statuses = wantedStatuses(search.request);
  const walk: Walk = { ...search, statuses, seen: new Map() };
  let wanted = 0;
  let looks = 0;
  for await (const sample of randomParts(context, walk)) {
    looks += 1;
    wanted += sample.rows.filter(({ row }) => statuses.includes(row.status)).length;
    yield sample;
  }
  // When each reading finds such a proxy, those the index names are no better than any other.
  const isSparse = wanted < looks;
  if (isSparse && !isWhollySeen(walk)) yield* indexedBatches(context, walk);
}

/** Random batches; a batch that has outgrown one sample since the last sweep comes in parts. */
async function* randomParts(context: LeaseContext, walk: Walk): AsyncGenerator<BatchSample> {
  let looks = 0;
  for (const bits of randomBatches(walk.leasing.bitCount, context.random)) {
    let sample: BatchSample | undefined;
    do {
      if (looks++ === MAX_RANDOM_LOOKS) return;
      // All ids are equally long, so this is less than the next one.
      sample = await look(walk, bits, sample?.next && `${sample.next}0`);
      yield sample;
    } while (sample.next !== undefined);
  }
}

/** Up to 8 different batches, from a random one on, at equal steps of a random size. */
export function* randomBatches(bitCount: number, random: () => number): Generator<string> {
  if (bitCount === 0) {
    yield WHOLE_POOL;
    return;
  }
  const count = 2 ** bitCount;
  const start = Math.floor(random() * count);
  // The count is a power of two, so an odd step visits every batch before it repeats one.
  const step = 2 * Math.floor((random() * count) / 2) + 1;
  for (let index = 0; index < Math.min(count, MAX_RANDOM_LOOKS); index++) {
    yield ((start + index * step) % count).toString(2).padStart(bitCount, '0');
  }
}

async function* indexedBatches(context: LeaseContext, walk: Walk): AsyncGenerator<BatchSample> {
  const { seen, leasing } = walk;
  let batches = 0;
  for await (const id of indexedIds(context, walk)) {
    const bits = batchOf(id, leasing.bitCount);
    const next = seen.get(bits);
    // The rows of a batch that was read are known up to the end of its sample.
    if (next === null || (next !== undefined && id <= next)) continue;
    if (batches === MAX_INDEXED_BATCHES) return;
    batches += 1;
    yield await look(walk, bits, next && id);
  }
}

async function look({ reader, signal, seen }: Walk, bits: string, from?: string) {
  signal?.throwIfAborted();
  const sample = await reader.read(bits, from);
  seen.set(bits, sample.next ?? null);
  return sample;
}

function isWhollySeen({ seen, leasing }: Walk): boolean {
  return seen.size === 2 ** leasing.bitCount && ![...seen.values()].some(Boolean);
}

/**
 * Ids that the index has of proxies of the wanted statuses: those after a random id, then those
 * before it. Where there are many, not all of them.
 *
 * @throws {unknown} when the signal is aborted: its reason
 */
async function* indexedIds(
  { storage, random }: LeaseContext,
  { leasing: { pool }, statuses, signal }: Walk,
): AsyncGenerator<string> {
  const start = Math.floor(random() * 0x1_0000)
    .toString(16)
    .padStart(4, '0');
  for (const part of [{ after: start }, { after: '', upTo: start }]) {
    for (const status of statuses) {
      signal?.throwIfAborted();
      const query = { ...part, limit: INDEXED_IDS };
      yield* await storage.proxies.queryIdsByStatus(pool.poolName, status, query);
    }
  }
}
