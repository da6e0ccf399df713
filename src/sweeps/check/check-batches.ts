import { jitteredWaitMs } from '../../async/back-off.ts';
import { BusyError } from '../../errors.ts';
import type { ControlOutcome } from '../../health/control-probe.ts';
import { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import type { ApplyDependencies } from '../record/apply-results.ts';
import { commitBatch } from '../record/commit-batch.ts';
import { RowWriter } from '../record/row-writer.ts';
import type { BatchOutcome, CheckDependencies, CheckInvocation } from './batch-checker.ts';
import { type PreparedBatch, prepareBatch } from './prepare-batch.ts';
import { BatchWork, ProbeBacklog } from './probe-backlog.ts';
import { probeBatch } from './probe-batch.ts';
import { TimeBudget } from './time-budget.ts';

/**
 * Checks the batches of some messages through one window of probes in flight. For each batch it
 * probes, stores the result, writes the rows it changes, sends their events and enters it in the
 * ledger. The stored result is the commit point: where there is one already, it counts, and nothing
 * is probed. Outcomes are in the order of the messages.
 *
 * Each batch is written as soon as it is complete. A batch begins once the window has room for
 * more and everything then under way, at its slowest, fits the remaining time; the first always
 * begins. A proxy host has as many probes in flight as the most careful of its pools allows. From the first that can no longer fit, batches are given back. Proxies for which the time
 * runs out become `inconclusive` before it is over.
 */
export async function checkBatches(
  dependencies: CheckDependencies,
  messages: readonly BatchMessage[],
  invocation: CheckInvocation,
): Promise<readonly BatchOutcome[]> {
  return new CheckerRun(dependencies, invocation).check(messages);
}

/** A batch that has begun, or the time that one needs which could not, milliseconds. */
type Beginning = { readonly outcome: Promise<BatchOutcome> } | { readonly neededMs: number };

/** The work of one invocation of the checker. */
class CheckerRun {
  readonly #dependencies: CheckDependencies & ApplyDependencies;
  readonly #signal: AbortSignal;
  readonly #defer: CheckInvocation['defer'];
  readonly #window: ProbeWindow;
  readonly #budget: TimeBudget;
  readonly #backlog = new ProbeBacklog();
  readonly #controls = new Map<string, Promise<ControlOutcome>>();
  #hasProbed = false;

  constructor(dependencies: CheckDependencies, { remainingMs, signal, defer }: CheckInvocation) {
    const rows = new RowWriter(dependencies, () => this.#budget.mayWait);
    this.#dependencies = { ...dependencies, writeRow: rows.write };
    this.#signal = signal;
    this.#defer = defer;
    this.#window = new ProbeWindow({
      concurrency: dependencies.limits.maxInFlight,
      maxInFlightPerHost: (host) => this.#backlog.hosts.of(host),
    });
    this.#budget = new TimeBudget(dependencies.limits, remainingMs, this.#backlog);
  }

  async check(messages: readonly BatchMessage[]): Promise<readonly BatchOutcome[]> {
    const { limits } = this.#dependencies;
    const outcomes: Promise<BatchOutcome>[] = [];
    for (const [index, message] of messages.entries()) {
      await this.#backlog.below(limits.maxInFlight);
      const begun = await this.#begin(message);
      if ('neededMs' in begun) {
        outcomes.push(...this.#deferAll(messages.slice(index), begun.neededMs));
        break;
      }
      outcomes.push(begun.outcome);
    }
    return Promise.all(outcomes);
  }

  /**
   * Gives batches back in turn: all checkers together get through as many in the time that one
   * needs. Each comes back by itself, so that checkers with nothing to do take one each.
   */
  #deferAll(messages: readonly BatchMessage[], neededMs: number): Promise<BatchOutcome>[] {
    const { checkerTimeoutMs, concurrency } = this.#dependencies.limits;
    const turnMs = neededMs / concurrency;
    return messages.map((message, index) => {
      const hiddenMs = Math.min((index + 1) * turnMs, checkerTimeoutMs);
      return settle(this.#defer(message, hiddenMs), 'deferred');
    });
  }

  async #begin(message: BatchMessage): Promise<Beginning> {
    const { storage, clock } = this.#dependencies;
    const begunAt = clock.now();
    let batch: PreparedBatch;
    try {
      batch = await prepareBatch(storage, message);
    } catch (failed) {
      return { outcome: Promise.resolve({ failed }) };
    }
    if (batch.stored) {
      const committed = commitBatch(this.#dependencies, batch.stored, { ...batch, begunAt });
      return { outcome: this.#settle(committed, message) };
    }
    const toProbe = { policy: batch.policy, rows: batch.due };
    const targetAsked = this.#controls.has(message.sweepId);
    const work = new BatchWork(toProbe, { targetAsked, limits: this.#dependencies.limits });
    if (this.#hasProbed && !(await this.#budget.waitUntilFits(work))) {
      return { neededMs: this.#budget.neededMs(work) };
    }
    this.#hasProbed = true;
    return { outcome: this.#settle(this.#check(batch, work, begunAt), message) };
  }

  async #check(batch: PreparedBatch, work: BatchWork, begunAt: number): Promise<void> {
    const { storage } = this.#dependencies;
    const probed = await this.#probe(batch, work);
    const stored = await storage.results.put(probed);
    await commitBatch(this.#dependencies, stored, { ...batch, begunAt });
  }

  /**
   * What became of a batch. One whose rows the storage does not take in time is given back: its
   * result is stored, and so is each row that was taken; the next checker goes on from there.
   */
  async #settle(work: Promise<void>, message: BatchMessage): Promise<BatchOutcome> {
    const outcome = await settle(work, 'done');
    if (typeof outcome === 'string' || !(outcome.failed instanceof BusyError)) return outcome;
    const { checkerTimeoutMs } = this.#dependencies.limits;
    // They come back one by one, not all at once.
    const hiddenMs = jitteredWaitMs({ firstMs: checkerTimeoutMs }, 1);
    return settle(this.#defer(message, hiddenMs), 'deferred');
  }

  async #probe(batch: PreparedBatch, work: BatchWork) {
    this.#backlog.begin(work);
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), this.#budget.probingTimeMs(work));
    try {
      const controlBefore = batch.due.length > 0 ? await this.#controlBefore(batch) : null;
      work.controlBeforeMs = 0;
      return await probeBatch(batch, {
        ...this.#dependencies,
        window: this.#window,
        concurrency: this.#dependencies.limits.maxInFlight,
        signal: this.#signal,
        cut: AbortSignal.any([cut.signal, this.#signal]),
        controlBefore,
        onResult: ({ proxyId }) => this.#backlog.finish(work, proxyId),
      });
    } finally {
      clearTimeout(timer);
      this.#backlog.end(work);
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
