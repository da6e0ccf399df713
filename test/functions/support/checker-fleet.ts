import { vi } from 'vitest';
import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { BatchChecker } from '../../../src/sweeps/check/batch-checker.ts';
import { Crash } from '../../support/storage/crashing-storage.ts';
import { TappedStorage } from '../../support/storage/tapped-storage.ts';
import type { SweepWorld } from '../../support/sweeps/sweep-world.ts';
import { type ReceivedMessage, VirtualQueue } from '../../support/sweeps/virtual-queue.ts';
import { lambdaContext, sqsRecord } from './lambda-events.ts';
import { recordTelemetry } from './recorded-telemetry.ts';

/** How often an idle poller looks at the queue, milliseconds. */
const POLL_MS = 200;
/** A sweep that takes longer than this does not end, milliseconds. */
const LONGEST_MS = 3 * 3_600_000;

export interface CheckerFleetOptions {
  readonly checker: BatchChecker;
  readonly maxReceives?: number;
  readonly maxReceiveCount?: number;
  readonly recordsPerInvocation?: number;
  /** The batch whose probing ends the process. */
  readonly deadly?: string;
}

/** A queue and the checkers that its event source invokes, on fake timers. */
export class CheckerFleet {
  readonly queue: VirtualQueue;
  readonly telemetry = recordTelemetry();
  /** Invocations that were still at work when their time was over. */
  timedOut = 0;
  invocations = 0;
  readonly #world: SweepWorld;
  readonly #options: CheckerFleetOptions;

  constructor(world: SweepWorld, options: CheckerFleetOptions) {
    this.#world = world;
    this.#options = options;
    const { visibilityTimeoutMs } = world.limits;
    const { maxReceiveCount = 105 } = options;
    this.queue = new VirtualQueue({ visibilityTimeoutMs, maxReceiveCount });
  }

  /** Moves the world's messages into the queue and lets all checkers work until it is empty. */
  async drain(): Promise<{ readonly tookMs: number; readonly worstReceives: number }> {
    const startedAt = Date.now();
    for (const message of this.#world.queue.splice(0)) this.queue.send(JSON.stringify(message));
    let ended = false;
    const { concurrency } = this.#world.limits;
    const pollers = Array.from({ length: concurrency }, () => this.#poll(() => ended));
    while (this.queue.size > 0) {
      if (Date.now() - startedAt > LONGEST_MS) throw new Error('the queue is never empty');
      await vi.advanceTimersByTimeAsync(POLL_MS);
    }
    const tookMs = Date.now() - startedAt;
    ended = true;
    await vi.advanceTimersByTimeAsync(POLL_MS);
    await Promise.all(pollers);
    return { tookMs, worstReceives: Math.max(...this.queue.receives.values()) };
  }

  async #poll(hasEnded: () => boolean): Promise<void> {
    while (!hasEnded()) {
      const messages = this.queue.receive(this.#options.recordsPerInvocation ?? 8);
      if (messages.length > 0) await this.#invoke(messages);
      else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #invoke(messages: readonly ReceivedMessage[]): Promise<void> {
    const { limits } = this.#world;
    const { checker, maxReceives = 5, deadly } = this.#options;
    const process = crashWithBatch(this.#world.storage, deadly);
    const handler = createCheckerHandler({
      storage: process.storage,
      clock: systemClock,
      limits,
      checker,
      maxReceives,
      telemetry: this.telemetry,
      queue: {
        hide: async ({ receiptHandle }, seconds) => {
          if (process.isAlive()) this.queue.hide(receiptHandle, seconds);
        },
        deadLetter: async ({ body }) => {
          if (process.isAlive()) this.queue.deadLetters.push(body);
        },
      },
    });
    this.invocations += 1;
    const endsAt = Date.now() + limits.checkerTimeoutMs;
    const context = {
      ...lambdaContext(),
      getRemainingTimeInMillis: () => endsAt - Date.now(),
    };
    const Records = messages.map(({ messageId, body, receives }) =>
      sqsRecord({ messageId, receiptHandle: messageId, body, receives }),
    );
    const { batchItemFailures } = await handler({ Records }, context);
    if (!process.isAlive()) return;
    if (Date.now() > endsAt) this.timedOut += 1;
    const undone = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId } of messages) if (!undone.has(messageId)) this.queue.delete(messageId);
  }
}

/** A storage whose user dies when it stores the result of a batch; nothing it does then counts. */
function crashWithBatch(storage: Storage, deadly: string | undefined) {
  let alive = true;
  const tapped = new TappedStorage(storage);
  tapped.tapAll((_name, call, args) => {
    if (!alive) throw new Crash();
    return call(...args);
  });
  tapped.tap('results.put', async (put, result) => {
    if (result.bits !== deadly) return put(result);
    alive = false;
    throw new Crash();
  });
  return { storage: tapped, isAlive: () => alive };
}
