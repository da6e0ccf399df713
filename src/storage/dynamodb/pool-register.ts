import { DeleteCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mapBounded } from '../../async/map-bounded.ts';
import { isListed, isTended, type PoolState } from '../../model/pool.ts';
import { TTL_ATTRIBUTE } from '../dynamodb-tables.ts';
import { isExpired } from '../storage.ts';
import { exists } from './conditions.ts';
import { type Database, type Item, queryItems, readItem, unlessRefused } from './database.ts';
import { conditionInput, updateInput } from './expressions.ts';
import { MARK_FORMAT } from './item-format.ts';

/**
 * The lists of the register, each a partition of the `Sweeps` table with an entry per pool: the
 * pools that `GET /pools` lists, and those that a tick may have to tend. Entries have no
 * `poolName`, so they are in no index.
 */
const PARTITIONS = { listed: 'pools-listed', tended: 'pools-tended' } as const;
type PoolList = keyof typeof PARTITIONS;

/** Stands in the list of listed pools once it has every pool of an earlier version; sorts first. */
const COMPLETE = '!complete';

/** An entry younger than this may be of a pool that is just being made or claimed, milliseconds. */
const SETTLED_AFTER_MS = 120_000;

/** Pools looked at by one step of the patrol; most installations have fewer. */
const PATROL_SIZE = 500;

const WRITE_CONCURRENCY = 8;

/** A pool's place in a list. */
export interface RegisterEntry {
  readonly poolName: string;
  /** Changes when the pool enters again. */
  readonly enteredAtMs: number;
}

/** Finds pools without a scan of the table that also holds thousands of inline lists' pools. */
export class PoolRegister {
  readonly #db: Database;
  #patrolStart: Item | undefined;
  #isComplete = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Enters a pool, or makes its entry new. */
  async enter(
    list: PoolList,
    poolName: string,
    { expiresAtEpochSeconds }: Pick<PoolState, 'expiresAtEpochSeconds'> = {},
  ): Promise<void> {
    const set = { enteredAtMs: this.#db.clock.now(), [TTL_ATTRIBUTE]: expiresAtEpochSeconds };
    const remove = expiresAtEpochSeconds === undefined ? [TTL_ATTRIBUTE] : [];
    const update = new UpdateCommand({
      TableName: this.#db.tables.sweeps,
      Key: { sweepId: PARTITIONS[list], part: poolName },
      ...updateInput({ set, remove, assign: [MARK_FORMAT] }),
    });
    await this.#db.client.send(update);
  }

  /** Removes an entry, unless the pool has entered again or did so only lately. */
  async leave(list: PoolList, { poolName, enteredAtMs }: RegisterEntry): Promise<void> {
    if (this.#db.clock.now() - enteredAtMs < SETTLED_AFTER_MS) return;
    const remove = new DeleteCommand({
      TableName: this.#db.tables.sweeps,
      Key: { sweepId: PARTITIONS[list], part: poolName },
      ...conditionInput({ text: 'enteredAtMs = :asRead', values: { ':asRead': enteredAtMs } }),
    });
    await unlessRefused(this.#db.client.send(remove));
  }

  /** A pool's entry; null when it has none. */
  async find(list: PoolList, poolName: string): Promise<RegisterEntry | null> {
    const key = { sweepId: PARTITIONS[list], part: poolName };
    const item = await readItem(this.#db, 'sweeps', key);
    return item && toEntry(item);
  }

  /** Yields the entries of a list by name; read consistently, by default as many as a page has. */
  async *entries(
    list: PoolList,
    {
      after = COMPLETE,
      pageSize,
    }: { readonly after?: string | undefined; readonly pageSize?: number } = {},
  ): AsyncGenerator<RegisterEntry> {
    const items = queryItems(this.#db, {
      TableName: this.#db.tables.sweeps,
      KeyConditionExpression: 'sweepId = :list AND part > :after',
      ExpressionAttributeValues: { ':list': PARTITIONS[list], ':after': after },
      ConsistentRead: true,
      ...(pageSize !== undefined && { Limit: pageSize }),
    });
    for await (const item of items) {
      if (!isExpired(item, this.#db.clock.now())) yield toEntry(item);
    }
  }

  /** Enters, once and for all, the pools that an earlier version has stored. */
  async complete(): Promise<void> {
    if (this.#isComplete) return;
    const key = { sweepId: PARTITIONS.listed, part: COMPLETE };
    if (!(await readItem(this.#db, 'sweeps', key))) {
      let start: Item | undefined;
      do start = (await this.#patrolFrom(start)).next;
      while (start);
      await this.enter('listed', COMPLETE);
    }
    this.#isComplete = true;
  }

  /**
   * Looks at the next few pools of the table, so that each is seen now and again, and enters those
   * that a crash or an earlier version has left out.
   *
   * @returns the names of those to be tended
   */
  async patrol(): Promise<readonly string[]> {
    const { tended, next } = await this.#patrolFrom(this.#patrolStart);
    this.#patrolStart = next;
    return tended;
  }

  async #patrolFrom(start: Item | undefined) {
    const page = await this.#db.client.send(
      new ScanCommand({
        TableName: this.#db.tables.pools,
        Limit: PATROL_SIZE,
        ProjectionExpression:
          'poolName, listed, intervalSeconds, alarmBelowAvailability, runningSweepId, lastAvailability, deletingSince, #ttl',
        ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    const pools = ((page.Items ?? []) as PatrolledPool[]).filter(
      (item) => !isExpired(item, this.#db.clock.now()),
    );
    const unlisted = pools.filter((pool) => isListed(pool) && pool.listed !== true);
    await mapBounded(unlisted, WRITE_CONCURRENCY, ({ poolName }) => this.#list(poolName));
    const tended = pools.filter(isTended).map(({ poolName }) => poolName);
    return { tended, next: page.LastEvaluatedKey };
  }

  async #list(poolName: string): Promise<void> {
    await this.enter('listed', poolName);
    const update = new UpdateCommand({
      TableName: this.#db.tables.pools,
      Key: { poolName },
      ...updateInput({ set: { listed: true } }, exists('poolName')),
    });
    await unlessRefused(this.#db.client.send(update));
  }
}

interface PatrolledPool extends Partial<PoolState> {
  readonly poolName: string;
  /** Whether it is entered in the list of listed pools; absent in pools of an earlier version. */
  readonly listed?: boolean;
}

function toEntry({ part, enteredAtMs }: Item): RegisterEntry {
  return { poolName: String(part), enteredAtMs: Number(enteredAtMs) };
}
