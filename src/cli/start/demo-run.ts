import { setTimeout as delay } from 'node:timers/promises';
import { type DemoFleet, startDemoFleet } from '../../local/fleet/index.ts';
import type { LocalStack } from '../../local/local-stack.ts';
import { parseProxyList } from '../../proxies/list-parser.ts';
import type { ListedProxy } from '../check/list-reader.ts';
import { type CommandContext, type ExitCode, stopForClosedOutput } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import type { Sink } from '../output/report.ts';
import { RunTally } from '../output/run-tally.ts';
import { createStreamSink } from '../output/stream-sink.ts';
import { formatSeconds } from '../output/summary-text.ts';
import { createTableWriter } from '../output/table-writer.ts';
import { ApiClient } from '../stack/client/api-client.ts';
import type { SweepReply } from '../stack/client/api-schemas.ts';
import { localAddress } from '../stack/client/find-stack.ts';
import { LighthouseApi } from '../stack/client/lighthouse-api.ts';
import { IMPORT_CONCURRENCY, importListed } from '../stack/client/list-importer.ts';
import { logTo, serveLocalStack } from '../stack/local-stack-session.ts';
import { waitForSweep } from '../stack/sweep-command.ts';
import { summarizeSweep } from '../stack/sweep-report.ts';
import type { Terminal } from '../terminal.ts';
import type { StartFlags } from './checker-settings.ts';
import { inLineOrder } from './line-order.ts';

const POOL_NAME = 'demo';
const INTERVAL_SECONDS = 60;
/** How often the pool is asked whether the schedule has started a sweep. */
const POLL_MS = 1_000;

/** What the demo needs to show each sweep. */
interface Demo {
  readonly api: LighthouseApi;
  readonly fleet: DemoFleet;
  /** The line of the list for each proxy id. */
  readonly lines: ReadonlyMap<string, number>;
  readonly sink: Sink;
  readonly terminal: Terminal;
  readonly stop: AbortController;
}

/** Runs the stack with a fleet of real loopback proxies, swept every minute until interrupted. */
export async function runDemo(flags: StartFlags, context: CommandContext): Promise<ExitCode> {
  const { terminal, stop } = context;
  const fleet = await startDemoFleet();
  const settings = {
    findable: true,
    status: new ProgressLine(terminal, false),
    apiPort: flags.port,
    log: logTo(terminal, flags),
  };
  try {
    return await serveLocalStack(settings, stop, (stack) => showSweeps(stack, fleet, context));
  } finally {
    await fleet.close();
  }
}

async function showSweeps(
  stack: LocalStack,
  fleet: DemoFleet,
  { terminal, stop }: CommandContext,
): Promise<void> {
  const sink = createStreamSink(terminal.stdout, () => stopForClosedOutput(stop));
  await sink.write(
    `The stack is up after ${formatSeconds(performance.now())}: ${stack.apiUrl}\n` +
      `${fleet.members.length} demo proxies are swept every minute. Ctrl-C ends everything.\n`,
  );
  await using client = new ApiClient(localAddress(stack.apiUrl, stack), stop.signal);
  const api = new LighthouseApi(client);
  const lines = await importFleet(api, fleet);
  const demo = { api, fleet, lines, sink, terminal, stop };
  let { sweepId } = await api.startSweep(POOL_NAME);
  for (;;) {
    await showSweep(demo, await waitForSweep(api, sweepId, { terminal, signal: stop.signal }));
    sweepId = await nextSweep(demo, sweepId);
  }
}

async function importFleet(
  api: LighthouseApi,
  fleet: DemoFleet,
): Promise<ReadonlyMap<string, number>> {
  const lines = new Map<string, number>();
  await api.putPool(POOL_NAME, {
    options: { targetUrl: fleet.targetUrl, ca: fleet.caPem },
    intervalSeconds: INTERVAL_SECONDS,
  });
  await importListed(api, readFleet(fleet), {
    poolName: POOL_NAME,
    concurrency: IMPORT_CONCURRENCY.local,
    onImported: (proxyId, line) => lines.set(proxyId, line),
    onRejected: async () => {},
  });
  return lines;
}

async function* readFleet({ list }: DemoFleet): AsyncGenerator<readonly ListedProxy[]> {
  for await (const entry of parseProxyList(list, { allowPrivateAddresses: true })) {
    if (entry.kind === 'accepted') yield [{ line: entry.line, proxy: entry.proxy }];
  }
}

async function nextSweep({ api, stop }: Demo, previous: string): Promise<string> {
  for (;;) {
    const { runningSweepId, lastSweepId } = await api.getPool(POOL_NAME);
    const newest = runningSweepId ?? lastSweepId ?? previous;
    if (newest !== previous) return newest;
    await delay(POLL_MS, undefined, { signal: stop.signal });
  }
}

/** Shows a sweep as a table: each proxy with its role in the demo. */
async function showSweep(demo: Demo, report: SweepReply): Promise<void> {
  const { api, fleet, lines, sink, terminal } = demo;
  const roles = fleet.list.split('\n').map((line) => line.split(' # ')[1] ?? '');
  const writer = createTableWriter(sink, terminal.colour);
  const tally = new RunTally();
  await sink.write(`\n${report.startedAt}  ${report.state}\n`);
  for await (const record of inLineOrder(api.readResults(report.sweepId), lines)) {
    tally.add(record);
    const role = roles[(record.line ?? 0) - 1] ?? '';
    await writer.writeResult({ ...record, proxy: `${(record.proxy ?? '').padEnd(40)}  ${role}` });
  }
  await writer.finish(summarizeSweep({ report, tally, targetUrl: fleet.targetUrl }));
}
