import { Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { CheckRun } from '../../../../src/cli/check/check-run.ts';
import { ListReader } from '../../../../src/cli/check/list-reader.ts';
import { Advice, type Look } from '../../../../src/cli/check/workers/hiring.ts';
import type { WorkerReport } from '../../../../src/cli/check/workers/messages.ts';
import type { LineRecord } from '../../../../src/cli/output/report.ts';
import { parseHealthCheckOptions } from '../../../../src/health/schema/parse-options.ts';

/** Lines that are checked before the worker thread has loaded. */
const BEFORE_READY = 50;

export interface CheckedList {
  readonly lines: readonly string[];
  readonly targetUrl?: string;
  readonly ca?: string;
  readonly workers?: number;
  readonly concurrency?: number;
  readonly maxInFlightPerHost?: number;
  readonly control?: boolean;
  /**
   * Hires a worker thread at once instead of where it pays; the list goes on when that has loaded.
   *
   * @default true
   */
  readonly hiresAtOnce?: boolean;
  readonly signal?: AbortSignal;
  /** The next record is written when it has settled. */
  readonly onRecord?: (recorded: number) => void | Promise<void>;
  /** Called for each result that comes from a worker thread, with their number so far. */
  readonly onWorkerResults?: (results: number) => void;
  /** Called when a worker thread has loaded. */
  readonly onReady?: (worker: Worker) => void;
}

/** Runs `lighthouse check` in this process, and watches its worker threads. */
export async function runCheck(list: CheckedList) {
  const { targetUrl = 'http://target.test/', ca, signal = new AbortController().signal } = list;
  const records: LineRecord[] = [];
  const losses: unknown[] = [];
  const { hiresAtOnce = true } = list;
  const ready = Promise.withResolvers<void>();
  if (!hiresAtOnce) ready.resolve();
  const threads = watchThreads(list, ready.resolve);
  const flags = {
    protocol: 'http',
    listFormat: 'text',
    private: true,
    redirects: true,
    format: 'ndjson',
    concurrency: list.concurrency ?? 60,
    maxInFlightPerHost: list.maxInFlightPerHost ?? 20,
    control: list.control ?? false,
    workers: list.workers ?? 2,
    pace: 'steady',
  } as const;
  const source = { name: 'the list', stream: Readable.from(linesOf(list.lines, ready.promise)) };
  const reader = new ListReader({ ...source, shareRead: () => null }, flags, {
    signal,
    onRejected: async () => {},
  });
  const run = new CheckRun({
    ...{ flags, reader, signal },
    options: parseHealthCheckOptions({ targetUrl, timeoutMs: 30_000, ...(ca && { ca }) }),
    writer: {
      async writeResult(record) {
        records.push(record);
        await list.onRecord?.(records.length);
      },
      writeRejected: async () => {},
      finish: async () => {},
      dispose: async () => {},
    },
    onWorkerLost: (cause) => losses.push(cause),
    ...(hiresAtOnce && { hiring: hireOnce() }),
  });
  const summary = await run.check();
  threads.forget();
  return { summary, records, losses, threads };
}

async function* linesOf(lines: readonly string[], ready: Promise<void>): AsyncGenerator<string> {
  yield lines.slice(0, BEFORE_READY).join('\n');
  await ready;
  yield `\n${lines.slice(BEFORE_READY).join('\n')}`;
}

/** One worker thread, at the first look. */
function hireOnce() {
  let looks = 0;
  return { look: (_: Look) => (looks++ === 0 ? Advice.hire : null) };
}

function watchThreads(
  { onReady, onWorkerResults }: Pick<CheckedList, 'onReady' | 'onWorkerResults'>,
  resolve: () => void,
) {
  const watched = { started: 0, ended: 0, results: 0, forget: () => {} };
  const watch = (worker: Worker) => {
    watched.started += 1;
    worker.once('message', () => {
      onReady?.(worker);
      resolve();
    });
    worker.on('message', ({ results }: WorkerReport) => {
      for (const _ of results) {
        watched.results += 1;
        onWorkerResults?.(watched.results);
      }
    });
    worker.once('exit', () => {
      watched.ended += 1;
    });
  };
  process.on('worker', watch);
  watched.forget = () => process.off('worker', watch);
  return watched;
}
