import { NotFoundError } from '../errors.ts';
import type { Sweep } from '../model/sweep.ts';
import type { Storage } from '../storage/storage.ts';

/** Reads a sweep. @throws {NotFoundError} when there is no such sweep */
export async function requireSweep(storage: Storage, sweepId: string): Promise<Sweep> {
  const sweep = await storage.sweeps.get(sweepId);
  if (!sweep) throw new NotFoundError(`there is no sweep ${sweepId}, or it has expired`);
  return sweep;
}
