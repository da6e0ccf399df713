import { forEachConcurrently } from '../../async/for-each-concurrently.ts';
import { systemClock } from '../../clock.ts';
import type { ControlOutcome } from '../../health/control-probe.ts';
import { CertificateWitness } from '../../health/dial/certificate-witness.ts';
import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import type { HealthCheckResult } from '../../health/health-check-result.ts';
import { HealthChecker } from '../../health/health-checker.ts';
import { ProbeWindow } from '../../health/window/probe-window.ts';
import { toResultRecord } from '../../model/result-record.ts';
import type { ReportWriter } from '../output/report.ts';
import type { RunSummary } from '../output/run-summary.ts';
import { RunTally } from '../output/run-tally.ts';
import type { CheckFlags, SpeedFlags } from './check-flags.ts';
import { ControlGate } from './control-gate.ts';
import type { ListedProxy, ListReader } from './list-reader.ts';
import { Crew } from './workers/crew.ts';
import { Hiring } from './workers/hiring.ts';
import { SharedResolver } from './workers/shared-resolver.ts';

export interface CheckRunOptions {
  readonly flags: CheckFlags & SpeedFlags;
  readonly options: HealthCheckOptions;
  readonly reader: ListReader;
  readonly writer: ReportWriter;
  readonly signal: AbortSignal;
  /** Told of each worker thread that has ended by itself; the others go on with its proxies. */
  readonly onWorkerLost: (cause: unknown) => void;
  /** Decides how many threads probe. @default by what is measured, at most `flags.workers` */
  readonly hiring?: Pick<Hiring, 'look'>;
}

/**
 * One pass over a list from this machine: list → parser → probes → control gate → report. The next
 * proxies are read when the ones before have begun, and a probe has ended when its result is written
 * or held by the gate, so only the probes in flight and the gate's results are in memory.
 */
export class CheckRun {
  readonly tally = new RunTally();
  readonly #run: CheckRunOptions;
  readonly #checker: HealthChecker;
  readonly #window: ProbeWindow;
  readonly #crew: Crew;
  readonly #gate: ControlGate | null;
  /** The proxies that have been begun and have no result yet. */
  #pending = 0;
  /** Settles when the last record is written: probes end side by side, and a report is one line. */
  #written: Promise<void> = Promise.resolve();
  readonly #startedAt = systemClock.monotonic();

  constructor(run: CheckRunOptions) {
    const { flags, options, signal } = run;
    this.#run = run;
    const { concurrency, maxInFlightPerHost, pace } = flags;
    const [resolver, witness] = [new SharedResolver(), new CertificateWitness()];
    this.#window = new ProbeWindow({ concurrency, maxInFlightPerHost, pace });
    this.#checker = new HealthChecker({
      options,
      allowPrivateAddresses: flags.private,
      maxInFlightPerHost,
      resolver,
      witness,
    });
    const { workers } = flags;
    this.#crew = new Crew({
      hiring: run.hiring ?? (workers > 1 ? new Hiring(workers) : null),
      checker: this.#checker,
      window: this.#window,
      setup: { options, allowPrivateAddresses: flags.private, pace },
      resolver,
      witness,
      remaining: () => this.#pending + run.reader.expected,
      onLost: run.onWorkerLost,
    });
    this.#gate = flags.control
      ? new ControlGate({
          probe: () => this.#probeTarget(),
          clock: systemClock,
          signal,
        })
      : null;
  }

  /** @throws {InvalidInputError} when the list holds no valid proxy; nothing is probed then */
  async check(): Promise<RunSummary> {
    const { reader, flags, signal } = this.#run;
    const { concurrency } = flags;
    try {
      const listed = await reader.open();
      await this.#gate?.open();
      const work = (each: ListedProxy, stop: AbortSignal) => this.#check(each, stop);
      await forEachConcurrently(listed, { concurrency, signal, work });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#crew.close();
    }
    await this.#gate?.close();
    return this.#summarize();
  }

  async #check({ line, proxy }: ListedProxy, stop: AbortSignal): Promise<void> {
    const { writer } = this.#run;
    this.#pending += 1;
    const found = await this.#crew.check(proxy, stop);
    this.#pending -= 1;
    const report = (result: HealthCheckResult) => {
      const record = { line, ...toResultRecord(proxy, result) };
      this.tally.add(record);
      this.#written = this.#written.then(() => writer.writeResult(record));
      return this.#written;
    };
    await (this.#gate ? this.#gate.admit(found, report) : report(found));
  }

  async #probeTarget(): Promise<ControlOutcome> {
    const outcome = await this.#checker.checkTarget({ signal: this.#run.signal });
    this.#crew.share();
    return outcome;
  }

  #summarize(): RunSummary {
    const { flags, options, reader, signal } = this.#run;
    const { concurrency } = flags;
    const { threads } = this.#crew;
    const { started, startRatePerSecond, eventLoopUtilization } = this.#window.statistics();
    return {
      ...this.tally.summary(),
      targetUrl: options.targetUrl,
      list: reader.tally.counts,
      pacing: { concurrency, threads, started, startRatePerSecond, eventLoopUtilization },
      control: this.#gate?.summary() ?? null,
      elapsedMs: Math.round(systemClock.monotonic() - this.#startedAt),
      interrupted: signal.aborted,
    };
  }
}
