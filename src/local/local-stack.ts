import { type Clock, systemClock } from '../clock.ts';
import { LocalStackError } from '../errors.ts';
import type { LocalCredentials } from './credentials.ts';
import { ASYNC_RETRY_DELAYS_MS } from './functions/async-invocations.ts';
import type { InvocationOutcome } from './functions/invocation.ts';
import type { LocalFunctionStatistics } from './local-functions.ts';
import type { LocalEndpoints } from './overrides.ts';
import { removeStackFile, writeStackFile } from './stack-file.ts';
import { type StackParts, startStackParts } from './stack-parts.ts';

/** The stack's name in the CDK app. */
const STACK_NAME = 'Lighthouse';

export interface LocalStackOptions {
  /** A cloud assembly: what `synthesize` or `cdk synth` wrote. */
  readonly outDir: string;
  /** @default 'Lighthouse' */
  readonly stackName?: string;
  /** The directory that keeps tables, queues and events. @default none; they are kept in memory */
  readonly dataDir?: string;
  /** The port of the HTTP API on 127.0.0.1. @default 0, a free one */
  readonly apiPort?: number;
  /** Receives every line the functions and the stack write. @default lines are dropped */
  readonly log?: (line: string) => void;
  /** The directory of `.lighthouse/stack.json`; null for none. @default the working directory */
  readonly stackFileDirectory?: string | null;
  /** Puts something between the functions and the services, such as a tap. @default nothing */
  readonly functionEndpoints?: (real: LocalEndpoints) => Promise<LocalEndpoints>;
  /** The waits before retries of an asynchronous event, ms. @default Lambda's 1 and 2 minutes */
  readonly asyncRetryDelaysMs?: readonly number[];
  readonly clock?: Clock;
}

/** The synthesized stack, up on this machine. */
export interface LocalStack {
  /** `http://127.0.0.1:<port>`; `''` when the stack has no HTTP API. */
  readonly apiUrl: string;
  readonly endpoints: LocalEndpoints;
  /** What every request to the endpoints must be signed with. */
  readonly credentials: LocalCredentials;
  /** The physical table names by construct: `pools`, `proxies`, `results`, `sweeps`. */
  readonly tableNames: Readonly<Record<string, string>>;
  /** The queue URLs by construct. */
  readonly queueUrls: Readonly<Record<string, string>>;
  /** What each function has used so far, by construct: `fanOut`, `checker`, `api`. */
  readonly functions: () => Readonly<Record<string, LocalFunctionStatistics>>;
  /**
   * Invokes a schedule's function at once.
   * @param name the schedule's construct; without it the first schedule is meant
   * @param at the scheduled time that is passed to the function; @default now
   * @returns the outcome of the last try; null when the stack ended first
   * @throws {LocalStackError} when there is no such schedule
   */
  fireSchedule(name?: string, at?: Date): Promise<InvocationOutcome | null>;
  /** Deletes expired items now instead of at the next minute. */
  sweepExpired(): Promise<void>;
  /** Settles when the stack is down: with null after `stop`, otherwise with the reason. */
  readonly closed: Promise<Error | null>;
  /** Ends every process and server of the stack. */
  stop(): Promise<void>;
}

/**
 * Runs a synthesized stack: its functions from the assets that would be deployed, its tables and
 * queues on embedded services, its HTTP API, schedules and event sources. Everything listens on
 * loopback. Every process ends with this one, even if this one is killed.
 * @throws {LocalStackError} when something in the template cannot run here
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { clock = systemClock, stackFileDirectory = process.cwd() } = options;
  const resources = new AsyncDisposableStack();
  try {
    const parts = await startStackParts(resources, {
      outDir: options.outDir,
      stackName: options.stackName ?? STACK_NAME,
      dataDir: options.dataDir,
      apiPort: options.apiPort ?? 0,
      log: options.log ?? (() => {}),
      functionEndpoints: options.functionEndpoints ?? (async (real) => real),
      asyncRetryDelaysMs: options.asyncRetryDelaysMs ?? ASYNC_RETRY_DELAYS_MS,
      clock,
    });
    if (stackFileDirectory !== null) {
      const { apiUrl, endpoints, credentials } = parts;
      const { pid } = process;
      await writeStackFile(stackFileDirectory, { apiUrl, endpoints, credentials, pid });
      resources.defer(() => removeStackFile(stackFileDirectory, process.pid));
    }
    return handleOf(parts, resources, clock);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

function handleOf(parts: StackParts, resources: AsyncDisposableStack, clock: Clock): LocalStack {
  const closed = Promise.withResolvers<Error | null>();
  let stopping: Promise<void> | undefined;
  const stop = (reason: Error | null) => {
    stopping ??= resources.disposeAsync().finally(() => closed.resolve(reason));
    return stopping;
  };
  parts.failed.then((error) => stop(error));
  return {
    apiUrl: parts.apiUrl,
    endpoints: parts.endpoints,
    credentials: parts.credentials,
    tableNames: parts.tableNames,
    queueUrls: parts.queueUrls,
    functions: () => parts.functionStatistics(),
    async fireSchedule(name, at = new Date(clock.now())) {
      const schedules = [...parts.schedules];
      const [, schedule] = schedules.find(([each]) => name === undefined || each === name) ?? [];
      if (schedule !== undefined) return schedule.fire(at);
      const known = schedules.map(([each]) => each).join(', ');
      throw new LocalStackError(`there is no schedule ${name ?? ''}; the schedules are: ${known}`);
    },
    sweepExpired: () => parts.sweepExpired(),
    closed: closed.promise,
    stop: () => stop(null),
  };
}
