import { systemClock } from '../../../clock.ts';
import type { CertificateWitness } from '../../../health/dial/certificate-witness.ts';
import type { HealthCheckResult } from '../../../health/health-check-result.ts';
import type { HealthChecker } from '../../../health/health-checker.ts';
import type { ProbeWindow, Starter } from '../../../health/window/probe-window.ts';
import type { Proxy } from '../../../proxies/proxy.ts';
import { Advice, type Hiring } from './hiring.ts';
import { WorkerLost, type WorkerSetup } from './messages.ts';
import type { SharedResolver } from './shared-resolver.ts';
import type { WorkerThread } from './worker-thread.ts';

/** How often the crew looks whether another thread would pay, milliseconds. */
const LOOK_MS = 100;

export interface CrewOptions {
  /** Decides how many threads probe; null when that is this thread alone. */
  readonly hiring: Pick<Hiring, 'look'> | null;
  /** Checks in this thread. */
  readonly checker: HealthChecker;
  /** Admits the probes of all threads. */
  readonly window: ProbeWindow;
  readonly setup: WorkerSetup;
  readonly resolver: SharedResolver;
  readonly witness: CertificateWitness;
  /** How many proxies are still to be checked, as far as that can be told. */
  readonly remaining: () => number;
  /** Told once for each worker thread that has ended by itself, with what was its end. */
  readonly onLost: (cause: unknown) => void;
}

/**
 * The threads that probe: this one and the workers it hires. All probes pass this thread's window,
 * which holds the limits in flight; each thread starts those it gets at its own pace.
 */
export class Crew {
  readonly #options: CrewOptions;
  readonly #workers = new Map<Starter, WorkerThread>();
  /** Those of them that wait to be tried again; the one hired last is benched first. */
  #benched: WorkerThread[] = [];
  #isHiring = true;
  #timer: NodeJS.Timeout | undefined;
  #ended = 0;
  /** The most threads that have probed at a time, this one included. */
  threads = 1;

  constructor(options: CrewOptions) {
    this.#options = options;
    const { hiring } = options;
    if (!hiring) return;
    this.#timer = setInterval(() => this.#look(hiring), LOOK_MS);
  }

  /**
   * Checks a proxy when its turn comes, in whichever thread has room.
   *
   * @throws {unknown} when the signal is aborted: its reason
   */
  async check(proxy: Proxy, signal: AbortSignal): Promise<HealthCheckResult> {
    const { window } = this.#options;
    const probe = (starter: Starter) => this.#checkOn(starter, proxy, signal);
    for (;;) {
      try {
        const result = await window.run(proxy.host, probe, signal);
        this.#ended += 1;
        return result;
      } catch (error) {
        // Its proxies wait for their turn again: were they all started here at once, this thread
        // would be too busy to measure them.
        if (!(error instanceof WorkerLost)) throw error;
      }
    }
  }

  /** Tells the workers what the control probe has seen. */
  share(): void {
    for (const worker of this.#workers.values()) worker.share(this.#options.witness.seen);
  }

  /** Ends the workers, with all that they are doing. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isHiring = false;
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  #checkOn(starter: Starter, proxy: Proxy, signal: AbortSignal): Promise<HealthCheckResult> {
    const worker = this.#workers.get(starter);
    return worker?.check(proxy, signal) ?? this.#options.checker.checkProxy(proxy, { signal });
  }

  #look(hiring: Pick<Hiring, 'look'>): void {
    const { window, remaining } = this.#options;
    const { isLimiting: isPaced, ratePerSecond } = window.pace;
    const { user, system } = process.threadCpuUsage();
    const advice = hiring.look({
      nowMs: systemClock.monotonic(),
      ended: this.#ended,
      remaining: remaining(),
      isPaced,
      ratePerSecond,
      busyMs: performance.eventLoopUtilization().active,
      cpuMs: (user + system) / 1000,
      areReady: [...this.#workers.values()].every(({ isReady }) => isReady),
    });
    if (advice === Advice.hire) void this.#hire().catch((error) => this.#lose(null, error));
    if (advice === Advice.bench) this.#bench();
  }

  async #hire(): Promise<void> {
    const { window, witness } = this.#options;
    const worker = this.#benched.pop() ?? (await this.#startWorker());
    if (!this.#isHiring) return void worker.close();
    this.#workers.set(worker, worker);
    worker.share(witness.seen);
    window.addStarter(worker);
  }

  async #startWorker(): Promise<WorkerThread> {
    const { setup, window, resolver } = this.#options;
    const { WorkerThread } = await import('./worker-thread.ts');
    return new WorkerThread({
      setup,
      isAnswering: () => resolver.isAnswering,
      onReport: () => {
        const workers = [...this.#workers.values()];
        resolver.othersAreAnswered = workers.some(({ isAnswering }) => isAnswering);
        this.threads = Math.max(this.threads, 1 + workers.filter(({ isReady }) => isReady).length);
        window.resume();
      },
      onLost: (worker, cause) => this.#lose(worker, cause),
    });
  }

  #bench(): void {
    const active = [...this.#workers.values()].filter((each) => !this.#benched.includes(each));
    const worker = active.at(-1);
    if (!worker) return;
    this.#options.window.removeStarter(worker);
    this.#benched.push(worker);
  }

  /**
   * A thread that ends by itself, or cannot be started, is not replaced: the next one might end in
   * the same way.
   */
  #lose(worker: WorkerThread | null, cause: unknown): void {
    clearInterval(this.#timer);
    if (worker) this.#options.window.removeStarter(worker);
    if (worker) this.#workers.delete(worker);
    this.#benched = this.#benched.filter((each) => each !== worker);
    this.#options.onLost(cause);
  }
}
