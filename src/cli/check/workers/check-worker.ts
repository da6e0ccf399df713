/**
 * A worker thread of `lighthouse check`: probes the proxies it is handed, at a pace of its own, and
 * hands back what it finds. Which probes may be in flight is decided in the main thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CertificateWitness } from '../../../health/dial/certificate-witness.ts';
import type { HealthCheckResult } from '../../../health/health-check-result.ts';
import { HealthChecker } from '../../../health/health-checker.ts';
import { ProbeWindow } from '../../../health/window/probe-window.ts';
import type { Proxy } from '../../../proxies/proxy.ts';
import type { WorkerOrder, WorkerReport, WorkerSetup } from './messages.ts';
import { SharedResolver } from './shared-resolver.ts';

/** How long findings wait for others, so that a message carries several. Milliseconds. */
const GATHER_MS = 3;
/** More than the main thread ever hands out: this window only paces. */
const UNLIMITED = 10_000;

const { options, allowPrivateAddresses, pace } = workerData as WorkerSetup;
const resolver = new SharedResolver();
const witness = new CertificateWitness();
const checker = new HealthChecker({ options, allowPrivateAddresses, resolver, witness });
const window = new ProbeWindow({ concurrency: UNLIMITED, maxInFlightPerHost: UNLIMITED, pace });

let started = 0;
let results: HealthCheckResult[] = [];
let isGathering = false;

parentPort?.on('message', ({ proxies, isAnswering, seen }: WorkerOrder) => {
  resolver.othersAreAnswered = isAnswering;
  if (seen) witness.adopt(seen);
  for (const proxy of proxies) void check(proxy);
});
report();

async function check(proxy: Proxy): Promise<void> {
  const result = await window.run(proxy.host, () => {
    started += 1;
    reportSoon();
    return checker.checkProxy(proxy);
  });
  results.push(result);
  reportSoon();
}

function reportSoon(): void {
  if (isGathering) return;
  isGathering = true;
  setTimeout(report, GATHER_MS);
}

function report(): void {
  isGathering = false;
  const { ratePerSecond } = window.pace;
  const { isAnsweringHere: isAnswering } = resolver;
  parentPort?.postMessage({ started, results, ratePerSecond, isAnswering } satisfies WorkerReport);
  started = 0;
  results = [];
}
