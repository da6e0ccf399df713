import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { EnvironmentPool } from './environment-pool.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionSettings } from './function-settings.ts';
import {
  type FunctionError,
  type InvocationOutcome,
  MAX_SYNCHRONOUS_PAYLOAD_BYTES,
} from './invocation.ts';

/** What a function has used since the stack came up. */
export interface FunctionStatistics {
  readonly invocations: number;
  /** Invocations that ended in an error, a timeout or the loss of their process. */
  readonly errors: number;
  readonly coldStarts: number;
  /** The most memory one of its processes held, MB; 0 when the system does not report it. */
  readonly peakMemoryMb: number;
  /** The sum of all durations, ms. */
  readonly durationMs: number;
}

/** One Lambda function that runs from its asset. */
export class LocalFunction {
  readonly settings: FunctionSettings;
  readonly #pool: EnvironmentPool;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  #statistics = { invocations: 0, errors: 0, coldStarts: 0, peakMemoryMb: 0, durationMs: 0 };

  constructor(
    settings: FunctionSettings,
    { clock, log }: { readonly clock: Clock; readonly log: (line: string) => void },
  ) {
    this.settings = settings;
    this.#clock = clock;
    this.#log = (line) => log(`[${settings.name}] ${line}`);
    this.#pool = new EnvironmentPool(settings, this.#log);
  }

  get statistics(): FunctionStatistics {
    return { ...this.#statistics };
  }

  /** The process ids of the environments that are up. */
  get pids(): readonly number[] {
    return this.#pool.pids;
  }

  /** Waits for a free environment, then invokes the function and waits for its answer. */
  async invoke(payload: string): Promise<InvocationOutcome> {
    const requestId = randomUUID();
    const acquired = await this.#pool.acquire();
    const { environment, fresh } = acquired;
    try {
      const startedAt = this.#clock.monotonic();
      const initError = fresh ? await environment.ready : null;
      const initMs = this.#clock.monotonic() - startedAt;
      const outcome: InvocationOutcome =
        initError === null
          ? limitAnswer(await environment.invoke(this.#invocation(requestId, payload)))
          : { requestId, ok: false, error: initError };
      const durationMs = this.#clock.monotonic() - startedAt - (fresh ? initMs : 0);
      this.#report(outcome, { environment, durationMs, ...(fresh ? { initMs } : {}) });
      return outcome;
    } finally {
      this.#pool.release(acquired);
    }
  }

  /** Ends every process of the function, busy or not, and refuses further invocations. */
  stop(): Promise<void> {
    return this.#pool.stop();
  }

  #invocation(requestId: string, payload: string) {
    const { arn, timeoutMs } = this.settings;
    const deadlineAtMs = this.#clock.now() + timeoutMs;
    return { requestId, payload, functionArn: arn, deadlineAtMs };
  }

  #report(
    outcome: InvocationOutcome,
    used: {
      readonly environment: ExecutionEnvironment;
      readonly durationMs: number;
      readonly initMs?: number;
    },
  ): void {
    const { durationMs, initMs } = used;
    const { peakMemoryMb } = used.environment;
    const total = this.#statistics;
    total.invocations += 1;
    total.errors += outcome.ok ? 0 : 1;
    total.coldStarts += initMs === undefined ? 0 : 1;
    total.peakMemoryMb = Math.max(total.peakMemoryMb, peakMemoryMb);
    total.durationMs += durationMs;
    const fields = [
      `REPORT RequestId: ${outcome.requestId}`,
      `Duration: ${durationMs.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
      `Memory Size: ${this.settings.memoryMb} MB`,
      `Max Memory Used: ${peakMemoryMb} MB`,
      ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
      ...(outcome.ok ? [] : ['Status: error', `Error Type: ${outcome.error.errorType}`]),
    ];
    this.#log(fields.join('\t'));
    if (!outcome.ok) this.#log(`${outcome.error.errorType}: ${outcome.error.errorMessage}`);
  }
}

function limitAnswer(outcome: InvocationOutcome): InvocationOutcome {
  if (!outcome.ok || Buffer.byteLength(outcome.payload) <= MAX_SYNCHRONOUS_PAYLOAD_BYTES) {
    return outcome;
  }
  const error: FunctionError = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_SYNCHRONOUS_PAYLOAD_BYTES} bytes).`,
  };
  return { requestId: outcome.requestId, ok: false, error };
}
