import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { HELD_OCTET, type Job, proxyHost, type SubjectReport } from '../job.ts';

/** The latency of a check that ended as it should; otherwise what went wrong. */
export type CheckOutcome = { readonly latencyMs: number } | { readonly failure: string };

/** A way to check proxies; yields the outcomes in any order. */
export type Checks = (job: Job, hosts: readonly string[]) => AsyncIterable<CheckOutcome>;

/** Allows several looks while answers are held (`kRestMicros` in fixtures/proxies.cpp). */
const LOOK_PERIOD_MS = 200;
const SOCKETS = /^(TCP|TLS)/;
/** Turns of the event loop after which a socket that is still open counts as left. */
const CLOSING_TURNS = 200;

/** Runs the job in argv: warm-up, then the measured checks. Prints the `SubjectReport`. */
export async function runJob(checks: Checks): Promise<void> {
  const job: Job = JSON.parse(process.argv[2] ?? '');
  const { warmUp, warmUpInFlight: inFlight } = job;
  await collect(checks({ ...job, octet: 0, inFlight }, hostsOf(0, warmUp)));
  const hosts = hostsOf(job.octet, job.checks);
  const memory = job.octet === HELD_OCTET ? watchMemory(job.inFlight) : null;
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
    peakRssKb: readPeakKb(),
    latenciesMs,
    socketsLeft: await countSocketsLeft(),
    ...(memory && { heldKb: memory.stop() }),
    ...(failure !== undefined && { failure }),
  };
  // Agents of some subjects keep the process alive.
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());
}

/** Checks each host, `inFlight` of them at once. */
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

/** The outcome of a request for which only the status counts. */
export function requireOk(statusCode: number | undefined, startedAt: number): CheckOutcome {
  if (statusCode !== 200) return { failure: `status ${statusCode}` };
  return { latencyMs: performance.now() - startedAt };
}

/** The most memory this program has had resident; `maxRSS` would begin with its parent's. */
function readPeakKb(): number {
  return readProcessKb('status', /^VmHWM:\s*(\d+)/m);
}

function readProcessKb(file: 'status' | 'smaps_rollup', line: RegExp): number {
  return Number(line.exec(readFileSync(`/proc/self/${file}`, 'utf8'))?.[1]);
}

function hostsOf(octet: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => proxyHost(octet, index));
}

/**
 * Looks at memory before, and while all probes are in flight, each time after a collection, so that
 * no probe is charged with garbage.
 */
function watchMemory(inFlight: number): { stop(): number } {
  const before = lookAtMemory();
  let mostKb = 0;
  const timer = setInterval(() => {
    if (countHandles(/^TCPSocket/) < inFlight) return;
    const now = lookAtMemory();
    // A heap that has shrunk keeps pages; what fills them again does not show as resident.
    const growthKb = Math.max(now.residentKb - before.residentKb, now.heapKb - before.heapKb);
    mostKb = Math.max(mostKb, growthKb);
  }, LOOK_PERIOD_MS);
  return {
    stop() {
      clearInterval(timer);
      return mostKb;
    },
  };
}

/** Returns the memory in use after a collection, where `--expose-gc` allows one. */
export function lookAtMemory(): { readonly residentKb: number; readonly heapKb: number } {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  // Counted page by page; VmRSS is counted in batches per processor and some hundred KB off.
  const residentKb = readProcessKb('smaps_rollup', /^Rss:\s*(\d+)/m);
  return { residentKb, heapKb: (heapUsed + external) / 1024 };
}

async function collect(outcomes: AsyncIterable<CheckOutcome>): Promise<readonly CheckOutcome[]> {
  const collected: CheckOutcome[] = [];
  for await (const outcome of outcomes) collected.push(outcome);
  return collected;
}

/** Counts the sockets of this process, once those that are closing have had time to close. */
export async function countSocketsLeft(): Promise<number> {
  for (let turns = 0; turns < CLOSING_TURNS && countHandles(SOCKETS) > 0; turns++) await turn();
  return countHandles(SOCKETS);
}

function countHandles(kind: RegExp): number {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name)).length;
}
