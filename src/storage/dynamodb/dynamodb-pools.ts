import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { DEFAULT_LEASING } from '../../model/leasing-settings.ts';
import type { Pool, PoolPolicy } from '../../model/pool.ts';
import { isExpired } from '../expiry.ts';
import type { ClaimOutcome, PoolClaim, PoolStorage } from '../pool-storage.ts';
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
import { type Database, type Item, unlessRefused } from './database.ts';
import { allOf, conditionInput, updateInput } from './expressions.ts';

/** The `Pools` table. */
export class DynamoDbPools implements PoolStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async createPool(pool: Pool): Promise<boolean> {
    const { clock } = this.#db;
    const put = new PutCommand({
      TableName: this.#db.tables.pools,
      Item: toItem(pool),
      ...conditionInput(absentOrExpired('poolName', clock.now())),
    });
    if (await unlessRefused(this.#db.client.send(put))) return true;
    // A call whose answer was lost is repeated, and then finds its own pool: salts are unique.
    return (await this.getPool(pool.poolName))?.salt === pool.salt;
  }

  async updatePoolPolicy(poolName: string, policy: PoolPolicy): Promise<Pool | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set: policyAttributes(policy) }, allOf(exists('poolName'), notDeleting)),
    });
    const updated = await unlessRefused(this.#db.client.send(update));
    return updated?.Attributes ? this.#current(updated.Attributes) : null;
  }

  async getPool(poolName: string): Promise<Pool | null> {
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.tables.pools,
        Key: { poolName },
        ConsistentRead: true,
      }),
    );
    return Item ? this.#current(Item) : null;
  }

  async *listPools(): AsyncGenerator<Pool> {
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

  async claimPool({ poolName, sweepId, batchBitCounts }: PoolClaim): Promise<ClaimOutcome> {
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
    const { runningSweepId, lastSweepId } = (await this.getPool(poolName)) ?? {};
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

  async markPoolDeleting(poolName: string, at: string): Promise<Pool | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set: { deletingSince: at } }, allOf(exists('poolName'), notDeleting)),
    });
    const marked = await unlessRefused(this.#db.client.send(update));
    return marked?.Attributes ? this.#current(marked.Attributes) : this.getPool(poolName);
  }

  async removePool({ poolName, salt }: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean> {
    const remove = new DeleteCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...conditionInput(allOf(deleting, hasSalt(salt), noSweepRuns)),
    });
    return (await unlessRefused(this.#db.client.send(remove))) !== null;
  }

  #current(item: Item): Pool | null {
    const pool = toPool(item);
    return isExpired(pool, this.#db.clock.now()) ? null : pool;
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
