import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalStackError } from '../../errors.ts';
import type { ServiceMessage, ServiceSettings } from './serve-until-disconnect.ts';

/** How long a service may take to listen, ms; allows for a slow disk on a busy machine. */
const START_TIMEOUT_MS = 30_000;
/** How long a service may take to write its data and end before it is killed, ms. */
const STOP_TIMEOUT_MS = 5_000;

/** An embedded service in a process of its own. */
export interface ChildService {
  readonly pid: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Settles when the process has ended: with null after `stop`, otherwise with the error. */
  readonly ended: Promise<Error | null>;
  /** Ends the process after it has written its data. */
  stop(): Promise<void>;
}

/**
 * Starts a service module (see `serve-until-disconnect.ts`) in a child process. The child ends with
 * this process, however this one ends.
 * @throws {LocalStackError} when the service does not get as far as listening
 */
export async function startChildService(
  module: URL,
  settings: ServiceSettings,
): Promise<ChildService> {
  const { name } = parse(module.pathname);
  const child = fork(fileURLToPath(module), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const errorOutput = collectTail(child);
  // Not as an argument, which every user of the machine could read.
  child.send(settings, () => {});
  let stopping = false;
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) =>
    stopping ? null : endedBadly(name, `${signal ?? `exit status ${code}`}`, errorOutput()),
  );
  const port = await portOf(child, name, exited);
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    ended: exited,
    async stop() {
      stopping = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited.finally(() => clearTimeout(timer));
    },
  };
}

async function portOf(
  child: ChildProcess,
  name: string,
  exited: Promise<Error | null>,
): Promise<number> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    const first = await Promise.race([once(child, 'message', { signal: timeout }), exited]);
    const message: ServiceMessage | undefined = Array.isArray(first) ? first[0] : undefined;
    if (message !== undefined && 'port' in message) return message.port;
    if (message !== undefined) throw new LocalStackError(message.error);
    throw first instanceof LocalStackError
      ? first
      : new LocalStackError(`the service ${name} ended before it listened`);
  } catch (cause) {
    child.kill('SIGKILL');
    if (cause instanceof LocalStackError) throw cause;
    throw new LocalStackError(`the service ${name} did not listen within ${START_TIMEOUT_MS} ms`, {
      cause,
    });
  }
}

function endedBadly(name: string, how: string, errorOutput: string): Error {
  const said = errorOutput.trim();
  return new LocalStackError(
    `the service ${name} ended unexpectedly (${how})${said && `; ${said}`}`,
  );
}

function collectTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-2_000);
  });
  return () => tail;
}
