import type { ProxyStatus } from '../health/rise-fall.ts';
import type { LeaseContext } from './lease-context.ts';

/** Ids taken from the index at once. */
const INDEXED_IDS = 256;

/**
 * Ids of proxies of some statuses, as the index knows them: from a random one on, then those before
 * it. Not all of them, where there are many.
 *
 * @throws the reason of the signal, once it is aborted
 */
export async function* indexedIds(
  { storage, random }: LeaseContext,
  {
    poolName,
    statuses,
    signal,
  }: {
    readonly poolName: string;
    readonly statuses: readonly ProxyStatus[];
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<string> {
  const start = Math.floor(random() * 0x1_0000)
    .toString(16)
    .padStart(4, '0');
  for (const part of [{ after: start }, { after: '', upTo: start }]) {
    for (const status of statuses) {
      signal?.throwIfAborted();
      const query = { ...part, limit: INDEXED_IDS };
      yield* await storage.queryProxyIdsByStatus(poolName, status, query);
    }
  }
}
