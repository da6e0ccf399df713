import { InvalidInputError, NotFoundError } from '../../src/errors.ts';
import type { LeaseReference } from '../../src/leases/lease.ts';

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
