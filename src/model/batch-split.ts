import { MAX_BATCH_BIT_COUNT } from './batch-range.ts';
import { batchTimeMs } from './batch-time.ts';
import type { PoolPolicy } from './pool.ts';
import type { SweepLimits } from './sweep-limits.ts';

/** Rows of a pool that are read to estimate its size. */
export const SIZE_SAMPLE = 1024;

/** A batch planned anew holds at most this many proxies, and more than half of it. */
const PLANNED_BATCH_SIZE = 256;

/** A pool's k stays while its batches hold 96 to 320 proxies. */
const SMALLEST_BATCH_SIZE = 96;
export const LARGEST_BATCH_SIZE = 320;

/** 2^48: the number of prefixes an id can begin with, as far as they are looked at. */
const ID_PREFIXES = 2 ** 48;

/**
 * Estimates a pool's size from its first ids in id order: ids are uniform, so the part of the id
 * space they span is the part of the pool they are. Fewer than `SIZE_SAMPLE` are the whole pool.
 */
export function estimatePoolSize(firstIds: readonly string[]): number {
  const last = firstIds.at(-1);
  if (last === undefined || firstIds.length < SIZE_SAMPLE) return firstIds.length;
  return Math.max(firstIds.length, Math.round(firstIds.length / idPosition(last)));
}

/** Where in the id space an id lies, above 0 to 1: the part of the proxies that come up to it. */
export function idPosition(proxyId: string): number {
  const prefix = Number.parseInt(proxyId.replaceAll('-', '').slice(0, 12), 16);
  return (prefix + 1) / ID_PREFIXES;
}

/**
 * Chooses k for a pool of `size` proxies. It changes only when a batch would hold fewer than 96
 * or more than 320: results under another k are another history to read.
 *
 * @param current the k in use, if there is one
 */
export function chooseBitCount(size: number, current?: number): number {
  if (current !== undefined) {
    const batchSize = size / 2 ** current;
    const large = batchSize > LARGEST_BATCH_SIZE && current < MAX_BATCH_BIT_COUNT;
    const small = batchSize < SMALLEST_BATCH_SIZE && current > 0;
    if (!large && !small) return current;
  }
  const bits = Math.ceil(Math.log2(Math.max(size, 1) / PLANNED_BATCH_SIZE));
  return Math.min(Math.max(bits, 0), MAX_BATCH_BIT_COUNT);
}

/**
 * How long after its start a sweep may still write rows, milliseconds: every message delivered
 * twice and every batch at its slowest.
 */
export function sweepTimeMs(
  { size, bitCount }: { readonly size: number; readonly bitCount: number },
  policy: PoolPolicy,
  limits: SweepLimits,
): number {
  const batches = 2 ** bitCount;
  const rows = Math.max(LARGEST_BATCH_SIZE, Math.ceil(size / batches));
  const batchMs = batchTimeMs(rows, policy, limits);
  return 2 * limits.visibilityTimeoutMs + Math.ceil((batches * batchMs) / limits.concurrency);
}
