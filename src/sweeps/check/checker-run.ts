import type { ControlOutcome } from '../../health/control-probe.ts';
import type { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage, Sweep } from '../../model/sweep.ts';
import { commitBatch } from '../record/commit-batch.ts';
import type { BatchOutcome, CheckDependencies, CheckInvocation } from './batch-checker.ts';
import { type PreparedBatch, prepareBatch } from './prepare-batch.ts';
import { ProbeBacklog } from './probe-backlog.ts';
import { probeBatch } from './probe-batch.ts';
import { TimeBudget, type TimeNeed, timeNeedOf } from './time-budget.ts';

/** The work of one invocation of the checker. */
export class CheckerRun {
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
      const { stored, rows } = batch;
      const committed = commitBatch(this.#dependencies, stored, { rows, begunAt });
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
    await commitBatch(this.#dependencies, stored, { rows: batch.rows, begunAt });
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
        controlBefore: batch.rows.length > 0 ? await this.#controlBefore(batch.sweep) : null,
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

  /** The control probe before the work, made once per sweep; null where it is turned off. */
  async #controlBefore({ sweepId, policy }: Sweep): Promise<ControlOutcome | null> {
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
