/** Quick check: one proxy, one verdict, and whose fault it is when the proxy does not work. */
import {
  describeFailure,
  HealthChecker,
  isHealthy,
  parseHealthCheckOptions,
  parseProxyList,
} from 'proxy-lighthouse';
import { startDemoFleet } from '../../src/local/fleet/index.ts';

const fleet = await startDemoFleet();
try {
  const checker = new HealthChecker({
    options: parseHealthCheckOptions({ targetUrl: fleet.targetUrl, ca: fleet.caPem }),
    allowPrivateAddresses: true, // the demo lives on loopback
  });

  for (const { protocol, role, url } of fleet.members) {
    if (protocol !== 'http') continue;
    const result = await checker.checkProxy(await parseOne(url));
    const reason = result.failure ? describeFailure(result.failure) : null;
    const why = reason ? `${reason.code}, blame ${reason.blame}: ${reason.whatToDo}` : '';
    console.log(`${role}: ${isHealthy(result) ? 'healthy' : 'unhealthy'} ${why}`);
  }
} finally {
  await fleet.close();
}

async function parseOne(line: string) {
  for await (const entry of parseProxyList(line, { allowPrivateAddresses: true })) {
    if (entry.kind === 'accepted') return entry.proxy;
  }
  throw new Error('the line is not a proxy');
}
