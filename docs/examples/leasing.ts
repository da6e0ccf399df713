/** Leasing: consumers hold proxies for a while, report how it went, and never hold one twice. */
import { inspect } from 'node:util';
import {
  acquireHealthyProxy,
  createPool,
  formatRedactedUrl,
  HealthChecker,
  importProxies,
  isHealthy,
  MemoryStorage,
  ProxyManager,
  parseProxyList,
  systemClock,
} from 'proxy-lighthouse';
import { startDemoFleet } from '../../src/local/fleet/index.ts';

const fleet = await startDemoFleet();
try {
  const clock = systemClock;
  const storage = new MemoryStorage({ clock }); // or DynamoDbStorage, for many processes at once
  const options = { targetUrl: fleet.targetUrl, ca: fleet.caPem, timeoutMs: 4000 };
  const pool = await createPool({ storage, clock }, 'shop', { options });
  const entries = parseProxyList(fleet.list, { salt: pool.salt, allowPrivateAddresses: true });
  await importProxies({ storage }, 'shop', entries);
  const checker = new HealthChecker({ options: pool.options, allowPrivateAddresses: true });

  const manager = new ProxyManager({ storage });
  manager.onRelease(({ lease, heldMs, outcome }) => {
    console.log(`${lease.consumerName} held it for ${Math.round(heldMs)} ms: ${outcome}`);
  });
  // No sweep has found a proxy active yet, so unknown ones are allowed.
  const request = { poolName: 'shop', consumerName: 'crawler', allowUnknown: true };

  // Leases and probes proxies until one works; the others are released and reported as failed.
  const found = await acquireHealthyProxy(manager, checker, { ...request, maxTries: 20 });
  if (!found) throw new Error('no proxy of the fleet works');
  const { lease, result } = found;
  console.log(`crawler holds ${formatRedactedUrl(lease.proxy)} until ${lease.expiresAt}`);
  console.log(`works right now: ${result.status} in ${Math.round(result.latencyMs)} ms`);

  // `formatLeasedUrl(lease)` gives the URL to use, password included.
  console.log(`password in sight: ${inspect(lease, { depth: 9 }).includes('password')}`);

  const other = await manager.acquireProxy({ ...request, consumerName: 'prices' });
  console.log(`a second consumer gets another one: ${other?.proxy.id !== lease.proxy.id}`);
  const { totalLeases, total } = await manager.countPool('shop');
  console.log(`${totalLeases} of ${total} leased`);

  await manager.renewLease(lease, { leaseSeconds: 600 });
  await manager.releaseProxy(lease, { outcome: 'blocked', targetHost: 'shop.example' });
  const next = await manager.acquireProxy({ ...request, notBlockedOn: 'shop.example' });
  console.log(`not for shop.example any more: ${next?.proxy.id !== lease.proxy.id}`);

  // Holds, renews and releases a lease around a function; reports `failed` when it throws.
  const latencyMs = await manager.withLease(request, async ({ proxy }, { signal, report }) => {
    const checked = await checker.checkProxy(proxy, { signal });
    if (!isHealthy(checked)) report('failed');
    return checked.latencyMs;
  });
  console.log(`a proxy at random: ${Math.round(latencyMs)} ms`);
} finally {
  await fleet.close();
}
