import { InvalidInputError, NotFoundError } from '../../../src/errors.ts';
import type { LeaseReference } from '../../../src/leases/lease.ts';
import { parsePoolName } from '../../../src/model/pool.ts';
import { isUuid } from '../../../src/uuid.ts';
import type { ApiRequest } from './request.ts';

/**
 * The pool and the proxy a path names.
 *
 * @throws {InvalidInputError} for what cannot be the name of a pool
 * @throws {NotFoundError} for what has not the form of a proxy id, and so names no proxy
 */
export function addressOf({ params }: ApiRequest): { readonly pool: string; readonly id: string } {
  const id = params.id ?? '';
  if (!isUuid(id)) {
    throw new NotFoundError(`there is no proxy ${JSON.stringify(id.slice(0, 80))}`);
  }
  return { pool: parsePoolName(params.pool ?? ''), id };
}

/**
 * Does something with the lease a path names. What no pool has signed, or has not the form of a
 * lease id, names no lease.
 *
 * @throws {NotFoundError} for such an id, which the message does not repeat
 */
export async function unknownLeaseAs404<T>(
  { poolName }: LeaseReference,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    if (!error.issues.some(({ pointer }) => pointer === '/leaseId')) throw error;
    throw new NotFoundError(
      `pool "${poolName}" has given no lease that id; use the one POST /pools/{pool}/leases answered`,
    );
  }
}
