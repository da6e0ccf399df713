import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { chunksOf } from '../../../src/async/iterables.ts';
import { mapBounded } from '../../../src/async/map-bounded.ts';
import { systemClock } from '../../../src/clock.ts';
import { ProxyStatus } from '../../../src/health/rise-fall.ts';
import { SIZE_SAMPLE } from '../../../src/model/batch-split.ts';
import type { Pool } from '../../../src/model/pool.ts';
import { storePolicy } from '../../../src/pools/policy-versions.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import { createProxyRow } from '../../../src/storage/create-proxy-row.ts';
import { toProxyItem } from '../../../src/storage/dynamodb/proxy-items.ts';
import { makePool, makeProxy } from '../../support/factories.ts';
import type { BenchStack } from './bench-stack.ts';

const ITEMS_PER_CALL = 25;
const CALLS_IN_FLIGHT = 8;
const ID_PREFIX_DIGITS = 12;

/** Makes a pool without proxies. */
export async function createPool({ storage }: BenchStack, pool: Partial<Pool>): Promise<void> {
  const createdAt = new Date(systemClock.now()).toISOString();
  const policyVersion = await storePolicy(storage, makePool(pool));
  await storage.pools.create(makePool({ createdAt, ...pool, policyVersion }));
}

/** Puts rows into a pool, past the import. @param status what sweeps have found. @default unknown */
export async function fillPool(
  { client, tables }: Pick<BenchStack, 'client' | 'tables'>,
  poolName: string,
  proxies: readonly Proxy[],
  status: ProxyStatus = ProxyStatus.unknown,
): Promise<void> {
  const documents = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const statusSince = new Date(systemClock.now()).toISOString();
  await mapBounded([...chunksOf(proxies, ITEMS_PER_CALL)], CALLS_IN_FLIGHT, async (chunk) => {
    const puts = chunk.map((proxy) => {
      const row = { ...createProxyRow({ poolName, proxy, statusSince }), status };
      return { PutRequest: { Item: toProxyItem(row) } };
    });
    await documents.send(new BatchWriteCommand({ RequestItems: { [tables.proxies]: puts } }));
  });
}

/**
 * The first proxies of a pool of some size, in the order of their ids: as many as its size is
 * estimated from, so that it counts as that large.
 */
export function firstProxiesOf(size: number): readonly Proxy[] {
  const count = Math.min(size, SIZE_SAMPLE);
  return Array.from({ length: count }, (_, index) => {
    const proxy = makeProxy(index);
    const position = Math.floor(((index + 0.5) / size) * 16 ** ID_PREFIX_DIGITS);
    const digits = position.toString(16).padStart(ID_PREFIX_DIGITS, '0');
    return { ...proxy, id: `${digits.slice(0, 8)}-${digits.slice(8)}${proxy.id.slice(13)}` };
  });
}
