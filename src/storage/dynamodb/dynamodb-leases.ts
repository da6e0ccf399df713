import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { LeaseOutcome, type ProxyRow } from '../../model/proxy-row.ts';
import type {
  EndedLeases,
  LeaseAcquisition,
  LeaseRelease,
  LeaseRenewal,
  LeaseStorage,
  UseReport,
} from '../lease-storage.ts';
import { unlessExpired } from '../storage.ts';
import { exists, notBanned } from './conditions.ts';
import { type Database, type Item, readItem, unlessRefused } from './database.ts';
import {
  type Assignment,
  allOf,
  anyOf,
  type Changes,
  type Clause,
  updateInput,
} from './expressions.ts';
import {
  areOver,
  blocksAre,
  concurrencyIs,
  fewerLeases,
  hasLease,
  hasStatus,
  leaseEndsBy,
  leaseRuns,
} from './lease-conditions.ts';
import { BEFORE_FIRST_USE, toProxyRow } from './proxy-items.ts';

interface RowKey {
  readonly poolName: string;
  readonly proxyId: string;
}

/** Adds the maps that a report changes, where they are missing. */
const BEGIN_USES: readonly Assignment[] = Object.entries(BEFORE_FIRST_USE).map(([path, value]) => ({
  path,
  value,
  how: 'unlessSet',
}));

/** Leases and reported uses on the rows of the `Proxies` table. */
export class DynamoDbLeases implements LeaseStorage {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  acquire(acquisition: LeaseAcquisition): Promise<ProxyRow | null> {
    const { token, lease, ended, maxConcurrency } = acquisition;
    const changes: Changes = {
      // Never replaces an existing lease: a repeated request must not undo a renewal.
      assign: [{ path: ['leases', token], value: lease, how: 'unlessSet' }, ...BEGIN_USES],
      remove: ended.tokens.map((old) => ['leases', old]),
      add: { leaseCount: 1 },
    };
    const free = allOf(
      exists('proxyId'),
      hasStatus(acquisition.statuses),
      fewerLeases(maxConcurrency + ended.tokens.length),
      concurrencyIs(maxConcurrency),
      ...areOver(ended),
    );
    return this.#update(acquisition, changes, anyOf(hasLease(token), free));
  }

  async renew(renewal: LeaseRenewal): Promise<ProxyRow | null> {
    const { token, expiresAt, now } = renewal;
    const changes: Changes = {
      assign: [{ path: ['leases', token, 'expiresAt'], value: expiresAt, how: 'replace' }],
    };
    const condition = allOf(leaseRuns(token, now), leaseEndsBy(token, expiresAt), notBanned);
    const renewed = await this.#update(renewal, changes, condition);
    if (renewed) return renewed;
    const { poolName, proxyId } = renewal;
    const row = this.#current(await readItem(this.#db, 'proxies', { poolName, proxyId }));
    const runs = row && row.status !== 'banned' && (row.leases[token]?.expiresAt ?? 0) > now;
    return runs ? row : null;
  }

  release({ use, ...release }: LeaseRelease): Promise<ProxyRow | null> {
    const changes: Changes = {
      remove: [['leases', release.token]],
      ...(use && { assign: assignmentsOf(use) }),
      ...(use && { add: additionsOf(use) }),
    };
    return this.#update(release, changes, hasLease(release.token), 'ALL_OLD');
  }

  async recordUse(poolName: string, proxyId: string, use: UseReport): Promise<ProxyRow | null> {
    const key = { poolName, proxyId };
    const record = () => {
      const changes = { assign: assignmentsOf(use), add: additionsOf(use) };
      return this.#update(key, changes, exists('uses'), 'ALL_OLD');
    };
    const row = await record();
    if (row) return row;
    const begun = await this.#update(key, { assign: BEGIN_USES }, exists('proxyId'));
    return begun && record();
  }

  async removeEnded(poolName: string, proxyId: string, ended: EndedLeases): Promise<boolean> {
    if (ended.tokens.length === 0) return false;
    const changes = { remove: ended.tokens.map((token) => ['leases', token]) };
    return (await this.#update({ poolName, proxyId }, changes, allOf(...areOver(ended)))) !== null;
  }

  async removeBlocks(
    poolName: string,
    proxyId: string,
    blocks: Readonly<Record<string, number>>,
  ): Promise<boolean> {
    const hosts = Object.keys(blocks);
    if (hosts.length === 0) return false;
    const changes = { remove: hosts.map((host) => ['blocks', host]) };
    return (await this.#update({ poolName, proxyId }, changes, blocksAre(blocks))) !== null;
  }

  setMaxConcurrency(
    poolName: string,
    proxyId: string,
    maxConcurrency: number | null,
  ): Promise<ProxyRow | null> {
    return this.#update({ poolName, proxyId }, { set: { maxConcurrency } }, exists('proxyId'));
  }

  async #update(
    { poolName, proxyId }: RowKey,
    changes: Changes,
    condition: Clause,
    returned: 'ALL_NEW' | 'ALL_OLD' = 'ALL_NEW',
  ): Promise<ProxyRow | null> {
    const update = new UpdateCommand({
      TableName: this.#db.tables.proxies,
      Key: { poolName, proxyId },
      ReturnValues: returned,
      ...updateInput(changes, condition),
    });
    return this.#current((await unlessRefused(this.#db.client.send(update)))?.Attributes);
  }

  #current(item: Item | null | undefined): ProxyRow | null {
    const current = unlessExpired(item, this.#db.clock.now());
    return current && toProxyRow(current);
  }
}

/** What a report sets on the row, besides what it adds. */
function assignmentsOf({ outcome, targetHost, at }: UseReport): readonly Assignment[] {
  const counted: Assignment = { path: ['uses', outcome], value: 1, how: 'increase' };
  if (outcome === LeaseOutcome.failed)
    return [counted, { path: 'lastFailureAt', value: at, how: 'replace' }];
  if (outcome !== LeaseOutcome.blocked)
    return [counted, { path: 'failuresInRow', value: 0, how: 'replace' }];
  if (targetHost === undefined) return [counted];
  return [counted, { path: ['blocks', targetHost], value: at, how: 'replace' }];
}

function additionsOf({ outcome }: UseReport): NonNullable<Changes['add']> {
  return outcome === LeaseOutcome.failed ? { failuresInRow: 1 } : {};
}
