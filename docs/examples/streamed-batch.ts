/** Streamed batch: a list of any length and form, results as they complete, memory flat. */
import {
  HealthChecker,
  ListTally,
  parseHealthCheckOptions,
  parseProxyList,
} from 'proxy-lighthouse';
import { startDemoFleet } from '../../src/local/fleet/index.ts';

const fleet = await startDemoFleet();
const tally = new ListTally();

/** Your list may come from a file (`createReadStream(...)`), a database or the network. */
async function* proxies() {
  const list = `${fleet.list}\nnot a proxy\n`;
  for await (const entry of parseProxyList(list, { allowPrivateAddresses: true })) {
    tally.add(entry);
    if (entry.kind === 'accepted') yield entry.proxy;
    if (entry.kind === 'rejected') console.log(`line ${entry.line}: ${entry.detail}`);
  }
}

try {
  const checker = new HealthChecker({
    options: parseHealthCheckOptions({ targetUrl: fleet.targetUrl, ca: fleet.caPem }),
    allowPrivateAddresses: true,
  });
  const verdicts = new Map<string, number>();
  for await (const result of checker.streamHealthChecks(proxies(), { concurrency: 200 })) {
    verdicts.set(result.status, (verdicts.get(result.status) ?? 0) + 1);
  }
  console.log(tally.counts);
  console.log(verdicts);
} finally {
  await fleet.close();
}
