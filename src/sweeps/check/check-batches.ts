import { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import type { BatchOutcome, CheckDependencies, CheckInvocation } from './batch-checker.ts';
import { CheckerRun } from './checker-run.ts';

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
