import { systemClock } from '../../../src/clock.ts';
import { batchesOf, batchOf } from '../../../src/model/batch-range.ts';
import { chooseBitCount } from '../../../src/model/batch-split.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import {
  makeBatchResult,
  makeProxies,
  makeStoredResult,
  makeSweep,
  makeSweepId,
} from '../../support/factories.ts';
import type { BenchStack } from './bench-stack.ts';
import { createPool, fillPool } from './fill.ts';
import { leastOf, type Point, ROUNDS, type Series } from './series.ts';

const SIZES = [1_000, 10_000, 100_000];
const FAR_FUTURE_SECONDS = 4_000_000_000;

/** All results of a sweep, page by page, from the API of the local stack. */
export async function measureResults(stack: BenchStack): Promise<Series> {
  const points: Point[] = [];
  for (const [order, size] of [1_000, ...SIZES].entries()) {
    const sweepId = await storeSweep(stack, makeProxies(size), order);
    const ms = await leastOf(ROUNDS, async () => {
      const { length } = await stack.whole.readResults(sweepId);
      if (length !== size) throw new Error(`${length} of ${size} results`);
    });
    // The first round warms the function up.
    if (order > 0) points.push({ size, ms, peakMb: stack.used('api').peakMemoryMb });
  }
  return { name: 'results', points };
}

async function storeSweep(stack: BenchStack, proxies: readonly Proxy[], order: number) {
  const [poolName, sweepId] = [`results-${order}`, makeSweepId(order)];
  const bitCount = chooseBitCount(proxies.length);
  const common = { poolName, sweepId, expiresAtEpochSeconds: FAR_FUTURE_SECONDS };
  await createPool(stack, { poolName, batchBitCounts: [bitCount] });
  await fillPool(stack, poolName, proxies);
  const startedAt = new Date(systemClock.now()).toISOString();
  await stack.storage.sweeps.put(makeSweep({ ...common, bitCount, startedAt }));
  const batches = Map.groupBy(proxies, ({ id }) => batchOf(id, bitCount));
  for (const bits of batchesOf(bitCount)) {
    const results = (batches.get(bits) ?? []).map(({ id }) => [id, makeStoredResult()] as const);
    await stack.storage.results.put(
      makeBatchResult({ ...common, bits, startedAt, results: new Map(results) }),
    );
  }
  return sweepId;
}
