import type { Clock } from '../../src/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { startApi } from '../functions/support/api.ts';
import { CANARY } from '../functions/support/lease-api.ts';
import type { StorageMethod } from '../support/storage/tapped-storage.ts';
import type { KnownNames } from './hostile-requests.ts';

const LIST = [
  `http://user:${CANARY}@8.8.8.8:8080`,
  `socks5://user:${CANARY}@8.8.8.8:1080`,
  `9.9.9.9:3128:user:${CANARY}`,
].join('\n');
const POLICY = JSON.stringify({ options: { headers: { authorization: CANARY } } });
/** Methods that change nothing begin so. */
const READS = /\.(?:get|list|query|read)/;
const PAGE = 1000;

/** The api over a storage that has two pools, proxies with passwords, a lease and a sweep. */
export async function startFuzzWorld(openStorage?: (clock: Clock) => Storage) {
  const api = startApi(openStorage && { openStorage });
  let writes = 0;
  api.storage.tapAll((name: StorageMethod, call, args) => {
    if (!READS.test(name)) writes += 1;
    return call(...args);
  });
  for (const pool of ['fleet', 'constructor']) {
    await api.call({ method: 'PUT', target: `/pools/${pool}`, body: POLICY });
    await api.post(`/pools/${pool}/proxies`, LIST);
  }
  const proxyIds = await api.storage.proxies.queryIds('fleet', PAGE);
  for (const proxyId of proxyIds) await api.activate('fleet', proxyId);
  const wish = JSON.stringify({ consumer: 'shop', leaseSeconds: 86_400 });
  const lease = await api.post('/pools/fleet/leases', wish);
  const sweep = await api.post('/sweeps', JSON.stringify({ pool: 'fleet' }));
  if (lease.status !== 201 || sweep.status !== 202) throw new Error('the world was not made');
  const known: KnownNames = {
    pools: ['fleet', 'fleet', 'constructor', 'not-yet-there'],
    proxyIds,
    leaseIds: [lease.json.leaseId],
    sweepIds: [sweep.json.sweepId],
  };
  const salts = await saltsOf(api.storage);
  return {
    api,
    known,
    salts,
    /** How many calls have written so far. */
    countWrites: () => writes,
    /** All that is stored, as one text. */
    snapshot: () => snapshot(api.storage),
  };
}

export type FuzzWorld = Awaited<ReturnType<typeof startFuzzWorld>>;

async function saltsOf(storage: Storage): Promise<readonly string[]> {
  const salts: string[] = [];
  for await (const { salt } of storage.pools.list()) salts.push(salt);
  return salts;
}

async function snapshot(storage: Storage): Promise<string> {
  const parts: unknown[] = [];
  for await (const pool of storage.pools.list()) {
    const { rows } = await storage.proxies.query(pool.poolName, { limit: PAGE, consistent: true });
    const sweeps = await storage.sweeps.list(pool.poolName, { limit: PAGE });
    parts.push([pool.poolName, pool, rows, sweeps]);
  }
  return JSON.stringify(parts.map((part) => JSON.stringify(part)).sort());
}
