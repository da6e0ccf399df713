import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ConflictError } from '../../src/errors.ts';
import type { Pool } from '../../src/model/pool.ts';
import { type ImportReport, importProxies } from '../../src/pools/import-proxies.ts';
import { parsePoolPolicy } from '../../src/pools/pool-policy.ts';
import { createPool } from '../../src/pools/put-pool.ts';
import type { ListEntry } from '../../src/proxies/list-entry.ts';
import { createProxy, processSalt } from '../../src/proxies/proxy.ts';
import { SWEEP_KEY_SECONDS, settleInlinePool } from '../../src/sweeps/start/sweep-key.ts';
import type { ApiDependencies } from './api-dependencies.ts';
import { tooLarge } from './reply/problem.ts';
import { readList } from './request/lists.ts';

/** The most proxies of an inline list; a pool that is imported in parts has no such limit. */
const MAX_INLINE_PROXIES = 10_000;

/** Each proxy is a line of a list, or an object as in a JSON list. */
export const inlineListSchema = z.strictObject({
  proxies: z
    .array(z.union([z.string(), z.record(z.string(), z.unknown())], 'must be a line or an object'))
    .check(z.minLength(1)),
  options: z.optional(z.unknown()),
});
export type InlineList = z.infer<typeof inlineListSchema>;

/**
 * Whether the body of `POST /sweeps` has an inline list.
 *
 * @throws {HttpProblem} 413 when the list is too long
 */
export function isInlineList(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('proxies' in body)) return false;
  if (Array.isArray(body.proxies) && body.proxies.length > MAX_INLINE_PROXIES) {
    throw tooLarge(
      `the list has ${body.proxies.length} proxies, at most ${MAX_INLINE_PROXIES} may be inline; ` +
        'PUT /pools/{pool}, import them with POST /pools/{pool}/proxies and sweep the pool',
    );
  }
  return true;
}

/**
 * Makes a pool of the list, which expires in a day; a list without a valid proxy stores nothing.
 *
 * @param key requests with the same idempotency key get the same pool
 * @throws {InvalidInputError} when the list or the options cannot be used
 * @throws {ConflictError} when the key came with another list or other options
 */
export async function createInlinePool(
  dependencies: ApiDependencies,
  list: InlineList,
  key: string | undefined,
): Promise<{ readonly poolName: string; readonly report: ImportReport }> {
  const { proxies, options } = list;
  const policy = options === undefined ? {} : { options };
  parsePoolPolicy(policy, dependencies.limits);
  const entries = await readList(dependencies, {
    source: JSON.stringify(proxies),
    format: 'json',
    salt: processSalt,
    maxEntries: MAX_INLINE_PROXIES,
  });
  const proposed = `inline-${randomUUID()}`;
  const poolName =
    key === undefined
      ? proposed
      : await settleInlinePool(dependencies, { key, request: list, proposed });
  const known = key === undefined ? null : await dependencies.storage.pools.get(poolName);
  const pool = known ?? (await createExpiring(dependencies, poolName, policy));
  // Ids depend on the pool alone, so a list that comes again adds nothing.
  const report = await importProxies(dependencies, pool.poolName, rekey(entries, pool));
  return { poolName: pool.poolName, report };
}

/** Creates a pool that expires, or reads the one that the same request has just created. */
async function createExpiring(
  dependencies: ApiDependencies,
  poolName: string,
  policy: unknown,
): Promise<Pool> {
  const { storage, clock } = dependencies;
  const expiresAtEpochSeconds = Math.floor(clock.now() / 1000) + SWEEP_KEY_SECONDS;
  try {
    return await createPool(dependencies, poolName, policy, { expiresAtEpochSeconds });
  } catch (error) {
    const created = error instanceof ConflictError ? await storage.pools.get(poolName) : null;
    if (created) return created;
    throw error;
  }
}

/** The entries with the ids their proxies have in the pool. */
async function* rekey(entries: readonly ListEntry[], { salt }: Pool): AsyncGenerator<ListEntry> {
  for (const entry of entries) {
    yield entry.kind === 'accepted' ? { ...entry, proxy: createProxy(entry.proxy, salt) } : entry;
  }
}
