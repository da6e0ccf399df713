import { ProxyStatus } from '../../health/rise-fall.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { LeaseOutcome } from '../../model/proxy-row.ts';
import type {
  EndedLeases,
  LeaseAcquisition,
  LeaseRelease,
  LeaseRenewal,
  LeaseStorage,
  UseReport,
} from '../lease-storage.ts';
import type { PoolRows } from './pool-rows.ts';

/** Leases and reported uses on rows in maps. */
export class MemoryLeases implements LeaseStorage {
  readonly #rows: PoolRows;

  constructor(rows: PoolRows) {
    this.#rows = rows;
  }

  async acquire(acquisition: LeaseAcquisition): Promise<ProxyRow | null> {
    const { poolName, proxyId, token, lease, ended, maxConcurrency } = acquisition;
    const row = this.#rows.find(poolName, proxyId);
    if (!row) return null;
    // A repetition is counted again: see `LeaseStorage`.
    if (row.leases[token]) return this.#rows.set({ ...row, leaseCount: row.leaseCount + 1 });
    if (!acquisition.statuses.includes(row.status)) return null;
    if (row.maxConcurrency !== maxConcurrency || !areOver(row, ended)) return null;
    const kept = without(row.leases, ended.tokens);
    if (Object.keys(kept).length >= maxConcurrency) return null;
    const leases = { ...kept, [token]: lease };
    return this.#rows.set({ ...row, leases, leaseCount: row.leaseCount + 1 });
  }

  async renew(renewal: LeaseRenewal): Promise<ProxyRow | null> {
    const { poolName, proxyId, token, expiresAt, now } = renewal;
    const row = this.#rows.find(poolName, proxyId);
    const lease = row?.leases[token];
    if (!row || !lease || lease.expiresAt <= now || row.status === ProxyStatus.banned) return null;
    if (lease.expiresAt >= expiresAt) return row;
    return this.#rows.set({ ...row, leases: { ...row.leases, [token]: { ...lease, expiresAt } } });
  }

  async release({ poolName, proxyId, token, use }: LeaseRelease): Promise<ProxyRow | null> {
    const row = this.#rows.find(poolName, proxyId);
    if (!row?.leases[token]) return null;
    const leases = without(row.leases, [token]);
    this.#rows.set({ ...row, ...(use && afterUse(row, use)), leases });
    return row;
  }

  async recordUse(poolName: string, proxyId: string, use: UseReport): Promise<ProxyRow | null> {
    const row = this.#rows.find(poolName, proxyId);
    if (row) this.#rows.set({ ...row, ...afterUse(row, use) });
    return row;
  }

  async removeEnded(poolName: string, proxyId: string, ended: EndedLeases): Promise<boolean> {
    const row = this.#rows.find(poolName, proxyId);
    if (!row || ended.tokens.length === 0 || !areOver(row, ended)) return false;
    this.#rows.set({ ...row, leases: without(row.leases, ended.tokens) });
    return true;
  }

  async removeBlocks(
    poolName: string,
    proxyId: string,
    blocks: Readonly<Record<string, number>>,
  ): Promise<boolean> {
    const row = this.#rows.find(poolName, proxyId);
    const hosts = Object.keys(blocks);
    const asRead = hosts.every((host) => row?.blocks[host] === blocks[host]);
    if (!row || hosts.length === 0 || !asRead) return false;
    this.#rows.set({ ...row, blocks: without(row.blocks, hosts) });
    return true;
  }

  async setMaxConcurrency(
    poolName: string,
    proxyId: string,
    maxConcurrency: number | null,
  ): Promise<ProxyRow | null> {
    const row = this.#rows.find(poolName, proxyId);
    return row && this.#rows.set({ ...row, maxConcurrency });
  }
}

function areOver({ leases }: ProxyRow, { tokens, endedBy }: EndedLeases): boolean {
  return tokens.every((token) => (leases[token]?.expiresAt ?? Number.POSITIVE_INFINITY) <= endedBy);
}

/** The fields of the row that a report changes. */
function afterUse(row: ProxyRow, { outcome, targetHost, at }: UseReport): Partial<ProxyRow> {
  const uses = { ...row.uses, [outcome]: row.uses[outcome] + 1 };
  if (outcome === LeaseOutcome.failed)
    return { uses, failuresInRow: (row.failuresInRow ?? 0) + 1, lastFailureAt: at };
  if (outcome !== LeaseOutcome.blocked) return { uses, failuresInRow: 0 };
  if (targetHost === undefined) return { uses };
  return { uses, blocks: { ...row.blocks, [targetHost]: at } };
}

function without<Value>(
  map: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
