import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LeaseKeyRecord, LeaseKeyStorage } from '../lease-key-storage.ts';
import { absentOrExpired } from './conditions.ts';
import { type Database, readItem, unlessRefused } from './database.ts';
import { conditionInput } from './expressions.ts';

/** The sort key; there is one item per key. Without a `poolName`, it is in no index. */
const PART = 'lease';

/** Idempotency keys in the `Sweeps` table, whose items expire. */
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
    const item = await readItem(this.#db, 'sweeps', keyOf(keyHash));
    if (!item) return null;
    const { sweepId: _hash, part: _part, ...record } = item;
    return { keyHash, ...record } as LeaseKeyRecord;
  }
}

function keyOf(keyHash: string) {
  return { sweepId: `lease-key#${keyHash}`, part: PART };
}
