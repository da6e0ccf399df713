import { MAX_BATCH_BIT_COUNT } from './batch-range.ts';
import type { SweepLimits } from './sweep-limits.ts';

/** The number of rows that are read to estimate a pool's size. */
export const SIZE_SAMPLE = 1024;

/** When k is chosen anew, a batch holds at most this many proxies, and more than half as many. */
const PLANNED_BATCH_SIZE = 256;

/** A pool's k stays while its batches hold 96 to 320 proxies. */
const SMALLEST_BATCH_SIZE = 96;
export const LARGEST_BATCH_SIZE = 320;

/** The number of values that the first 48 bits of an id can have. */
const ID_PREFIXES = 2 ** 48;

/**
 * Estimates a pool's size from its first ids in id order: ids are uniform, so the share of the
 * id space they span is their share of the pool. Fewer than `SIZE_SAMPLE` are the whole pool.
 */
export function estimatePoolSize(firstIds: readonly string[]): number {
  const last = firstIds.at(-1);
  if (last === undefined || firstIds.length < SIZE_SAMPLE) return firstIds.length;
  return Math.max(firstIds.length, Math.round(firstIds.length / idPosition(last)));
}

/** An id's position in the id space, above 0 to 1: the share of proxies with ids up to it. */
export function idPosition(proxyId: string): number {
  const prefix = Number.parseInt(proxyId.replaceAll('-', '').slice(0, 12), 16);
  return (prefix + 1) / ID_PREFIXES;
}

/**
 * Chooses k for a pool of `size` proxies. It changes only when a batch would hold fewer than 96
 * or more than 320, because results under another k are another history to read.
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
 * How long after its start a sweep may still write rows, milliseconds: as long as it takes with
 * every message delivered twice and every batch at its slowest. On one host, such as a gateway, a
 * batch may take all the time that a checker has.
 */
export function sweepTimeMs(bitCount: number, limits: SweepLimits): number {
  const { visibilityTimeoutMs, checkerTimeoutMs, concurrency } = limits;
  return 2 * visibilityTimeoutMs + Math.ceil((2 ** bitCount * checkerTimeoutMs) / concurrency);
}
