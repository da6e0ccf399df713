import type { Clock } from '../clock.ts';
import { NotFoundError } from '../errors.ts';
import { parseMaxConcurrency } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import type { ManualStatusWrite } from '../storage/proxy-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { isUuid } from '../uuid.ts';
import { requirePool } from './require-pool.ts';

/**
 * Sets the status of a proxy by hand: `banned` keeps it out of use whatever sweeps find, `unknown`
 * lets the next verdict decide. A proxy that has the status already stays as it is.
 *
 * @throws {NotFoundError} when there is no such pool, or no such proxy in it
 * @throws {ConflictError} when the pool is being deleted
 */
export async function setProxyStatus(
  { storage, clock }: { readonly storage: Storage; readonly clock: Clock },
  { poolName, proxyId, status }: Omit<ManualStatusWrite, 'at'>,
): Promise<ProxyRow> {
  await requirePool(storage, poolName);
  const row = await storage.proxies.get(poolName, proxyId);
  if (row?.status === status) return row;
  const at = new Date(clock.now()).toISOString();
  const written =
    row && (await storage.proxies.writeManualStatus({ poolName, proxyId, status, at }));
  if (written) return written;
  throw noSuchProxy(poolName, proxyId);
}

/**
 * Sets how many consumers may hold a proxy at once. Leases that run stay; where they are too many
 * by now, nobody is given the proxy until they have ended. Of an unlimited proxy nobody knows the
 * leases that run: they are not counted against a number that is set, and each runs on to its end,
 * up to 86,400 seconds; none is renewed.
 *
 * @param maxConcurrency 1 to 100, or null: unlimited
 * @throws {InvalidInputError} when it is neither
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
 * Takes a proxy out of its pool. What sweeps found about it stays with the sweeps.
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

function noSuchProxy(poolName: string, proxyId: string): NotFoundError {
  // What cannot be an id may be anything, such as a proxy's URL with its password.
  const named = isUuid(proxyId) ? proxyId : 'of that id';
  return new NotFoundError(`pool "${poolName}" has no proxy ${named}`);
}
