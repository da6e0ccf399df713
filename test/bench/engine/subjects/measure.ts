import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { type Job, proxyHost, type SubjectReport } from '../job.ts';

/** One check that ended as it should: its latency; otherwise what went wrong. */
export type CheckOutcome = { readonly latencyMs: number } | { readonly failure: string };

/** A way to check proxies; yields the outcomes in any order. */
export type Checks = (job: Job, hosts: readonly string[]) => AsyncIterable<CheckOutcome>;

/** Turns of the event loop after which a socket that is still open is taken to be left. */
const CLOSING_TURNS = 200;

/** Runs the job in argv: warm-up, then the measured checks. Prints the `SubjectReport`. */
export async function runJob(checks: Checks): Promise<void> {
  const job: Job = JSON.parse(process.argv[2] ?? '');
  await collect(checks({ ...job, octet: 0 }, hostsOf(0, job.warmUp)));
  const hosts = hostsOf(job.octet, job.checks);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const outcomes = await collect(checks(job, hosts));
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const failure = outcomes.find((outcome) => 'failure' in outcome)?.failure;
  const latenciesMs = outcomes.flatMap((each) => ('latencyMs' in each ? [each.latencyMs] : []));
  const report: SubjectReport = {
    checks: job.checks,
    ok: latenciesMs.length,
    cpuMs: (user + system) / 1000,
    wallMs,
    peakRssKb: readMemoryKb('VmHWM'),
    latenciesMs,
    socketsLeft: await countSocketsLeft(),
    ...(failure !== undefined && { failure }),
  };
  // Agents of some subjects keep the process alive.
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());
}

/** A check per host, `inFlight` of them at once. */
export async function* eachHost(
  inFlight: number,
  hosts: readonly string[],
  check: (host: string) => Promise<CheckOutcome>,
): AsyncGenerator<CheckOutcome> {
  const outcomes: CheckOutcome[] = [];
  const queue = hosts.values();
  const work = async () => {
    for (const host of queue) {
      outcomes.push(await check(host).catch((error: unknown) => ({ failure: String(error) })));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  yield* outcomes;
}

/** The outcome of a request of which the status is all that counts. */
export function requireOk(statusCode: number | undefined, startedAt: number): CheckOutcome {
  if (statusCode !== 200) return { failure: `status ${statusCode}` };
  return { latencyMs: performance.now() - startedAt };
}

/** A figure of this process from proc(5), `/proc/self/status`. */
export function readMemoryKb(field: 'VmHWM' | 'VmRSS'): number {
  const match = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${field}:\\s*(\\d+)`));
  return Number(match?.[1]);
}

function hostsOf(octet: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => proxyHost(octet, index));
}

async function collect(outcomes: AsyncIterable<CheckOutcome>): Promise<readonly CheckOutcome[]> {
  const collected: CheckOutcome[] = [];
  for await (const outcome of outcomes) collected.push(outcome);
  return collected;
}

/** Sockets of this process, once those that are closing have had the time to. */
export async function countSocketsLeft(): Promise<number> {
  for (let turns = 0; turns < CLOSING_TURNS && countSockets() > 0; turns++) await turn();
  return countSockets();
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS)/.test(kind)).length;
}
