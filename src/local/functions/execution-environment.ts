import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { FunctionSettings } from './function-settings.ts';
import type {
  FunctionError,
  InvocationOutcome,
  RuntimeInvocation,
  RuntimeMessage,
} from './invocation.ts';
import { spawnRuntime } from './spawn-runtime.ts';

/** AWS: "Lambda execution environment lifecycle"; the init phase is limited to 10 seconds. */
const INIT_TIMEOUT_MS = 10_000;
/** The interval at which memory is checked while an invocation runs, ms. */
const MEMORY_INTERVAL_MS = 50;

/**
 * One process that runs one function, one invocation at a time. It is killed when it exceeds the
 * function's timeout or memory. A dead environment is never used again.
 */
export class ExecutionEnvironment {
  readonly pid: number;
  /** Settles with null once the handler is loaded, or with the error that prevents it. */
  readonly ready: Promise<FunctionError | null>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  readonly #settings: FunctionSettings;
  readonly #child: ChildProcess;
  #receive: (message: RuntimeMessage) => void = () => {};
  #alive = true;
  #peakMemoryMb = 0;

  constructor(settings: FunctionSettings, log: (line: string) => void) {
    this.#settings = settings;
    this.#child = spawnRuntime(settings, log);
    this.pid = this.#child.pid ?? 0;
    this.#child.on('message', (message) => this.#receive(message as RuntimeMessage));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#alive = false;
        this.#receive({ type: 'error', requestId: '', error: exitError(how) });
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) =>
        end(signal === null ? `exit status ${code}` : `signal: ${signal}`),
      );
    });
    this.ready = this.#initialize();
  }

  /** False once the process has been killed or has ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** The most memory the process has held so far, MB; 0 when the system does not report it. */
  get peakMemoryMb(): number {
    const peak = this.#alive ? readPeakMemoryMb(this.pid) : null;
    if (peak !== null) this.#peakMemoryMb = Math.max(peak, this.#peakMemoryMb);
    return this.#peakMemoryMb;
  }

  /** Hands one event to the handler. */
  async invoke(invocation: RuntimeInvocation): Promise<InvocationOutcome> {
    const { requestId } = invocation;
    const { timeoutMs } = this.#settings;
    const watch = new AbortController();
    try {
      const outcome = await Promise.race([
        this.#answerTo(invocation),
        this.#cutOffAfter(timeoutMs, requestId, watch.signal),
        this.#cutOffOverMemory(requestId, watch.signal),
      ]);
      return this.#isOverMemory() ? this.#killOverMemory(requestId) : outcome;
    } finally {
      watch.abort();
      this.#receive = () => {};
    }
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  async #initialize(): Promise<FunctionError | null> {
    const { promise, resolve } = Promise.withResolvers<FunctionError | null>();
    const timer = setTimeout(
      () => resolve(sandboxError('Sandbox.Timedout', `Init timed out after ${INIT_TIMEOUT_MS} ms`)),
      INIT_TIMEOUT_MS,
    );
    this.#receive = (message) => resolve('error' in message ? message.error : null);
    const error = await promise.finally(() => clearTimeout(timer));
    this.#receive = () => {};
    if (error !== null) this.kill();
    return error;
  }

  #answerTo(invocation: RuntimeInvocation): Promise<InvocationOutcome> {
    const { requestId } = invocation;
    const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
    this.#receive = (message) => {
      if (message.type === 'result') resolve({ requestId, ok: true, payload: message.payload });
      else if (message.type === 'error') resolve({ requestId, ok: false, error: message.error });
    };
    if (this.#child.connected) this.#child.send(invocation, () => {});
    else resolve({ requestId, ok: false, error: exitError('its channel is closed') });
    return promise;
  }

  #cutOffAfter(timeoutMs: number, requestId: string, signal: AbortSignal) {
    return new Promise<InvocationOutcome>((resolve) => {
      const timer = setTimeout(() => {
        this.kill();
        const seconds = (timeoutMs / 1000).toFixed(2);
        const message = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
        resolve({ requestId, ok: false, error: sandboxError('Sandbox.Timedout', message) });
      }, timeoutMs);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
  }

  #cutOffOverMemory(requestId: string, signal: AbortSignal) {
    return new Promise<InvocationOutcome>((resolve) => {
      const timer = setInterval(() => {
        if (this.#isOverMemory()) resolve(this.#killOverMemory(requestId));
      }, MEMORY_INTERVAL_MS);
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    });
  }

  #isOverMemory(): boolean {
    return this.peakMemoryMb > this.#settings.memoryMb;
  }

  #killOverMemory(requestId: string): InvocationOutcome {
    this.kill();
    const message = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed (${this.#peakMemoryMb} MB used of ${this.#settings.memoryMb} MB)`;
    return { requestId, ok: false, error: sandboxError('Runtime.OutOfMemory', message) };
  }
}

function sandboxError(errorType: string, errorMessage: string): FunctionError {
  return { errorType, errorMessage };
}

function exitError(how: string): FunctionError {
  return sandboxError('Runtime.ExitError', `Runtime exited with error: ${how}`);
}

/**
 * The most resident memory a process has held since it started, MB. It is the kernel's own
 * high-water mark (`VmHWM`, proc(5)), so a peak between two readings is not missed.
 * @returns null when the system has no `/proc` or the process is gone
 */
function readPeakMemoryMb(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
