import type { Clock } from '../clock.ts';
import { ProxyStatus } from '../health/rise-fall.ts';
import { parseMaxConcurrency } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import type { ManualStatusWrite } from '../storage/proxy-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { noteEdge } from './note-edge.ts';
import { noSuchProxy, requirePool } from './require-pool.ts';

/**
 * Sets the status of a proxy by hand: `banned` keeps it out of use whatever sweeps find, `unknown`
 * lets the next verdict decide; a pool with `backOff` and a schedule has that within a minute. A proxy that already has the status does not change.
 *
 * @throws {NotFoundError} when there is no such pool, or no such proxy in it
 * @throws {ConflictError} when the pool is being deleted
 */
export async function setProxyStatus(
  dependencies: { readonly storage: Storage; readonly clock: Clock },
  { poolName, proxyId, status }: Omit<ManualStatusWrite, 'at'>,
): Promise<ProxyRow> {
  const { storage, clock } = dependencies;
  await requirePool(storage, poolName);
  const row = await storage.proxies.get(poolName, proxyId);
  if (row?.status === status) return row;
  const at = new Date(clock.now()).toISOString();
  const written =
    row && (await storage.proxies.writeManualStatus({ poolName, proxyId, status, at }));
  if (!written) throw noSuchProxy(poolName, proxyId);
  if (status === ProxyStatus.unknown) {
    await noteEdge(dependencies, await requirePool(storage, poolName), 'newSince');
  }
  return written;
}

/**
 * Sets how many consumers may hold a proxy at once. Running leases stay; while there are too many
 * of them, nobody is given the proxy. The running leases of an unlimited proxy are not known: they
 * do not count towards a new limit, and each runs to its end, up to 86,400 seconds, without
 * renewal.
 *
 * @param edit `maxConcurrency`: 1 to 100, or null for unlimited
 * @throws {InvalidInputError} when `maxConcurrency` is neither
 * @throws {NotFoundError} when there is no such pool, or no such proxy in it
 * @throws {ConflictError} when the pool is being deleted
 */
export async function setMaxConcurrency(
  { storage }: { readonly storage: Storage },
  {
    poolName,
    proxyId,
    maxConcurrency,
  }: {
    readonly poolName: string;
    readonly proxyId: string;
    readonly maxConcurrency: number | null;
  },
): Promise<ProxyRow> {
  const limit = parseMaxConcurrency(maxConcurrency);
  await requirePool(storage, poolName);
  const row = await storage.leases.setMaxConcurrency(poolName, proxyId, limit);
  if (row) return row;
  throw noSuchProxy(poolName, proxyId);
}

/**
 * Removes a proxy from its pool. Sweeps keep what they found about it.
 *
 * @throws {NotFoundError} when there is no such pool, or no such proxy in it
 * @throws {ConflictError} when the pool is being deleted
 */
export async function removeProxy(
  { storage }: { readonly storage: Storage },
  poolName: string,
  proxyId: string,
): Promise<void> {
  await requirePool(storage, poolName);
  if (!(await storage.proxies.delete(poolName, proxyId))) throw noSuchProxy(poolName, proxyId);
}
