import type { Clock } from '../../src/clock.ts';
import type { Pool } from '../../src/model/pool.ts';
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
  const names = new Set<string>();
  let writes = 0;
  api.storage.tap('pools.create', (create, pool) => {
    names.add(pool.poolName);
    return create(pool);
  });
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
  const salts = (await poolsOf(api.storage, names)).map(({ salt }) => salt);
  return {
    api,
    known,
    salts,
    /** How many calls have written so far. */
    countWrites: () => writes,
    /** All that is stored, as one text. */
    snapshot: () => snapshot(api.storage, names),
  };
}

export type FuzzWorld = Awaited<ReturnType<typeof startFuzzWorld>>;

/** Every pool that was ever created and still exists, whatever lists it. */
async function poolsOf(storage: Storage, names: ReadonlySet<string>): Promise<readonly Pool[]> {
  const pools = await Promise.all([...names].map((name) => storage.pools.get(name)));
  return pools.filter((pool) => pool !== null);
}

async function snapshot(storage: Storage, names: ReadonlySet<string>): Promise<string> {
  const parts: unknown[] = [];
  for (const pool of await poolsOf(storage, names)) {
    const { rows } = await storage.proxies.query(pool.poolName, { limit: PAGE, consistent: true });
    const sweeps = await storage.sweeps.list(pool.poolName, { limit: PAGE });
    parts.push([pool.poolName, pool, rows, sweeps]);
  }
  return JSON.stringify(parts.map((part) => JSON.stringify(part)).sort());
}
