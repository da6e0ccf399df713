import { setTimeout as delay } from 'node:timers/promises';
import type { InvocationOutcome } from './invocation.ts';
import type { LocalFunction } from './local-function.ts';

/** AWS: "How Lambda handles errors and retries with asynchronous invocation": 1 min, 2 min. */
export const ASYNC_RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

/**
 * Lambda's queue of asynchronous events: each is tried, and tried again after each delay while it
 * fails. Events wait in memory: unlike AWS, those not done when the stack ends are lost.
 */
export class AsyncInvocations {
  readonly #retryDelaysMs: readonly number[];
  readonly #log: (line: string) => void;
  readonly #stop = new AbortController();

  constructor(options: {
    /** The waits before the second and the third try, ms. */
    readonly retryDelaysMs: readonly number[];
    readonly log: (line: string) => void;
  }) {
    this.#retryDelaysMs = options.retryDelaysMs;
    this.#log = options.log;
  }

  /**
   * Takes an event; the answer is that of the last try, or null when the stack ended first.
   * `maximumRetries` is 0 to 2.
   */
  submit(
    target: LocalFunction,
    payload: string,
    maximumRetries = 2,
  ): Promise<InvocationOutcome | null> {
    const delays = this.#retryDelaysMs.slice(0, maximumRetries);
    return this.#run(target, payload, delays).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#log(`[${target.settings.name}] ${String(error)}`);
      return null;
    });
  }

  /** Gives up what waits for its next try. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(target: LocalFunction, payload: string, delays: readonly number[]) {
    let outcome = await target.invoke(payload);
    for (const retryDelayMs of delays) {
      if (outcome.ok) break;
      await delay(retryDelayMs, undefined, { signal: this.#stop.signal });
      outcome = await target.invoke(payload);
    }
    return outcome;
  }
}
