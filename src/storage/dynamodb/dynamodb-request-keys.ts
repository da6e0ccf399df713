import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LeaseKeyRecord, LeaseKeyStorage } from '../lease-key-storage.ts';
import type { SweepKeyRecord, SweepKeyStorage } from '../sweep-key-storage.ts';
import { absentOrExpired } from './conditions.ts';
import { type Database, readItem, unlessRefused } from './database.ts';
import { anyOf, type Clause, conditionInput } from './expressions.ts';
import { readFormat, withFormat } from './item-format.ts';

/**
 * Idempotency keys of one kind in the `Sweeps` table, whose items expire. There is one item per
 * key; without a `poolName`, it is in no index.
 */
class RequestKeys<Record extends { readonly keyHash: string }> {
  readonly #db: Database;
  readonly #kind: 'lease' | 'sweep';

  constructor(db: Database, kind: 'lease' | 'sweep') {
    this.#db = db;
    this.#kind = kind;
  }

  protected async putUnlessStored(record: Record, replaceable?: Clause): Promise<Record> {
    const { keyHash, ...item } = record;
    const free = absentOrExpired('sweepId', this.#db.clock.now());
    const put = new PutCommand({
      TableName: this.#db.tables.sweeps,
      Item: withFormat({ ...this.#keyOf(keyHash), ...item }),
      ...conditionInput(replaceable ? anyOf(free, replaceable) : free),
    });
    if (await unlessRefused(this.#db.client.send(put))) return record;
    return (await this.get(keyHash)) ?? record;
  }

  async get(keyHash: string): Promise<Record | null> {
    const item = await readItem(this.#db, 'sweeps', this.#keyOf(keyHash));
    if (!item) return null;
    const { sweepId: _hash, part: _part, ...record } = readFormat(item);
    return { keyHash, ...record } as unknown as Record;
  }

  #keyOf(keyHash: string) {
    return { sweepId: `${this.#kind}-key#${keyHash}`, part: this.#kind };
  }
}

/** Idempotency keys of acquisitions. */
export class DynamoDbLeaseKeys extends RequestKeys<LeaseKeyRecord> implements LeaseKeyStorage {
  constructor(db: Database) {
    super(db, 'lease');
  }

  put(record: LeaseKeyRecord): Promise<LeaseKeyRecord> {
    return this.putUnlessStored(record);
  }
}

/** Idempotency keys of sweeps. */
export class DynamoDbSweepKeys extends RequestKeys<SweepKeyRecord> implements SweepKeyStorage {
  constructor(db: Database) {
    super(db, 'sweep');
  }

  put(record: SweepKeyRecord, replaces?: string): Promise<SweepKeyRecord> {
    if (replaces === undefined) return this.putUnlessStored(record);
    return this.putUnlessStored(record, {
      text: 'answer = :replaces',
      values: { ':replaces': replaces },
    });
  }
}
