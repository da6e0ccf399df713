import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deletePool } from '../../src/sweeps/start/delete-pool.ts';
import { makePool } from '../support/factories.ts';
import { Crash, crashAfterWrite } from '../support/storage/crashing-storage.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { type FaultyEndpoint, startFaultyEndpoint } from '../support/storage/faulty-endpoint.ts';
import { createTestClient } from '../support/storage/start-dynamodb.ts';
import { tickOn, tickUntilGone } from '../support/sweeps/pool-deletion.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

/** Deletes a swept pool of three chunks: a crash follows the n-th write, then ticks finish. */
async function surviveCrash(world: SweepWorld, n: number): Promise<boolean> {
  await world.fill(1_100, { batchBitCounts: [2] });
  const { sweepId } = await world.start();
  const whole = world.storage;
  world.storage = crashAfterWrite(whole, n);
  let crashed = false;
  try {
    await deletePool(world, 'fleet');
    await tickUntilGone(world);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    crashed = true;
  }
  world.storage = whole;
  // The mark is stored, so nobody has to ask again.
  await tickUntilGone(world);
  expect(await world.rows()).toEqual([]);
  expect((await world.current(sweepId)).state).toBe('incomplete');
  expect(await world.storage.pools.create(makePool())).toBe(true);
  return crashed;
}

describe('a deletion that is interrupted', () => {
  it('after any one of its writes is finished by later ticks', async () => {
    let n = 1;
    while (await surviveCrash(new SweepWorld(), n)) n += 1;
    // The mark, the sweep's close, the pool's pointer, three chunks, the policy, the pool.
    expect(n).toBe(3 + 3 + 1 + 1 + 1);
  });
});

describe('a deletion on DynamoDB', () => {
  const database = useDynamoDb();
  let faulty: FaultyEndpoint;
  let client: DynamoDBClient;

  beforeAll(async () => {
    faulty = await startFaultyEndpoint(database.endpoint);
    client = createTestClient(faulty.endpoint, { maxAttempts: 2 });
  });

  afterAll(async () => {
    client.destroy();
    await faulty[Symbol.asyncDispose]();
  });

  async function createMarked(count: number): Promise<SweepWorld> {
    const world = new SweepWorld(await database.openStorage({ client }));
    faulty.script = () => 'pass';
    await world.fill(count);
    await deletePool(world, 'fleet');
    return world;
  }

  /** Counts the batch writes; `fate` decides what happens to each. */
  function onBatchWrites(fate: (n: number, body: BatchWrite) => ReturnType<typeof faulty.script>) {
    let writes = 0;
    faulty.script = ({ action, body }) =>
      action === 'BatchWriteItem' ? fate(++writes, body as BatchWrite) : 'pass';
  }

  it('finishes a half-deleted chunk in the next tick', async () => {
    const world = await createMarked(300);
    onBatchWrites((n) => (n > 5 ? 'fail' : 'pass'));
    expect(await tickOn(world)).toMatchObject([{ error: expect.any(Error), removed: false }]);
    const left = (await world.rows()).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(300);
    faulty.script = () => 'pass';
    expect(await tickOn(world)).toMatchObject([{ rowsDeleted: left }]);
    expect(await world.rows()).toEqual([]);
    await tickUntilGone(world);
  });

  it('deletes what a batch write leaves unprocessed, and asks only for that', async () => {
    const world = await createMarked(40);
    const sizes: number[] = [];
    onBatchWrites((_, body) => {
      const [[table = '', requests] = []] = Object.entries(body.RequestItems);
      const all = requests ?? [];
      sizes.push(all.length);
      if (all.length <= 5) return 'pass';
      const half = Math.ceil(all.length / 2);
      return {
        body: { RequestItems: { [table]: all.slice(0, half) } },
        change: (answer) => ({ ...answer, UnprocessedItems: { [table]: all.slice(half) } }),
      };
    });
    expect(await tickOn(world)).toMatchObject([{ rowsDeleted: 40 }]);
    expect(await world.rows()).toEqual([]);
    expect(sizes.sort((a, b) => b - a)).toEqual([25, 15, 12, 7, 6, 3, 3]);
  });

  it('leaves the rows to the next tick when the table processes nothing', async () => {
    const world = await createMarked(3);
    onBatchWrites((_, body) => ({ answer: { UnprocessedItems: body.RequestItems } }));
    const [entry] = await tickOn(world);
    expect(entry).toMatchObject({ rowsDeleted: 0, error: expect.any(Error) });
    expect(String(entry?.error)).toContain('unprocessed');
    expect(await world.rows()).toHaveLength(3);
  });
});

interface BatchWrite {
  readonly RequestItems: Readonly<Record<string, readonly object[]>>;
}
