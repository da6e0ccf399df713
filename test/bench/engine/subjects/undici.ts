/** undici's `ProxyAgent`, one per proxy. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ProxyAgent, request } from 'undici';
import { proxyProtocol, targetUrl } from '../job.ts';
import { eachHost, requireOk, runJob } from './measure.ts';

await runJob((job, hosts) => {
  const url = targetUrl(job.route);
  const protocol = proxyProtocol(job.route);
  const ca = readFileSync(job.caFile, 'utf8');
  return eachHost(job.inFlight, hosts, async (host) => {
    const startedAt = performance.now();
    const dispatcher = new ProxyAgent({
      uri: `${protocol}://${host}:${job.port}`,
      requestTls: { ca },
    });
    try {
      const { statusCode, body } = await request(url, { dispatcher });
      await body.dump();
      return requireOk(statusCode, startedAt);
    } finally {
      await dispatcher.destroy();
    }
  });
});
