import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import type { LocalStack } from '../../local/local-stack.ts';
import type { ListCounts } from '../../proxies/list-tally.ts';
import type { ListedProxy, ListReader } from '../check/list-reader.ts';
import type { ProgressLine } from '../output/progress-line.ts';
import type { ReportWriter } from '../output/report.ts';
import type { RunSummary } from '../output/run-summary.ts';
import { RunTally } from '../output/run-tally.ts';
import { ApiClient } from '../stack/client/api-client.ts';
import type { SweepReply } from '../stack/client/api-schemas.ts';
import { localAddress } from '../stack/client/find-stack.ts';
import { LighthouseApi } from '../stack/client/lighthouse-api.ts';
import { countRefused, IMPORT_CONCURRENCY, importListed } from '../stack/client/list-importer.ts';
import { waitForSweep } from '../stack/sweep-command.ts';
import { summarizeSweep } from '../stack/sweep-report.ts';
import type { Terminal } from '../terminal.ts';
import { inFlightOf, type StartFlags } from './checker-settings.ts';
import { inLineOrder } from './line-order.ts';

/** The pool that holds the list; it is gone with the stack. */
const POOL_NAME = 'once';

/** One list on its way through a stack. */
export interface OnceRun {
  readonly flags: StartFlags;
  readonly options: HealthCheckOptions;
  readonly reader: ListReader;
  readonly listed: AsyncIterable<readonly ListedProxy[]>;
  readonly writer: ReportWriter;
  readonly status: ProgressLine;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Imports the list, sweeps it, writes the stored results and times each step. */
export async function sweepOnce(run: OnceRun, stack: LocalStack): Promise<RunSummary> {
  const lap = startStopwatch();
  const startUpMs = lap();
  await using client = new ApiClient(localAddress(stack.apiUrl, stack), run.signal);
  const api = new LighthouseApi(client);
  const { list, lines } = await importList(run, api);
  const importMs = lap();
  const { sweepId } = await api.startSweep(POOL_NAME);
  const report = await waitForSweep(api, sweepId, run);
  const probingMs = lap();
  const tally = await readBack(run, api, { report, lines });
  const times = { startUpMs, importMs, probingMs, readBackMs: lap() };
  return summarizeSweep({ report, tally, targetUrl: run.options.targetUrl, list, times });
}

/** Returns the ms since the last lap; the first lap begins with the process. */
function startStopwatch(): () => number {
  let last = 0;
  return () => {
    const now = performance.now();
    const elapsed = Math.round(now - last);
    last = now;
    return elapsed;
  };
}

async function importList(
  { flags, options, reader, listed, writer, status, signal }: OnceRun,
  api: LighthouseApi,
): Promise<{ readonly list: ListCounts; readonly lines: ReadonlyMap<string, number> }> {
  const lines = new Map<string, number>();
  status.start(() => `importing … ${lines.size} proxies`);
  const { control } = flags;
  const maxInFlightPerHost = Math.min(flags.maxInFlightPerHost, inFlightOf(flags));
  await api.putPool(POOL_NAME, { options, control, intervalSeconds: null, maxInFlightPerHost });
  const imported = await importListed(api, listed, {
    poolName: POOL_NAME,
    signal,
    concurrency: IMPORT_CONCURRENCY.local,
    onImported: (proxyId, line) => lines.set(proxyId, line),
    onRejected: (rejected) => writer.writeRejected(rejected),
  });
  status.stop();
  return { list: countRefused(reader.tally.counts, imported), lines };
}

async function readBack(
  { writer }: OnceRun,
  api: LighthouseApi,
  stored: { readonly report: SweepReply; readonly lines: ReadonlyMap<string, number> },
): Promise<RunTally> {
  const tally = new RunTally();
  const results = api.readResults(stored.report.sweepId);
  for await (const record of inLineOrder(results, stored.lines)) {
    tally.add(record);
    await writer.writeResult(record);
  }
  return tally;
}
