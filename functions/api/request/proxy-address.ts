import { InvalidInputError, NotFoundError } from '../../../src/errors.ts';
import type { LeaseReference } from '../../../src/leases/lease.ts';
import { parsePoolName } from '../../../src/model/pool.ts';
import { isUuid } from '../../../src/uuid.ts';
import type { ApiRequest } from './request.ts';

/**
 * The pool and the proxy that a path names.
 *
 * @throws {InvalidInputError} when the pool's name is malformed
 * @throws {NotFoundError} when the proxy's id is malformed, and so names no proxy
 */
export function addressOf({ params }: ApiRequest): { readonly pool: string; readonly id: string } {
  const id = params.id ?? '';
  if (!isUuid(id)) {
    throw new NotFoundError(`there is no proxy ${JSON.stringify(id.slice(0, 80))}`);
  }
  return { pool: parsePoolName(params.pool ?? ''), id };
}

/**
 * Does something with the lease that a path names.
 *
 * @throws {NotFoundError} when the id is malformed or not signed by the pool, and so names no
 * lease; the message does not repeat it
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
      `pool "${poolName}" has no lease with that id; use the one from POST /pools/{pool}/leases`,
    );
  }
}
