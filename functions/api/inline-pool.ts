import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Pool } from '../../src/model/pool.ts';
import { type ImportReport, importProxies } from '../../src/pools/import-proxies.ts';
import { parsePoolPolicy } from '../../src/pools/pool-policy.ts';
import { createPool } from '../../src/pools/put-pool.ts';
import type { ListEntry } from '../../src/proxies/list-entry.ts';
import { createProxy, processSalt } from '../../src/proxies/proxy.ts';
import type { ApiDependencies } from './api-dependencies.ts';
import { tooLarge } from './reply/problem.ts';
import { readList } from './request/lists.ts';

/** The most proxies of an inline list; a pool that is imported in parts has no such limit. */
const MAX_INLINE_PROXIES = 10_000;
/** How long the pool of an inline list is kept, seconds. */
const INLINE_POOL_SECONDS = 24 * 3600;

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

/** Makes a pool of the list, which expires in a day; a list without a valid proxy stores nothing. */
export async function createInlinePool(
  dependencies: ApiDependencies,
  { proxies, options }: InlineList,
): Promise<{ readonly poolName: string; readonly report: ImportReport }> {
  const policy = options === undefined ? {} : { options };
  parsePoolPolicy(policy, dependencies.limits);
  const entries = await readList(dependencies, {
    source: JSON.stringify(proxies),
    format: 'json',
    salt: processSalt,
    maxEntries: MAX_INLINE_PROXIES,
  });
  const expiresAtEpochSeconds = Math.floor(dependencies.clock.now() / 1000) + INLINE_POOL_SECONDS;
  const pool = await createPool(dependencies, `inline-${randomUUID()}`, policy, {
    expiresAtEpochSeconds,
  });
  const report = await importProxies(dependencies, pool.poolName, rekey(entries, pool));
  return { poolName: pool.poolName, report };
}

/** The entries with the ids their proxies have in the pool. */
async function* rekey(entries: readonly ListEntry[], { salt }: Pool): AsyncGenerator<ListEntry> {
  for (const entry of entries) {
    yield entry.kind === 'accepted' ? { ...entry, proxy: createProxy(entry.proxy, salt) } : entry;
  }
}
