import { probeBudgetMs } from '../health/probe/back-off.ts';
import { DEFAULT_SWEEP_LIMITS, overheadMs } from '../model/sweep-limits.ts';
import type { CheckerScenario, Quantities } from './quantities.ts';

/** The checker as it is deployed by default (`cdk/settings-schema.ts`). */
export const CHECKER_MEMORY_MB = 512;
export const RECORDS_PER_INVOCATION = 8;
/** Lambda gives a whole core at this memory, MB (AWS: "Configure Lambda function memory"). */
export const MEMORY_OF_A_CORE_MB = 1769;
/** A control probe is repeated once (`src/health/control-probe.ts`). */
const CONTROL_ATTEMPTS = 2;
/** Every so many more in the sequence of proxies is dead; spreads any share of them evenly. */
const GOLDEN = 0.618034;

/** The batches that an invocation receives. */
export interface InvocationLoad {
  /** 1 to `RECORDS_PER_INVOCATION`. */
  readonly batches: number;
  readonly rowsPerBatch: number;
}

/** What an invocation comes to. */
export interface InvocationTime {
  /** Billed time, milliseconds. */
  readonly billedMs: number;
  /** How many of its batches it checks; the others have no time and are given back. */
  readonly checked: number;
}

/**
 * Plays one invocation of the checker: probes start in turn while the window and their host have
 * room and the processor keeps up, and a batch begins once the window has room for more and its
 * longest time fits what is left, as `checkBatches` and `TimeBudget` do it.
 */
export function playInvocation(
  scenario: CheckerScenario,
  load: InvocationLoad,
  checker: Quantities['checker'],
): InvocationTime {
  const play = new Play(scenario, load, checker);
  let checked = 0;
  for (; checked < load.batches; checked += 1) {
    play.runUntil(() => play.backlog < DEFAULT_SWEEP_LIMITS.maxInFlight);
    if (checked > 0) {
      play.runUntil(() => play.fits() || !play.couldFit() || play.backlog === 0);
      if (!play.fits()) break;
    }
    play.begin();
  }
  play.runUntil(() => play.backlog === 0);
  return { billedMs: play.nowMs + checker.overheadMs, checked };
}

class Play {
  nowMs = 0;
  /** Probes that have not ended, those that have not started included. */
  backlog = 0;
  readonly #scenario: CheckerScenario;
  readonly #load: InvocationLoad;
  readonly #cpu: { readonly aliveMs: number; readonly deadMs: number };
  readonly #waiting: number[] = [];
  readonly #ends: { atMs: number; host: number }[] = [];
  readonly #onHost = new Map<number, number>();
  readonly #hosts: number;
  readonly #mostPerHost: number;
  /** When the processor is done with the probes that have started. */
  #busyUntilMs = 0;
  #begun = 0;

  constructor(scenario: CheckerScenario, load: InvocationLoad, { cpuMs }: Quantities['checker']) {
    const share = Math.min(1, CHECKER_MEMORY_MB / MEMORY_OF_A_CORE_MB);
    this.#scenario = scenario;
    this.#load = load;
    this.#hosts = scenario.hosts ?? Number.POSITIVE_INFINITY;
    this.#mostPerHost = scenario.maxInFlightPerHost ?? DEFAULT_SWEEP_LIMITS.maxInFlightPerHost;
    this.#cpu = {
      aliveMs: (scenario.https ? cpuMs.https : cpuMs.http) / share,
      deadMs: (cpuMs.failed * scenario.attempts) / share,
    };
  }

  /** Adds the probes of a batch. */
  begin(): void {
    for (let row = 0; row < this.#load.rowsPerBatch; row += 1) this.#waiting.push(this.#begun++);
    this.backlog += this.#load.rowsPerBatch;
  }

  runUntil(holds: () => boolean): void {
    while (!holds()) {
      if (!this.#startOne()) this.#endOne();
    }
  }

  /** Whether one more batch, each probe at its slowest, fits the time that is left. */
  fits(): boolean {
    return this.#longestMs(this.backlog + this.#load.rowsPerBatch) <= this.#leftMs();
  }

  /** Whether it would fit if nothing were under way. */
  couldFit(): boolean {
    return this.#longestMs(this.#load.rowsPerBatch) < this.#leftMs();
  }

  #leftMs(): number {
    return DEFAULT_SWEEP_LIMITS.checkerTimeoutMs - this.nowMs;
  }

  #longestMs(probes: number): number {
    const { maxInFlight } = DEFAULT_SWEEP_LIMITS;
    const inWindow = Math.min(maxInFlight, this.#mostPerHost * this.#hosts);
    const { timeoutMs, attempts } = this.#scenario;
    const controlMs = probeBudgetMs({ timeoutMs, attempts: Math.max(attempts, CONTROL_ATTEMPTS) });
    const probingMs = Math.ceil(probes / inWindow) * probeBudgetMs(this.#scenario);
    return probingMs + controlMs + overheadMs(DEFAULT_SWEEP_LIMITS);
  }

  /** Starts the next probe for which there is room; false when there is none. */
  #startOne(): boolean {
    if (this.#ends.length >= DEFAULT_SWEEP_LIMITS.maxInFlight) return false;
    const at = this.#waiting.findIndex(
      (probe) => (this.#onHost.get(this.#hostOf(probe)) ?? 0) < this.#mostPerHost,
    );
    const [probe] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (probe === undefined) return false;
    const isAlive = (probe * GOLDEN) % 1 < this.#scenario.alive;
    const cpuMs = isAlive ? this.#cpu.aliveMs : this.#cpu.deadMs;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.nowMs) + cpuMs;
    const waitsMs = isAlive ? this.#scenario.latencyMs : probeBudgetMs(this.#scenario);
    const host = this.#hostOf(probe);
    this.#ends.push({ atMs: this.#busyUntilMs + waitsMs, host });
    this.#onHost.set(host, (this.#onHost.get(host) ?? 0) + 1);
    return true;
  }

  /** Lets time pass until the first probe under way ends. */
  #endOne(): void {
    const first = this.#ends.reduce((soonest, each) => (each.atMs < soonest.atMs ? each : soonest));
    this.#ends.splice(this.#ends.indexOf(first), 1);
    this.#onHost.set(first.host, (this.#onHost.get(first.host) ?? 1) - 1);
    this.nowMs = first.atMs;
    this.backlog -= 1;
  }

  #hostOf(probe: number): number {
    return probe % this.#hosts;
  }
}
