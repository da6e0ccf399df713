import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunksOf } from '../../src/async/iterables.ts';
import { localAuthorization } from '../../src/local/credentials.ts';
import {
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from '../../src/local/local-stack.ts';
import { synthesize } from '../../src/local/synthesize.ts';
import type { ResultRecord } from '../../src/model/result-record.ts';
import type { SweepReport } from '../../src/sweeps/report/sweep-report.ts';
import { makeSettingsSmall, type SmallSettings } from './small-settings.ts';
import { until } from './until.ts';

/** The stack of the CDK app, running on this machine. */
export interface WholeStack extends AsyncDisposable {
  readonly stack: LocalStack;
  readonly lines: readonly string[];
  /** Calls the API and parses the body of the answer. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  /** Creates a pool with these options and imports a list of proxies. */
  createPool(pool: string, options: object, list: readonly string[]): Promise<void>;
  /** Starts a sweep of a pool; returns its id. */
  startSweep(pool: string): Promise<string>;
  /** Waits until a sweep has ended. */
  waitForSweep(sweepId: string, timeoutMs?: number): Promise<SweepReport>;
  /** Reads every result of a sweep. */
  readResults(sweepId: string): Promise<readonly ResultRecord[]>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  readonly body: any;
}

/** Lines per import, as many as the command line sends. */
const LINES_PER_IMPORT = 2_000;

export interface WholeStackOptions
  extends Pick<LocalStackOptions, 'functionEndpoints' | 'asyncRetryDelaysMs'> {
  /** Shorter waits than the app has. */
  readonly small?: SmallSettings;
  /** More settings of the checker, as in `cdk.json`. */
  readonly checker?: Readonly<Record<string, number>>;
  /** Whether the minute's tick comes by itself. @default true */
  readonly scheduleEnabled?: boolean;
}

/** Synthesizes and starts the stack. */
export async function startWholeStack({
  small,
  checker,
  scheduleEnabled = true,
  ...options
}: WholeStackOptions = {}): Promise<WholeStack> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-stack-'));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  // Twice the usual window: with fewer waves, each probe has more of the checker's few seconds.
  const waves = small && { maxInFlight: 512 };
  const context = {
    lighthouse: { checker: { ...waves, ...checker }, fanOut: { scheduleEnabled } },
  };
  const outDir = await synthesize({ outDir: join(directory, 'cdk.out'), context });
  if (small !== undefined) await makeSettingsSmall(outDir, small);
  const lines: string[] = [];
  const stack = await startLocalStack({
    outDir,
    stackFileDirectory: null,
    log: (line) => lines.push(line),
    ...options,
  });
  starting.defer(() => stack.stop());
  const all = starting.move();
  return {
    stack,
    lines,
    ...apiClient(stack),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function apiCaller({ apiUrl, credentials }: LocalStack): WholeStack['call'] {
  const authorization = localAuthorization(credentials);
  return async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string';
    const type = { 'content-type': isText ? 'text/plain' : 'application/json' };
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      headers: { authorization, ...type, ...headers },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  };
}

function apiClient(stack: LocalStack) {
  const call = apiCaller(stack);
  const expectOk = async (answer: Promise<ApiAnswer>) => {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    call,
    async createPool(pool: string, options: object, list: readonly string[]) {
      await expectOk(call('PUT', `/pools/${pool}`, options));
      for (const lines of chunksOf(list, LINES_PER_IMPORT)) {
        await expectOk(call('POST', `/pools/${pool}/proxies`, lines.join('\n')));
      }
    },
    async startSweep(pool: string): Promise<string> {
      return (await expectOk(call('POST', '/sweeps', { pool }))).sweepId;
    },
    async waitForSweep(sweepId: string, timeoutMs = 60_000): Promise<SweepReport> {
      return until(
        async () => {
          const report: SweepReport = await expectOk(call('GET', `/sweeps/${sweepId}`));
          return report.state !== 'running' && report;
        },
        { timeoutMs },
      );
    },
    async readResults(sweepId: string) {
      const results: ResultRecord[] = [];
      let cursor = '';
      do {
        const query = new URLSearchParams({ limit: '5000', ...(cursor && { cursor }) });
        const page = await expectOk(call('GET', `/sweeps/${sweepId}/results?${query}`));
        results.push(...page.results);
        cursor = page.next ?? '';
      } while (cursor !== '');
      return results;
    },
  };
}
