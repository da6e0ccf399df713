import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import {
  type AsyncInvokeSettings,
  DEFAULT_ASYNC_INVOKE_SETTINGS,
} from './async-invoke-settings.ts';
import type { Invocable, InvocationOutcome } from './invocation.ts';

/** AWS: "How Lambda handles errors and retries with asynchronous invocation": 1 min, 2 min. */
export const ASYNC_RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

export interface AsyncInvocationsOptions {
  /** The settings by function name; other functions have Lambda's defaults. */
  readonly settings: ReadonlyMap<string, AsyncInvokeSettings>;
  /** The waits before the second and the third try, ms. */
  readonly retryDelaysMs: readonly number[];
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/**
 * Lambda's queue of asynchronous events. Each event is tried, and tried again after each delay
 * while it fails. Events wait in memory; unlike in AWS, those left when the stack ends are lost.
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #stop = new AbortController();

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /**
   * Takes an event.
   * @returns the outcome of the last try; null when the stack ended first
   */
  submit(target: Invocable, payload: string): Promise<InvocationOutcome | null> {
    return this.#run(target, payload).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.log(`[${target.settings.name}] ${error}`);
      return null;
    });
  }

  /** Gives up the events that wait for their next try. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(target: Invocable, payload: string): Promise<InvocationOutcome> {
    const { settings, retryDelaysMs, clock } = this.#options;
    const { maximumRetries, maximumAgeMs } =
      settings.get(target.settings.name) ?? DEFAULT_ASYNC_INVOKE_SETTINGS;
    const submittedAt = clock.monotonic();
    let outcome = await target.invoke(payload);
    for (const retryDelayMs of retryDelaysMs.slice(0, maximumRetries)) {
      const ageMs = clock.monotonic() - submittedAt + retryDelayMs;
      if (outcome.ok || ageMs > maximumAgeMs) break;
      await delay(retryDelayMs, undefined, { signal: this.#stop.signal });
      outcome = await target.invoke(payload);
    }
    return outcome;
  }
}
