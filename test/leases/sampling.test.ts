import { describe, expect, it } from 'vitest';
import { randomBatches } from '../../src/leases/sample-batches.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { batchOf } from '../../src/sweeps/batch-range.ts';
import { makeBatchResult, makeStoredResult, makeSweepId } from '../support/factories.ts';
import { LeaseWorld, seededRandom } from '../support/lease-world.ts';

/** Counts the calls of some methods. */
function countCalls(storage: Storage, ...methods: readonly (keyof Storage)[]) {
  const calls: string[] = [];
  for (const method of methods) {
    const original = Reflect.get(storage, method) as (...args: unknown[]) => unknown;
    const counted = (...args: unknown[]) => {
      calls.push(method);
      return original(...args);
    };
    Object.assign(storage, { [method]: counted });
  }
  return calls;
}

describe('the choice of batches', () => {
  it('comes to different batches, from anywhere, at most eight', () => {
    const random = seededRandom(7);
    const starts = new Set<string>();
    for (let run = 0; run < 200; run++) {
      for (const [bitCount, expected] of [
        [0, 1],
        [1, 2],
        [3, 8],
        [12, 8],
      ] as const) {
        const batches = [...randomBatches(bitCount, random)];
        expect(new Set(batches).size).toBe(expected);
        for (const bits of batches) expect(bits).toMatch(bitCount ? /^[01]+$/ : /^\*$/);
        if (bitCount === 3) starts.add(batches[0] ?? '');
      }
    }
    expect(starts.size).toBe(8);
  });

  it('ends at the first batch that has a proxy', async () => {
    const world = new LeaseWorld();
    await world.fill(200, { batchBitCounts: [4] });
    const calls = countCalls(world.storage, 'queryProxyRows', 'queryProxyIdsByStatus');
    await world.mustAcquire();
    expect(calls).toEqual(['queryProxyRows']);
  });

  it('finds the only active proxy of a large pool through the index', async () => {
    const world = new LeaseWorld();
    const statuses = Array.from({ length: 600 }, (_, index) =>
      index === 321 ? ('active' as const) : ('inactive' as const),
    );
    const ids = await world.fill(
      statuses.map((status) => ({ status })),
      { batchBitCounts: [7] },
    );
    const calls = countCalls(world.storage, 'queryProxyRows');
    const lease = await world.mustAcquire({ filters: { maxLatencyMs: 100 } });
    expect(lease.proxy.id).toBe(ids[321]);
    expect(calls.length).toBeLessThanOrEqual(9);
    expect(await world.acquire()).toBeNull();
  });

  it('gives up a pool after a bounded number of reads', async () => {
    const world = new LeaseWorld();
    await world.fill(600, { batchBitCounts: [7] });
    const calls = countCalls(
      world.storage,
      'queryProxyRows',
      'getNewestBatchResult',
      'queryProxyIdsByStatus',
    );
    expect(await world.acquire({ filters: { country: 'SE' } })).toBeNull();
    expect(calls.filter((method) => method === 'queryProxyRows')).toHaveLength(16);
    expect(calls.filter((method) => method === 'getNewestBatchResult')).toHaveLength(16);
    expect(calls.filter((method) => method === 'queryProxyIdsByStatus').length).toBeLessThan(3);
  });

  it('asks no index once it has seen the whole pool', async () => {
    const world = new LeaseWorld();
    await world.fill([{ status: 'inactive' }], { batchBitCounts: [3] });
    const calls = countCalls(world.storage, 'queryProxyRows', 'queryProxyIdsByStatus');
    expect(await world.acquire()).toBeNull();
    expect(calls).toEqual(new Array(8).fill('queryProxyRows'));
  });

  it('finds a proxy beyond the rows one batch may have', async () => {
    const world = new LeaseWorld();
    const ids = (await world.fill(1100)).sort();
    for (const id of ids.slice(0, 1090)) await world.setStatus(id, 'banned');
    const lease = await world.mustAcquire();
    expect(ids.slice(1090)).toContain(lease.proxy.id);
  });

  it('knows the latency of a batch that was not swept since it was split anew', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(20, { batchBitCounts: [2, 1] });
    const fresh = ids.find((id) => batchOf(id, 2) === '01') ?? '';
    const other = new LeaseWorld();
    await other.fill(
      ids.map(() => ({ result: null })),
      { batchBitCounts: [] },
    );
    await other.storage.claimPool({
      poolName: 'fleet',
      sweepId: makeSweepId(2),
      batchBitCounts: [2, 1],
    });
    const results = new Map([[fresh, makeStoredResult({ latencyMs: 7 })]]);
    await other.storage.putBatchResult(makeBatchResult({ bits: '0', results }));
    const lease = await other.mustAcquire({ filters: { maxLatencyMs: 10 } });
    expect(lease.proxy.id).toBe(fresh);
  });

  it('reads the record of a pool once in 30 seconds, for all at once', async () => {
    const world = new LeaseWorld();
    await world.fill(20);
    const calls = countCalls(world.storage, 'getPool');
    await Promise.all(Array.from({ length: 5 }, () => world.mustAcquire()));
    world.clock.advance(29_999);
    await world.mustAcquire();
    expect(calls).toHaveLength(1);
    world.clock.advance(1);
    await world.mustAcquire();
    expect(calls).toHaveLength(2);
  });

  it('asks again for a pool that could not be read', async () => {
    const world = new LeaseWorld();
    await expect(world.acquire()).rejects.toMatchObject({ code: 'not_found' });
    await world.fill(1);
    expect(await world.acquire()).not.toBeNull();
  });
});
