/** Storing results: check, apply each verdict to storage by rise and fall, read the status back. */
import {
  createPool,
  HealthChecker,
  HealthCheckOrchestrator,
  importProxies,
  MemoryStorage,
  parseProxyList,
  readProxyViews,
  systemClock,
} from 'proxy-lighthouse';
import { startDemoFleet } from '../../src/local/fleet/index.ts';

const fleet = await startDemoFleet();
try {
  const clock = systemClock;
  const storage = new MemoryStorage({ clock }); // or DynamoDbStorage of 'proxy-lighthouse/dynamodb'
  const options = { targetUrl: fleet.targetUrl, ca: fleet.caPem, timeoutMs: 4000 };
  const pool = await createPool({ storage, clock }, 'shop', { options, fall: 2 });
  const entries = parseProxyList(fleet.list, { salt: pool.salt, allowPrivateAddresses: true });
  await importProxies({ storage }, 'shop', entries);

  const checker = new HealthChecker({ options: pool.options, allowPrivateAddresses: true });
  const orchestrator = new HealthCheckOrchestrator({ checker, storage, clock });
  const { rows } = await storage.proxies.query('shop', { limit: 100 });
  const proxies = rows.map((row) => row.proxy);
  for await (const result of orchestrator.streamAndStore('shop', proxies)) {
    console.log(result.proxyId, result.status, result.failure ?? '');
  }

  const { proxies: views } = await readProxyViews({ storage }, 'shop', { limit: 100 });
  for (const view of views) console.log(view.proxy, view.status);
} finally {
  await fleet.close();
}
