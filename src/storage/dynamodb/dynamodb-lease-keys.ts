import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LeaseKeyRecord, LeaseKeyStorage } from '../lease-key-storage.ts';
import { isExpired } from '../storage.ts';
import { absentOrExpired } from './conditions.ts';
import { type Database, unlessRefused } from './database.ts';
import { conditionInput } from './expressions.ts';

/** The sort key: there is one item per key. Without a `poolName`, no index sees it. */
const PART = 'lease';

/** Idempotency keys in the `Sweeps` table, which holds what expires. */
export class DynamoDbLeaseKeys implements LeaseKeyStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async put(record: LeaseKeyRecord): Promise<LeaseKeyRecord> {
    const { keyHash, ...item } = record;
    const put = new PutCommand({
      TableName: this.#db.tables.sweeps,
      Item: { ...keyOf(keyHash), ...item },
      ...conditionInput(absentOrExpired('sweepId', this.#db.clock.now())),
    });
    if (await unlessRefused(this.#db.client.send(put))) return record;
    return (await this.get(keyHash)) ?? record;
  }

  async get(keyHash: string): Promise<LeaseKeyRecord | null> {
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.tables.sweeps,
        Key: keyOf(keyHash),
        ConsistentRead: true,
      }),
    );
    if (!Item || isExpired(Item, this.#db.clock.now())) return null;
    const { leaseId, requestHash, expiresAtEpochSeconds } = Item;
    return { keyHash, leaseId, requestHash, expiresAtEpochSeconds };
  }
}

function keyOf(keyHash: string) {
  return { sweepId: `lease-key#${keyHash}`, part: PART };
}
