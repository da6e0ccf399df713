/** `node:http` and `node:https` with `https-proxy-agent`, or `socks-proxy-agent` for SOCKS5. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { performance } from 'node:perf_hooks';
import { createSecureContext } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { Route, targetUrl } from '../job.ts';
import { eachHost, requireOk, runJob } from './measure.ts';

await runJob((job, hosts) => {
  const url = targetUrl(job.route);
  const get = job.route === Route.https ? getHttps : getHttp;
  const secureContext = createSecureContext({ ca: readFileSync(job.caFile) });
  return eachHost(job.inFlight, hosts, async (host) => {
    const startedAt = performance.now();
    const agent =
      job.route === Route.socks5
        ? new SocksProxyAgent(`socks5h://${host}:${job.port}`)
        : new HttpsProxyAgent(`http://${host}:${job.port}`);
    try {
      const options = { agent, secureContext };
      const asked = get(url, options);
      const [response]: IncomingMessage[] = await once(asked, 'response');
      response?.resume();
      if (response) await once(response, 'end');
      return requireOk(response?.statusCode, startedAt);
    } finally {
      agent.destroy();
    }
  });
});
