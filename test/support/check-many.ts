/** Checks many proxies in a process of its own and prints the counts and any leftover handles. */
import { HealthChecker } from '../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../src/health/schema/parse-options.ts';
import { createProxy } from '../../src/proxies/proxy.ts';

interface Order {
  readonly port: number;
  readonly count: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly targetUrl?: string;
  readonly ca?: string;
  /** Whether it waits for a message before it begins. */
  readonly waitForStart?: boolean;
}

const order: Order = JSON.parse(process.argv[2] ?? '{}');
const { port, count, concurrency, timeoutMs, ca, targetUrl = 'http://192.0.2.7/' } = order;
const options = parseHealthCheckOptions({ targetUrl, timeoutMs, ...(ca && { ca }) });
const checker = new HealthChecker({
  allowPrivateAddresses: true,
  maxInFlightPerHost: concurrency,
});
const proxies = Array.from({ length: count }, () =>
  createProxy({ protocol: 'http', host: '127.0.0.1', port }),
);

if (order.waitForStart) {
  const started = new Promise((resolve) => process.once('message', resolve));
  process.send?.('ready');
  await started;
}
const counts: Record<string, number> = {};
const failures: Record<string, number> = {};
for await (const { status, failure } of checker.streamHealthChecks(proxies, {
  options,
  concurrency,
})) {
  counts[status] = (counts[status] ?? 0) + 1;
  if (failure) failures[failure] = (failures[failure] ?? 0) + 1;
}
if (order.waitForStart) process.disconnect();
const listLeft = () =>
  process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS|Timeout)/.test(kind));
for (let turns = 0; turns < 1000 && listLeft().length > 0; turns++) {
  await new Promise((resolve) => setImmediate(resolve));
}
const left = listLeft();
process.stdout.write(JSON.stringify({ counts, failures, left }));
