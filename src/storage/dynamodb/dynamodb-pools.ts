import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { inChunks } from '../../async/iterables.ts';
import { readStoredBackOff } from '../../model/back-off.ts';
import { FORMAT_ATTRIBUTE } from '../../model/format.ts';
import {
  isListed,
  isTended,
  type Pool,
  type PoolPolicy,
  type PoolState,
  policyOf,
} from '../../model/pool.ts';
import { readStoredPolicy } from '../../model/stored-policy.ts';
import type {
  ClaimOutcome,
  EdgeCause,
  PolicyChange,
  PoolClaim,
  PoolQuery,
  PoolStorage,
  SweepFindings,
} from '../pool-storage.ts';
import { unlessExpired } from '../storage.ts';
import {
  absentOrExpired,
  deleting,
  exists,
  hasPolicyVersion,
  hasSalt,
  laterThanLastSweep,
  noSweepRuns,
  notDeleting,
  runs,
} from './conditions.ts';
import {
  BATCH_GET_LIMIT,
  type Database,
  getItems,
  type Item,
  readItem,
  unlessRefused,
} from './database.ts';
import { allOf, type Clause, conditionInput, updateInput } from './expressions.ts';
import { withFormat } from './item-format.ts';
import { PoolRegister, type RegisterEntry } from './pool-register.ts';

/** What a tick needs of a pool. */
const STATE_PROJECTION =
  'poolName, createdAt, intervalSeconds, alarmBelowAvailability, runningSweepId, lastSweepId, lastAvailability, backOff, wholeSweepId, lastSweepChanged, newSince, failedSince, deletingSince, expiresAtEpochSeconds';

/** Entries removed by one tick; the next one goes on. */
const MAX_DISMISSALS = 100;

/** The `Pools` table, and the register of its pools in the `Sweeps` table. */
export class DynamoDbPools implements PoolStorage {
  readonly #db: Database;
  readonly #register: PoolRegister;

  constructor(db: Database) {
    this.#db = db;
    this.#register = new PoolRegister(db);
  }

  async create(pool: Pool): Promise<boolean> {
    const { poolName } = pool;
    if (isListed(pool)) await this.#register.enter('listed', poolName);
    if (isTended(pool)) await this.#register.enter('tended', poolName, pool);
    const put = new PutCommand({
      TableName: this.#db.tables.pools,
      Item: withFormat({ ...toItem(pool), ...(isListed(pool) && { listed: true }) }),
      ...conditionInput(absentOrExpired('poolName', this.#db.clock.now())),
    });
    if (await unlessRefused(this.#db.client.send(put))) return true;
    // A call repeated after a lost answer finds its own pool: salts are unique.
    return (await this.get(poolName))?.salt === pool.salt;
  }

  async updatePolicy(poolName: string, change: PolicyChange): Promise<Pool | null> {
    const { policy, policyVersion, replaces } = change;
    // The pool may already be below a new limit.
    const mayBeTended = isTended(policy) || policy.alarmBelowAvailability !== null;
    if (mayBeTended) await this.#register.enter('tended', poolName);
    const condition = allOf(exists('poolName'), notDeleting, hasPolicyVersion(replaces));
    return this.#update(poolName, { ...policyAttributes(policy), policyVersion }, condition);
  }

  async get(poolName: string): Promise<Pool | null> {
    return this.#current(await readItem(this.#db, 'pools', { poolName }));
  }

  async *listByName({ after, wanted = BATCH_GET_LIMIT }: PoolQuery = {}): AsyncGenerator<Pool> {
    await this.#register.complete();
    const pageSize = Math.min(wanted, BATCH_GET_LIMIT);
    const entries = this.#register.entries('listed', { after, pageSize });
    for await (const names of inChunks(entries, pageSize)) {
      const keys = names.map(({ poolName }) => ({ poolName }));
      const items = await getItems(this.#db, 'pools', { keys });
      const pools = items.map((item) => this.#current(item)).filter((pool) => pool !== null);
      yield* pools.filter(isListed).sort((a, b) => (a.poolName < b.poolName ? -1 : 1));
    }
  }

  async *listTended(): AsyncGenerator<PoolState> {
    const entries = new Map<string, RegisterEntry>();
    for await (const entry of this.#register.entries('tended')) entries.set(entry.poolName, entry);
    const missed = (await this.#register.patrol()).filter((poolName) => !entries.has(poolName));
    const states = await getItems(this.#db, 'pools', {
      keys: [...entries.keys(), ...missed].map((poolName) => ({ poolName })),
      ProjectionExpression: STATE_PROJECTION,
      ConsistentRead: true,
    });
    for (const item of states) {
      const state = toState(unlessExpired(item, this.#db.clock.now()));
      if (!state || !isTended(state)) continue;
      if (!entries.delete(state.poolName)) {
        await this.#register.enter('tended', state.poolName, state);
      }
      yield state;
    }
    for (const entry of [...entries.values()].slice(0, MAX_DISMISSALS)) {
      await this.#register.leave('tended', entry);
    }
  }

  async claim(claim: PoolClaim): Promise<ClaimOutcome> {
    const { poolName, sweepId, batchBitCounts, wholeSweepId } = claim;
    await this.#register.enter('tended', poolName, claim);
    const ids = { runningSweepId: sweepId, lastSweepId: sweepId, wholeSweepId };
    const changes = {
      set: { ...ids, batchBitsUsed: batchBitCounts },
      remove: wholeSweepId === undefined ? ['wholeSweepId'] : [],
    };
    const condition = allOf(
      exists('poolName'),
      notDeleting,
      noSweepRuns,
      laterThanLastSweep(sweepId),
    );
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput(changes, condition),
    });
    if (await unlessRefused(this.#db.client.send(update))) return { claimed: true };
    const { runningSweepId, lastSweepId } = (await this.get(poolName)) ?? {};
    return {
      claimed: false,
      ...(runningSweepId !== undefined && { runningSweepId }),
      ...(lastSweepId !== undefined && { lastSweepId }),
    };
  }

  async clearRunningSweep(
    poolName: string,
    sweepId: string,
    { availability, changed }: SweepFindings = {},
  ): Promise<void> {
    const changes = {
      set: {
        lastAvailability: availability ?? undefined,
        lastSweepChanged: changed || undefined,
      },
      remove: [
        'runningSweepId',
        ...(availability === null ? ['lastAvailability'] : []),
        ...(changed === false ? ['lastSweepChanged'] : []),
      ],
    };
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput(changes, runs(sweepId)),
    });
    await unlessRefused(this.#db.client.send(update));
  }

  async noteEdge(poolName: string, cause: EdgeCause, at: string): Promise<void> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput({ set: { [cause]: at } }, exists('poolName')),
    });
    await unlessRefused(this.#db.client.send(update));
  }

  async markDeleting(poolName: string, at: string): Promise<Pool | null> {
    const condition = allOf(exists('poolName'), notDeleting);
    const marked = await this.#update(poolName, { deletingSince: at }, condition);
    const pool = marked ?? (await this.get(poolName));
    if (pool) await this.#register.enter('tended', poolName, pool);
    return pool;
  }

  async remove({ poolName, salt }: Pick<Pool, 'poolName' | 'salt'>): Promise<boolean> {
    const entry = await this.#register.find('listed', poolName);
    const remove = new DeleteCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...conditionInput(allOf(deleting, hasSalt(salt), noSweepRuns)),
    });
    if ((await unlessRefused(this.#db.client.send(remove))) === null) return false;
    if (entry) await this.#register.leave('listed', entry);
    return true;
  }

  async #update(poolName: string, set: Item, condition: Clause): Promise<Pool | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ReturnValues: 'ALL_NEW',
      ...updateInput({ set }, condition),
    });
    return this.#current((await unlessRefused(this.#db.client.send(update)))?.Attributes);
  }

  #current(item: Item | null | undefined): Pool | null {
    const current = unlessExpired(item, this.#db.clock.now());
    return current && toPool(current);
  }
}

/** The state as it is stored, apart from settings that another version may have written. */
function toState(item: Item | null): PoolState | null {
  return item && ({ ...item, backOff: readStoredBackOff(item.backOff) } as unknown as PoolState);
}

function policyAttributes(policy: PoolPolicy) {
  const { riseFall, unusable: _found, ...rest } = policyOf(policy);
  return { ...rest, ...riseFall };
}

function toItem(pool: Pool): Item {
  const { batchBitCounts, riseFall: _flattened, unusable: _found, ...plain } = pool;
  return { ...plain, ...policyAttributes(pool), batchBitsUsed: batchBitCounts };
}

function toPool(item: Item): Pool {
  const {
    [FORMAT_ATTRIBUTE]: format,
    rise,
    fall,
    batchBitsUsed = [],
    listed: _entered,
    ...plain
  } = item;
  const policy = readStoredPolicy({ ...plain, riseFall: { rise, fall } }, format);
  return { ...plain, ...policy, batchBitCounts: batchBitsUsed } as unknown as Pool;
}
