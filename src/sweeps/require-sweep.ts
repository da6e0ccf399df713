import { NotFoundError } from '../errors.ts';
import type { PoolPolicy } from '../model/pool.ts';
import type { Sweep } from '../model/sweep.ts';
import { requireUsable } from '../pools/pool-policy.ts';
import type { Storage } from '../storage/storage.ts';

/** Reads a sweep. @throws {NotFoundError} when there is no such sweep */
export async function requireSweep(storage: Storage, sweepId: string): Promise<Sweep> {
  const sweep = await storage.sweeps.get(sweepId);
  if (!sweep) throw new NotFoundError(`there is no sweep ${sweepId}, or it has expired`);
  return sweep;
}

/**
 * Reads the policy that a sweep runs with.
 *
 * @throws {NotFoundError} when it has expired
 * @throws {IncompatibleError} when a newer version has stored what this one cannot sweep with
 */
export async function requirePolicy(storage: Storage, sweep: Sweep): Promise<PoolPolicy> {
  const { sweepId, poolName, policyVersion, policy } = sweep;
  const found =
    policy ?? (policyVersion === undefined ? null : await storage.policies.get(policyVersion));
  if (!found) throw new NotFoundError(`the policy of sweep ${sweepId} has expired`);
  requireUsable({ ...found, poolName });
  return found;
}
