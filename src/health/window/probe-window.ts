import { performance } from 'node:perf_hooks';
import { onAbort } from '../../async/on-abort.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { InvalidInputError } from '../../errors.ts';
import { AdmissionQueue, type HostLimit } from './admission-queue.ts';
import { Pace, Pacer, PERIOD_MS } from './pacer.ts';

/** Probes in flight at once unless set otherwise. */
export const DEFAULT_CONCURRENCY = 256;
/** Probes in flight on one proxy host unless set otherwise: a gateway must not be flooded. */
export const DEFAULT_IN_FLIGHT_PER_HOST = 32;

export interface ProbeWindowOptions {
  /** Most probes in flight, 1 to 10,000. @default 256 */
  readonly concurrency?: number;
  /** Whether latencies or the rate matter more. @default 'steady' */
  readonly pace?: Pace;
  /**
   * Most probes in flight on one proxy host, 1 to 10,000; a function tells it of each host, and may
   * lower it meanwhile. @default 32
   */
  readonly maxInFlightPerHost?: HostLimit;
  readonly clock?: Clock;
}

/** What starts probes, at a pace of its own: the thread of a window, or another one. */
export interface Starter {
  /**
   * Milliseconds until it may start a probe; 0 means now, and counts as its start. Infinite when it
   * waits for something else than time, after which it has the window look again (`resume`).
   */
  take(): number;
}

interface Waiter {
  readonly host: string;
  readonly start: (starter: Starter) => void;
}

export interface ProbeWindowStatistics {
  /** Probes started so far. */
  readonly started: number;
  /** Probes in flight now. */
  readonly inFlight: number;
  /** Probes started per second, from the first start to the last. */
  readonly startRatePerSecond: number;
  /** How busy the event loop has been since the first start, 0 to 1. */
  readonly eventLoopUtilization: number;
}

/**
 * Admits probes within limits: in flight in all, in flight on one host, and started no faster than
 * this machine can follow. Several streams may share one window, so that the slow probes of one
 * overlap with the fast ones of the next.
 */
export class ProbeWindow {
  readonly #concurrency: number;
  readonly #clock: Clock;
  readonly #queue: AdmissionQueue<Waiter>;
  readonly #pacer: Pacer;
  #starters: readonly Starter[];
  /** Whose turn it is. */
  #turn = 0;
  readonly #utilizationAtStart = performance.eventLoopUtilization();
  #timer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #started = 0;
  #firstStartAt = 0;
  #lastStartAt = 0;

  /** @throws {InvalidInputError} when a limit is out of range */
  constructor({
    concurrency = DEFAULT_CONCURRENCY,
    maxInFlightPerHost = DEFAULT_IN_FLIGHT_PER_HOST,
    pace = Pace.steady,
    clock = systemClock,
  }: ProbeWindowOptions = {}) {
    requireLimit('concurrency', concurrency);
    if (typeof maxInFlightPerHost === 'number') {
      requireLimit('maxInFlightPerHost', maxInFlightPerHost);
    }
    this.#concurrency = concurrency;
    this.#clock = clock;
    this.#queue = new AdmissionQueue(maxInFlightPerHost);
    this.#pacer = new Pacer(clock, performance.eventLoopUtilization, pace);
    this.#starters = [this.#pacer];
  }

  /** How the starts of this thread are paced. */
  get pace(): Pick<Pacer, 'ratePerSecond' | 'isLimiting'> {
    return this.#pacer;
  }

  /** Lets another starter have probes, under the limits in flight of this window. */
  addStarter(starter: Starter): void {
    this.#starters = [...this.#starters, starter];
    this.#pump();
  }

  removeStarter(starter: Starter): void {
    this.#starters = this.#starters.filter((each) => each !== starter);
  }

  /** Looks again whether a starter can take a probe. */
  resume(): void {
    this.#pump();
  }

  /**
   * Runs one probe when its turn comes.
   *
   * @param host the proxy's host, for the cap per host
   * @param probe is told who starts it, where the window has starters besides its own
   * @throws {unknown} when the signal is aborted before the turn comes: its reason; when `probe`
   * throws: its error
   */
  async run<T>(
    host: string,
    probe: (starter: Starter) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const starter = await this.#admit(host, signal);
    try {
      return await probe(starter);
    } finally {
      this.#inFlight--;
      this.#queue.release(host);
      this.#pumpUnlessItIsEarly();
    }
  }

  statistics(): ProbeWindowStatistics {
    const elapsedMs = this.#lastStartAt - this.#firstStartAt;
    const utilization = performance.eventLoopUtilization(this.#utilizationAtStart).utilization;
    return {
      started: this.#started,
      inFlight: this.#inFlight,
      startRatePerSecond: elapsedMs > 0 ? ((this.#started - 1) / elapsedMs) * 1000 : 0,
      eventLoopUtilization: utilization,
    };
  }

  #admit(host: string, signal: AbortSignal | undefined): Promise<Starter> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.remove(waiter);
        reject(signal?.reason);
        this.#pump();
      };
      let isWaiting = true;
      let forget: (() => void) | undefined;
      const start = (starter: Starter) => {
        isWaiting = false;
        forget?.();
        resolve(starter);
      };
      const waiter: Waiter = { host, start };
      this.#queue.add(waiter);
      this.#pumpUnlessItIsEarly();
      if (isWaiting && signal) forget = onAbort(signal, abort);
    });
  }

  /** While the timer runs, only time is lacking: no probe that comes or ends changes that. */
  #pumpUnlessItIsEarly(): void {
    if (this.#timer === undefined) this.#pump();
  }

  /** Starts the waiters that may start now; runs again by itself when only time is lacking. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#inFlight < this.#concurrency && this.#queue.hasReady) {
      const starter = this.#nextStarter();
      if (!starter) return;
      const waiter = this.#queue.next();
      if (waiter) this.#start(waiter, starter);
    }
  }

  /** The next in turn that can start a probe now; when none can, it sets the timer. */
  #nextStarter(): Starter | null {
    let leastMs = PERIOD_MS;
    for (let tried = 0; tried < this.#starters.length; tried += 1) {
      const starter = this.#starters[this.#turn % this.#starters.length];
      this.#turn += 1;
      const waitMs = starter?.take() ?? PERIOD_MS;
      if (starter && waitMs === 0) return starter;
      leastMs = Math.min(leastMs, waitMs);
    }
    this.#timer = setTimeout(() => this.#pump(), leastMs);
    return null;
  }

  #start(waiter: Waiter, starter: Starter): void {
    this.#inFlight++;
    this.#lastStartAt = this.#clock.monotonic();
    if (this.#started++ === 0) this.#firstStartAt = this.#lastStartAt;
    waiter.start(starter);
  }
}

function requireLimit(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return;
  const detail = `must be a whole number from 1 to 10000, not ${value}`;
  throw new InvalidInputError(`${name} ${detail}`, [{ pointer: `/${name}`, detail }]);
}
