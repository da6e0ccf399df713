/**
 * Lighthouse among hostile peers: probes tens of thousands of them and reads its own memory as it
 * goes. Needs `--expose-gc`, takes a `GrowthJob` and prints a `GrowthReport`.
 */
import { performance } from 'node:perf_hooks';
import {
  createProxy,
  HealthChecker,
  type Proxy,
  parseHealthCheckOptions,
} from '../../../../src/index.ts';
import { proxyHost, Route, targetUrl } from '../job.ts';
import { countSocketsLeft, lookAtMemory } from './measure.ts';

/** Second octet and protocol of the peers of fixtures/hostile.cpp, asked in turn. */
const PEERS = [
  { octet: 1, protocol: 'http' },
  { octet: 2, protocol: 'http' },
  { octet: 2, protocol: 'socks5' },
  { octet: 3, protocol: 'http' },
  { octet: 4, protocol: 'http' },
  { octet: 5, protocol: 'http' },
  { octet: 6, protocol: 'http' },
  { octet: 7, protocol: 'socks5' },
] as const;

/** A silent peer takes no longer than this. */
const TIMEOUT_MS = 250;
/** How often memory is read over the whole run. */
const SAMPLES = 100;

export interface GrowthJob {
  readonly probes: number;
  readonly port: number;
}

/** Memory after a collection, once this many probes have a verdict. */
interface GrowthSample {
  readonly probes: number;
  readonly residentKb: number;
  readonly heapKb: number;
}

export interface GrowthReport {
  readonly probes: number;
  readonly seconds: number;
  readonly samples: readonly GrowthSample[];
  /** How often each failure, or healthy status, was the verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly socketsLeft: number;
}

const { probes, port }: GrowthJob = JSON.parse(process.argv[2] ?? '');
const checker = new HealthChecker({
  options: parseHealthCheckOptions({ targetUrl: targetUrl(Route.https), timeoutMs: TIMEOUT_MS }),
  allowPrivateAddresses: true,
});
const samplePeriod = Math.ceil(probes / SAMPLES);
const samples: GrowthSample[] = [];
const verdicts: Record<string, number> = {};
const startedAt = performance.now();
let done = 0;
for await (const { status, failure = status } of checker.streamHealthChecks(hostile())) {
  verdicts[failure] = (verdicts[failure] ?? 0) + 1;
  if (++done % samplePeriod === 0) samples.push({ probes: done, ...lookAtMemory() });
}
const seconds = (performance.now() - startedAt) / 1000;
const socketsLeft = await countSocketsLeft();
const report: GrowthReport = { probes, seconds, samples, verdicts, socketsLeft };
process.stdout.write(`${JSON.stringify(report)}\n`);

function* hostile(): Generator<Proxy> {
  for (let index = 0; index < probes; index++) {
    const { octet, protocol } = PEERS[index % PEERS.length] ?? PEERS[0];
    yield createProxy({ protocol, host: proxyHost(octet, index), port });
  }
}
