import type { ControlOutcome } from '../../health/control-probe.ts';
import { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import { commitBatch } from '../record/commit-batch.ts';
import type { BatchOutcome, CheckDependencies, CheckInvocation } from './batch-checker.ts';
import { type PreparedBatch, prepareBatch } from './prepare-batch.ts';
import { ProbeBacklog } from './probe-backlog.ts';
import { probeBatch } from './probe-batch.ts';
import { TimeBudget, type TimeNeed, timeNeedOf } from './time-budget.ts';

/**
 * Checks the batches of some messages through one window of probes in flight. For each batch it
 * probes, stores the result, writes the rows it changes, sends their events and enters it in the
 * ledger. The stored result is the commit point: where there is one already, it counts, and nothing
 * is probed. Outcomes are in the order of the messages.
 *
 * Each batch is written as soon as it is complete. A batch begins once the window has room for
 * more, and only if everything then under way, at its slowest, fits the remaining time; the first
 * always begins. Proxies for which the time runs out become `inconclusive` before it is over.
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

/** The work of one invocation of the checker. */
class CheckerRun {
  readonly #dependencies: CheckDependencies;
  readonly #signal: AbortSignal;
  readonly #window: ProbeWindow;
  readonly #budget: TimeBudget;
  readonly #backlog = new ProbeBacklog();
  readonly #controls = new Map<string, Promise<ControlOutcome>>();
  #hasProbed = false;

  constructor(
    dependencies: CheckDependencies,
    { remainingMs, signal }: CheckInvocation,
    window: ProbeWindow,
  ) {
    this.#dependencies = dependencies;
    this.#signal = signal;
    this.#window = window;
    this.#budget = new TimeBudget(dependencies.limits, remainingMs);
  }

  async check(messages: readonly BatchMessage[]): Promise<readonly BatchOutcome[]> {
    const { limits, resend } = this.#dependencies;
    const outcomes: Promise<BatchOutcome>[] = [];
    for (const [index, message] of messages.entries()) {
      await this.#backlog.below(limits.maxInFlight);
      const begun = await this.#begin(message);
      if (!begun) {
        const unstarted = messages.slice(index);
        const resent = settle(resend(unstarted), 'resent');
        outcomes.push(...unstarted.map(() => resent));
        break;
      }
      outcomes.push(begun.outcome);
    }
    return Promise.all(outcomes);
  }

  /** Null when there is no time left for the batch. */
  async #begin(message: BatchMessage): Promise<{ readonly outcome: Promise<BatchOutcome> } | null> {
    const { storage, clock, limits } = this.#dependencies;
    const begunAt = clock.now();
    let batch: PreparedBatch;
    try {
      batch = await prepareBatch(storage, message);
    } catch (failed) {
      return { outcome: Promise.resolve({ failed }) };
    }
    if (batch.stored) {
      const committed = commitBatch(this.#dependencies, batch.stored, { ...batch, begunAt });
      return { outcome: settle(committed, 'done') };
    }
    const targetAsked = this.#controls.has(message.sweepId);
    const need = timeNeedOf(batch, limits, { targetAsked });
    if (this.#hasProbed && !this.#budget.fits(need)) return null;
    this.#hasProbed = true;
    return { outcome: settle(this.#check(batch, need, begunAt), 'done') };
  }

  async #check(batch: PreparedBatch, need: TimeNeed, begunAt: number): Promise<void> {
    const { storage } = this.#dependencies;
    const probed = await this.#probe(batch, need);
    const stored = await storage.results.put(probed);
    await commitBatch(this.#dependencies, stored, { ...batch, begunAt });
  }

  async #probe(batch: PreparedBatch, need: TimeNeed) {
    let outstanding = batch.rows.length;
    this.#backlog.add(outstanding);
    this.#budget.begin(need);
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), this.#budget.probingTimeMs(need));
    try {
      return await probeBatch(batch, {
        ...this.#dependencies,
        window: this.#window,
        concurrency: this.#dependencies.limits.maxInFlight,
        signal: this.#signal,
        cut: AbortSignal.any([cut.signal, this.#signal]),
        controlBefore: batch.rows.length > 0 ? await this.#controlBefore(batch) : null,
        onResult: () => {
          outstanding -= 1;
          this.#backlog.remove(1);
        },
      });
    } finally {
      clearTimeout(timer);
      this.#backlog.remove(outstanding);
      this.#budget.end(need);
    }
  }

  /** The control probe before the work, made once per sweep; null when it is turned off. */
  async #controlBefore({ policy, sweep }: PreparedBatch): Promise<ControlOutcome | null> {
    const { sweepId } = sweep;
    if (!policy.control) return null;
    let control = this.#controls.get(sweepId);
    if (!control) {
      const request = { options: policy.options, signal: this.#signal };
      control = this.#dependencies.checker.checkTarget(request);
      this.#controls.set(sweepId, control);
    }
    return control;
  }
}

async function settle(
  work: Promise<void>,
  success: Exclude<BatchOutcome, object>,
): Promise<BatchOutcome> {
  try {
    await work;
    return success;
  } catch (failed) {
    return { failed };
  }
}
