import { describe, expect, it } from 'vitest';
import { randomBatches } from '../../../src/leases/acquire/sample-batches.ts';
import { batchOf } from '../../../src/model/batch-range.ts';
import { DEFAULT_LEASING } from '../../../src/model/leasing-settings.ts';
import {
  changePolicy,
  makeBatchResult,
  makeStoredResult,
  makeSweepId,
} from '../../support/factories.ts';
import { LeaseWorld, seededRandom } from '../../support/leases/lease-world.ts';

describe('the choice of batches', () => {
  it('visits different batches, from any of them on, at most eight', () => {
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
    const calls = world.storage.record('proxies.query', 'proxies.queryIdsByStatus');
    await world.mustAcquire();
    expect(calls).toEqual(['proxies.query']);
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
    const calls = world.storage.record('proxies.query');
    const lease = await world.mustAcquire({ filters: { maxLatencyMs: 100 } });
    expect(lease.proxy.id).toBe(ids[321]);
    expect(calls.length).toBeLessThanOrEqual(9);
    expect(await world.acquire()).toBeNull();
  });

  it('goes through a batch that has outgrown a sample in parts', { timeout: 60_000 }, async () => {
    const world = new LeaseWorld();
    await world.fill(1500, { batchBitCounts: [0] });
    const holders = new Set<string>();
    for (let leases = 0; leases < 1500; leases++) {
      holders.add((await world.mustAcquire()).proxy.id);
    }
    expect(holders.size).toBe(1500);
    const calls = world.storage.record('proxies.query');
    expect(await world.acquire()).toBeNull();
    expect(calls).toHaveLength(2);
  });

  it('gives up a pool after a bounded number of reads', async () => {
    const world = new LeaseWorld();
    await world.fill(600, { batchBitCounts: [7] });
    const calls = world.storage.record(
      'proxies.query',
      'results.getNewest',
      'proxies.queryIdsByStatus',
    );
    expect(await world.acquire({ filters: { country: 'SE' } })).toBeNull();
    expect(calls.filter((method) => method === 'proxies.query')).toHaveLength(8);
    expect(calls.filter((method) => method === 'results.getNewest')).toHaveLength(8);
    expect(calls.filter((method) => method === 'proxies.queryIdsByStatus')).toHaveLength(0);
  });

  it('gives up a sparse pool after no more than 16 batches', async () => {
    const world = new LeaseWorld();
    const planned = Array.from({ length: 600 }, (_, index) => ({
      status: index % 20 === 0 ? ('active' as const) : ('inactive' as const),
    }));
    await world.fill(planned, { batchBitCounts: [7] });
    const calls = world.storage.record('proxies.query', 'proxies.queryIdsByStatus');
    expect(await world.acquire({ filters: { country: 'SE' } })).toBeNull();
    expect(calls.filter((method) => method === 'proxies.query')).toHaveLength(16);
    expect(calls.filter((method) => method === 'proxies.queryIdsByStatus')).toHaveLength(1);
  });

  it.for(['active', 'inactive'] as const)(
    'ends when it is aborted while it asks the index (%s)',
    async (status) => {
      const world = new LeaseWorld();
      // Eight of 128 batches are read: those of these proxies are hardly among them.
      await world.fill([{ status }, { status }, { status }], { batchBitCounts: [7] });
      const controller = new AbortController();
      const abort = () => controller.abort(new Error('enough'));
      world.storage.justBefore('proxies.queryIdsByStatus', abort);
      const calls = world.storage.record('proxies.query', 'proxies.queryIdsByStatus');
      const request = { poolName: 'fleet', consumerName: 'shop' };
      const { signal } = controller;
      await expect(world.manager.acquireProxy(request, { signal })).rejects.toThrow('enough');
      expect(calls).toEqual([...new Array(8).fill('proxies.query'), 'proxies.queryIdsByStatus']);
    },
  );

  it('does not ask the index once it has seen the whole pool', async () => {
    const world = new LeaseWorld();
    await world.fill([{ status: 'inactive' }], { batchBitCounts: [3] });
    const calls = world.storage.record('proxies.query', 'proxies.queryIdsByStatus');
    expect(await world.acquire()).toBeNull();
    expect(calls).toEqual(new Array(8).fill('proxies.query'));
  });

  it('finds a proxy beyond the rows one batch may have', async () => {
    const world = new LeaseWorld();
    const ids = (await world.fill(1100)).sort();
    for (const id of ids.slice(0, 1090)) await world.setStatus(id, 'banned');
    const lease = await world.mustAcquire();
    expect(ids.slice(1090)).toContain(lease.proxy.id);
  });

  it('knows the latency in a batch that was not swept since the pool was split again', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(20, { batchBitCounts: [2, 1] });
    const fresh = ids.find((id) => batchOf(id, 2) === '01') ?? '';
    const other = new LeaseWorld();
    await other.fill(
      ids.map(() => ({ result: null })),
      { batchBitCounts: [] },
    );
    await other.storage.pools.claim({
      poolName: 'fleet',
      sweepId: makeSweepId(2),
      batchBitCounts: [2, 1],
    });
    const results = new Map([[fresh, makeStoredResult({ latencyMs: 7 })]]);
    await other.storage.results.put(makeBatchResult({ bits: '0', results }));
    const lease = await other.mustAcquire({ filters: { maxLatencyMs: 10 } });
    expect(lease.proxy.id).toBe(fresh);
  });

  it('knows what was found under another k since the present one was last in use', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(20, { batchBitCounts: [2] });
    world.clock.advance(5 * 86_400_000);
    const startedAt = new Date(world.clock.now()).toISOString();
    const results = new Map(ids.map((id) => [id, makeStoredResult({ latencyMs: 7 })]));
    const sweepId = makeSweepId(2);
    for (const bits of ['0', '1']) {
      const own = new Map([...results].filter(([id]) => batchOf(id, 1) === bits));
      await world.storage.results.put(makeBatchResult({ bits, sweepId, startedAt, results: own }));
    }
    const batchBitCounts = [2, 1];
    await world.storage.pools.claim({ poolName: 'fleet', sweepId: makeSweepId(3), batchBitCounts });
    const fresh = { verifiedWithinSeconds: 3600, maxLatencyMs: 10 };
    expect(await world.acquire({ filters: fresh })).not.toBeNull();
  });

  it('forgives failures after a healthy probe under another k', async () => {
    const world = new LeaseWorld();
    const [id = ''] = await world.fill(20, { batchBitCounts: [2] });
    world.clock.advance(1000);
    const at = world.clock.now();
    for (let n = 0; n < 5; n++)
      await world.storage.leases.recordUse('fleet', id, { outcome: 'failed', at });
    const others = (await world.storage.proxies.queryIds('fleet', 20)).filter(
      (other) => other !== id,
    );
    const leasing = { ...DEFAULT_LEASING, maxQuarantinedPercent: 50 };
    await changePolicy(world.storage, { leasing });
    expect(await world.acquire({ excludedProxyIds: others })).toBeNull();
    world.clock.advance(1000);
    const startedAt = new Date(world.clock.now()).toISOString();
    const results = new Map([[id, makeStoredResult({ offsetMs: 0 })]]);
    const found = { bits: batchOf(id, 1), sweepId: makeSweepId(2), startedAt, results };
    await world.storage.results.put(makeBatchResult(found));
    const claim = { poolName: 'fleet', sweepId: makeSweepId(3), batchBitCounts: [2, 1] };
    await world.storage.pools.claim(claim);
    const lease = await world.createManager().acquireProxy({
      poolName: 'fleet',
      consumerName: 'shop',
      excludedProxyIds: others,
    });
    expect(lease?.proxy.id).toBe(id);
  });

  it('reads the record of a pool once in 30 seconds, for all at once', async () => {
    const world = new LeaseWorld();
    await world.fill(20);
    const calls = world.storage.record('pools.get');
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
