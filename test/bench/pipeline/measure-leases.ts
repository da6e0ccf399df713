import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import { chooseBitCount } from '../../../src/model/batch-split.ts';
import { makeProxies } from '../../support/factories.ts';
import type { BenchStack } from './bench-stack.ts';
import { createPool, fillPool } from './fill.ts';
import { medianOf, type Point, type Series } from './series.ts';

const SIZES = [200, 2_000, 20_000];
const WARM_UP = 50;
const ROUNDS = 200;

/** A lease: `ProxyManager` in this process, with the embedded DynamoDB; releases are not counted. */
export async function measureLeases(stack: BenchStack): Promise<Series> {
  const points: Point[] = [];
  for (const size of SIZES) {
    const poolName = `leases-${size}`;
    await createPool(stack, { poolName, batchBitCounts: [chooseBitCount(size)] });
    await fillPool(stack, poolName, makeProxies(size), 'active');
    const manager = new ProxyManager({ storage: stack.storage });
    const times: number[] = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      const startedAt = performance.now();
      const lease = await manager.acquireProxy({ poolName, consumerName: 'bench' });
      times.push(performance.now() - startedAt);
      if (!lease) throw new Error(`no proxy of ${poolName} was available`);
      await manager.releaseProxy(lease);
    }
    points.push({ size, ms: medianOf(times.slice(WARM_UP)) });
  }
  return { name: 'lease', points };
}
