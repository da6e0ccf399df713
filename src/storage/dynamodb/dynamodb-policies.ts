import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { BoundedMap } from '../../async/bounded-map.ts';
import { FORMAT_ATTRIBUTE } from '../../model/format.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import { readStoredPolicy, type StoredPolicy } from '../../model/stored-policy.ts';
import { TTL_ATTRIBUTE } from '../dynamodb-tables.ts';
import type { PolicyStorage, PolicyVersion } from '../policy-storage.ts';
import { exists } from './conditions.ts';
import { type Database, readItem, unlessRefused } from './database.ts';
import { updateInput } from './expressions.ts';
import { withFormat } from './item-format.ts';

/** The sort key; there is one item per version. Without a `poolName`, it is in no index. */
const PART = 'policy';

/** Versions kept in memory: one is at most 288 KB, and an invocation rarely sees more pools. */
const MAX_CACHED = 16;

/** Versions of policies in the `Sweeps` table, whose items expire. */
export class DynamoDbPolicies implements PolicyStorage {
  readonly #db: Database;
  /** Versions never change, so what has been read stays true. */
  readonly #cached = new BoundedMap<string, PoolPolicy>(MAX_CACHED);

  constructor(db: Database) {
    this.#db = db;
  }

  async put({ policyVersion, ...version }: PolicyVersion): Promise<void> {
    const Item = withFormat({ ...keyOf(policyVersion), ...version });
    await this.#db.client.send(new PutCommand({ TableName: this.#db.tables.sweeps, Item }));
  }

  async get(policyVersion: string): Promise<PoolPolicy | null> {
    const cached = this.#cached.get(policyVersion);
    if (cached) return cached;
    const item = await readItem(this.#db, 'sweeps', keyOf(policyVersion));
    if (!item) return null;
    const policy = readStoredPolicy(item.policy as StoredPolicy, item[FORMAT_ATTRIBUTE]);
    this.#cached.set(policyVersion, policy);
    return policy;
  }

  async retire(policyVersion: string, expiresAtEpochSeconds: number): Promise<void> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.sweeps,
      Key: keyOf(policyVersion),
      ...updateInput({ set: { [TTL_ATTRIBUTE]: expiresAtEpochSeconds } }, exists('sweepId')),
    });
    await unlessRefused(this.#db.client.send(update));
  }
}

function keyOf(policyVersion: string) {
  return { sweepId: `policy#${policyVersion}`, part: PART };
}
