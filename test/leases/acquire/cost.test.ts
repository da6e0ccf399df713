import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLeaseToken } from '../../../src/leases/lease-id.ts';
import type { AcquireRequest } from '../../../src/leases/lease-request.ts';
import type { LeaseOutcome } from '../../../src/model/proxy-row.ts';
import { changePolicy, makeSweepId } from '../../support/factories.ts';
import { LeaseWorld, type PlannedProxy } from '../../support/leases/lease-world.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { type DynamoDbTap, startDynamoDbTap } from '../../support/storage/dynamodb-tap.ts';
import { createTestClient } from '../../support/storage/start-dynamodb.ts';

/** What leasing asks of DynamoDB, counted on the wire. */
describe('a lease on DynamoDB', () => {
  const database = useDynamoDb();
  let tap: DynamoDbTap;
  let client: DynamoDBClient;

  beforeAll(async () => {
    tap = await startDynamoDbTap(database.endpoint);
    client = createTestClient(tap.url);
  });

  afterAll(async () => {
    client.destroy();
    await tap[Symbol.asyncDispose]();
  });

  const createWorld = async (planned: readonly PlannedProxy[], bitCount = 0) => {
    const world = new LeaseWorld(await database.openStorage({ client }));
    await world.fill(planned, { batchBitCounts: [bitCount] });
    return world;
  };
  /** Leases every active proxy, wherever an acquisition would look for it. */
  const leaseAll = async ({ storage, clock }: LeaseWorld) => {
    const { rows } = await storage.proxies.query('fleet', { limit: 100 });
    const acquiredAt = clock.now();
    const lease = { consumer: 'shop', acquiredAt, expiresAt: acquiredAt + 60_000 };
    for (const { proxy, status } of rows) {
      if (status !== 'active') continue;
      await storage.leases.acquire({
        poolName: 'fleet',
        proxyId: proxy.id,
        token: createLeaseToken(),
        lease,
        statuses: ['active'],
        maxConcurrency: 1,
        ended: { tokens: [], endedBy: 0 },
      });
    }
  };
  const count = async (work: () => Promise<unknown>) => {
    const before = tap.requests.length;
    await work();
    return tap.requests
      .slice(before)
      .map(({ operation }) => operation)
      .sort();
  };

  it('costs two reads and one write with a warm manager and no contention', async () => {
    const world = await createWorld(new Array<PlannedProxy>(64).fill({}), 2);
    await world.mustAcquire();
    for (const selector of ['random', 'fastest', 'leastUsed', 'firstAvailable'] as const) {
      const operations = await count(() => world.mustAcquire({ selector }));
      expect(operations).toEqual(['Query', 'Query', 'UpdateItem']);
    }
  });

  it('costs one more read once in 30 seconds', async () => {
    const world = await createWorld([{}, {}]);
    const operations = await count(() => world.mustAcquire());
    expect(operations).toEqual(['GetItem', 'Query', 'Query', 'UpdateItem']);
  });

  it('takes the place of an ended lease at the same cost', async () => {
    const world = await createWorld([{}]);
    await world.mustAcquire({ leaseSeconds: 1 });
    world.clock.advance(6000);
    const operations = await count(() => world.mustAcquire());
    expect(operations).toEqual(['Query', 'Query', 'UpdateItem']);
  });

  it('is renewed by one write and released by one, whatever is reported', async () => {
    const world = await createWorld([{}]);
    const outcomes: readonly (LeaseOutcome | undefined)[] = [undefined, 'ok', 'failed', 'blocked'];
    for (const outcome of outcomes) {
      const lease = await world.mustAcquire();
      expect(await count(() => world.manager.renewLease(lease))).toEqual(['UpdateItem']);
      const release = () => world.manager.releaseProxy(lease, outcome);
      expect(await count(release)).toEqual(['UpdateItem']);
    }
  });

  it('has its pool read after a failed use, and written once, only in a pool with back-off', async () => {
    const world = await createWorld([{}]);
    await changePolicy(world.storage, {
      intervalSeconds: 3600,
      backOff: { maxIntervalSeconds: 86_400, edgeIntervalSeconds: 300 },
    });
    const useBadly = async () => {
      const lease = await world.mustAcquire();
      return count(() => world.manager.releaseProxy(lease, 'failed'));
    };
    expect(await useBadly()).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
    expect(await useBadly()).toEqual(['GetItem', 'UpdateItem']);
  });

  it('costs the same in a pool that was split again, unless the request asks what probes found', async () => {
    const world = await createWorld(new Array<PlannedProxy>(40).fill({}), 3);
    const batchBitCounts = [1, 3, 2, 4];
    await world.storage.pools.claim({ poolName: 'fleet', sweepId: makeSweepId(2), batchBitCounts });
    const manager = world.createManager();
    const acquire = (more: Partial<AcquireRequest> = {}) =>
      manager.acquireProxy({ poolName: 'fleet', consumerName: 'shop', ...more });
    await acquire();
    for (const selector of ['random', 'leastUsed', 'firstAvailable'] as const) {
      const operations = await count(() => acquire({ selector }));
      expect(operations).toEqual(['Query', 'Query', 'UpdateItem']);
    }
    // Half of the batches under each other k: 4 + 2 + 8.
    const asked = await count(() => acquire({ selector: 'fastest' }));
    expect(asked).toEqual([...new Array(2 + 14).fill('Query'), 'UpdateItem']);
  });

  it('that cannot be had costs two reads in a small pool, 16 in a large one', async () => {
    for (const [bitCount, reads] of [
      [0, 2],
      [4, 16],
    ] as const) {
      const world = await createWorld(new Array<PlannedProxy>(40).fill({}), bitCount);
      await leaseAll(world);
      await world.acquire();
      const any = { allowSlow: true, allowUnknown: true };
      for (const request of [{}, any]) {
        const operations = await count(async () => expect(await world.acquire(request)).toBeNull());
        expect(operations).toEqual(new Array(reads).fill('Query'));
      }
    }
  });

  it('that cannot be had in a sparse pool costs 17 more reads of the index', async () => {
    const sparse = Array.from(
      { length: 40 },
      (_, index): PlannedProxy => ({
        status: index === 7 ? 'active' : 'inactive',
      }),
    );
    const world = await createWorld(sparse, 4);
    await leaseAll(world);
    await world.acquire();
    const operations = await count(async () => expect(await world.acquire()).toBeNull());
    expect(operations.length).toBeGreaterThanOrEqual(16 + 17);
    expect(operations.length).toBeLessThanOrEqual(16 + 17 + 2);
  });

  it('costs three reads and two writes with an idempotency key', async () => {
    const world = await createWorld([{}, {}]);
    await world.mustAcquire();
    const operations = await count(() => world.mustAcquire({ idempotencyKey: 'order-66' }));
    expect(operations).toEqual(['GetItem', 'PutItem', 'Query', 'Query', 'UpdateItem']);
  });

  it('costs three reads and writes nothing for an unlimited proxy', async () => {
    const world = await createWorld([{ maxConcurrency: null }]);
    await world.mustAcquire();
    let lease = await world.mustAcquire();
    const acquire = async () => {
      lease = await world.mustAcquire();
    };
    expect(await count(acquire)).toEqual(['GetItem', 'Query', 'Query']);
    expect(await count(() => world.manager.releaseProxy(lease))).toEqual([]);
  });
});
