import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { DEFAULT_LEASING } from '../../model/leasing-settings.ts';
import type { Pool, PoolPolicy } from '../../model/pool.ts';
import type { ClaimOutcome, PoolClaim, PoolStorage } from '../pool-storage.ts';
import { unlessExpired } from '../storage.ts';
import {
  absentOrExpired,
  deleting,
  exists,
  hasSalt,
  laterThanLastSweep,
  noSweepRuns,
  notDeleting,
  runs,
} from './conditions.ts';
import { type Database, type Item, readItem, unlessRefused } from './database.ts';
import { allOf, conditionInput, updateInput } from './expressions.ts';

/** The `Pools` table. */
export class DynamoDbPools implements PoolStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async create(pool: Pool): Promise<boolean> {
    const put = new PutCommand({
      TableName: this.#db.tables.pools,
      Item: toItem(pool),
      ...conditionInput(absentOrExpired('poolName', this.#db.clock.now())),
    });
    if (await unlessRefused(this.#db.client.send(put))) return true;
    // A call repeated after a lost answer finds its own pool: salts are unique.
    return (await this.get(pool.poolName))?.salt === pool.salt;
  }

  async updatePolicy(poolName: string, policy: PoolPolicy): Promise<Pool | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set: policyAttributes(policy) }, allOf(exists('poolName'), notDeleting)),
    });
    const updated = await unlessRefused(this.#db.client.send(update));
    return this.#current(updated?.Attributes);
  }

  async get(poolName: string): Promise<Pool | null> {
    return this.#current(await readItem(this.#db, 'pools', { poolName }));
  }

  async *list(): AsyncGenerator<Pool> {
    let start: Item | undefined;
    do {
      const page = await this.#db.client.send(
        new ScanCommand({
          TableName: this.#db.tables.pools,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) {
        const pool = this.#current(item);
        if (pool) yield pool;
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }

  async claim({ poolName, sweepId, batchBitCounts }: PoolClaim): Promise<ClaimOutcome> {
    const set = { runningSweepId: sweepId, lastSweepId: sweepId, batchBitsUsed: batchBitCounts };
    const condition = allOf(
      exists('poolName'),
      notDeleting,
      noSweepRuns,
      laterThanLastSweep(sweepId),
    );
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput({ set }, condition),
    });
    if (await unlessRefused(this.#db.client.send(update))) return { claimed: true };
    const { runningSweepId, lastSweepId } = (await this.get(poolName)) ?? {};
    return {
      claimed: false,
      ...(runningSweepId !== undefined && { runningSweepId }),
      ...(lastSweepId !== undefined && { lastSweepId }),
    };
  }

  async clearRunningSweep(poolName: string, sweepId: string): Promise<void> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput({ remove: ['runningSweepId'] }, runs(sweepId)),
    });
    await unlessRefused(this.#db.client.send(update));
  }

  async markDeleting(poolName: string, at: string): Promise<Pool | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set: { deletingSince: at } }, allOf(exists('poolName'), notDeleting)),
    });
    const marked = await unlessRefused(this.#db.client.send(update));
    return marked?.Attributes ? this.#current(marked.Attributes) : this.get(poolName);
  }

  async remove({ poolName, salt }: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean> {
    const remove = new DeleteCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...conditionInput(allOf(deleting, hasSalt(salt), noSweepRuns)),
    });
    return (await unlessRefused(this.#db.client.send(remove))) !== null;
  }

  #current(item: Item | null | undefined): Pool | null {
    const current = unlessExpired(item, this.#db.clock.now());
    return current && toPool(current);
  }
}

function policyAttributes({ options, riseFall, intervalSeconds, control, leasing }: PoolPolicy) {
  return { options, ...riseFall, intervalSeconds, control, leasing };
}

function toItem(pool: Pool): Item {
  const { batchBitCounts, riseFall: _flattened, ...plain } = pool;
  return { ...plain, ...policyAttributes(pool), batchBitsUsed: batchBitCounts };
}

function toPool(item: Item): Pool {
  const { rise, fall, batchBitsUsed, leasing = DEFAULT_LEASING, ...plain } = item;
  const riseFall = { rise, fall };
  return { ...plain, riseFall, leasing, batchBitCounts: batchBitsUsed } as unknown as Pool;
}
