import { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import type { SweepLimits } from '../../model/sweep-limits.ts';
import type { CloseDependencies } from '../record/close-sweep.ts';
import type { BatchChecker } from './batch-checker.ts';
import { CheckerRun } from './checker-run.ts';

export interface CheckDependencies extends CloseDependencies {
  readonly checker: BatchChecker;
  readonly limits: SweepLimits;
  /** Sends messages again, as new ones; throws unless all were sent. */
  readonly resend: (messages: readonly BatchMessage[]) => Promise<void>;
}

export interface CheckInvocation {
  /** Milliseconds until the checker is stopped. */
  readonly remainingMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * What became of one message. `done`: every write is durable. `resent`: there was no time left to
 * begin it, and a new message replaces it. `failed`: it has to be delivered again.
 */
export type BatchOutcome = 'done' | 'resent' | { readonly failed: unknown };

/**
 * Checks the batches of some messages, all through one window of probes in flight. For each: probe,
 * store the result (the commit point; where one is stored already, that one counts and nothing is
 * probed), write the rows it changes, send their events, enter it in the ledger. Outcomes are in
 * the messages' order.
 *
 * Each batch is written as soon as it is whole. One begins once the window has room for more, and
 * only if everything then under way fits the remaining time at its slowest; the first always
 * begins. What the time is too short for after all ends as `inconclusive`, in time.
 */
export async function checkBatches(
  dependencies: CheckDependencies,
  messages: readonly BatchMessage[],
  invocation: CheckInvocation,
): Promise<readonly BatchOutcome[]> {
  const { maxInFlight, maxInFlightPerHost } = dependencies.limits;
  const window = new ProbeWindow({ concurrency: maxInFlight, maxInFlightPerHost });
  return new CheckerRun(dependencies, invocation, window).check(messages);
}
