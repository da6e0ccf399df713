import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ConflictError } from '../../errors.ts';
import type { Pool } from '../../model/pool.ts';
import type { Storage } from '../../storage/storage.ts';

/** How long a request with an idempotency key is remembered, seconds; inline lists live as long. */
export const SWEEP_KEY_SECONDS = 24 * 3600;

interface KeyDependencies {
  readonly storage: Storage;
  readonly clock: Clock;
}

/**
 * Returns the id that the sweep of a pool has or gets for an idempotency key. It is stored before
 * the sweep is claimed, so that all requests with the key, at once or later, mean one sweep.
 *
 * @param proposed the id of a new sweep
 */
export async function settleSweepId(
  { storage, clock }: KeyDependencies,
  { pool, key, proposed }: { readonly pool: Pool; readonly key: string; readonly proposed: string },
): Promise<string> {
  const keyHash = hashOf('pool', pool.salt, key);
  const known = await storage.sweepKeys.get(keyHash);
  if (known && (await isUsable(storage, pool, known.answer))) return known.answer;
  const record = { keyHash, answer: proposed, expiresAtEpochSeconds: expiryOf(clock) };
  return (await storage.sweepKeys.put(record, known?.answer)).answer;
}

/**
 * Returns the name of the pool that an inline list has or gets for an idempotency key.
 *
 * @param request what has to be the same each time
 * @throws {ConflictError} when the key came with another list or other options
 */
export async function settleInlinePool(
  { storage, clock }: KeyDependencies,
  {
    key,
    request,
    proposed,
  }: { readonly key: string; readonly request: unknown; readonly proposed: string },
): Promise<string> {
  const requestHash = hashOf('request', JSON.stringify(request));
  const keyHash = hashOf('inline', key);
  const expiresAtEpochSeconds = expiryOf(clock);
  const record = { keyHash, answer: proposed, requestHash, expiresAtEpochSeconds };
  const stored = await storage.sweepKeys.put(record);
  if (stored.requestHash === requestHash) return stored.answer;
  throw new ConflictError(
    'the idempotency-key header came before with another list or other options; ' +
      'send them unchanged or choose another key',
  );
}

/** Whether an id's sweep exists or may still be claimed; its first request may be under way. */
async function isUsable({ sweeps }: Storage, pool: Pool, sweepId: string): Promise<boolean> {
  const { lastSweepId } = pool;
  if (lastSweepId === undefined || lastSweepId <= sweepId) return true;
  return (await sweeps.get(sweepId)) !== null;
}

function expiryOf(clock: Clock): number {
  return Math.floor(clock.now() / 1000) + SWEEP_KEY_SECONDS;
}

/** A hash of texts, unambiguous whatever they hold. */
function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url');
}
