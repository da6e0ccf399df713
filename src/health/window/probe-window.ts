import { performance } from 'node:perf_hooks';
import { onAbort } from '../../async/on-abort.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { InvalidInputError } from '../../errors.ts';
import { AdmissionQueue, type HostLimit, type Waiter } from './admission-queue.ts';
import { Pacer, PERIOD_MS } from './pacer.ts';

/** Probes in flight at once unless set otherwise. */
export const DEFAULT_CONCURRENCY = 256;
/** Probes in flight on one proxy host unless set otherwise: a gateway must not be flooded. */
export const DEFAULT_IN_FLIGHT_PER_HOST = 32;

export interface ProbeWindowOptions {
  /** Most probes in flight, 1 to 10,000. @default 256 */
  readonly concurrency?: number;
  /**
   * Most probes in flight on one proxy host, 1 to 10,000; a function tells it of each host, and may
   * lower it meanwhile. @default 32
   */
  readonly maxInFlightPerHost?: HostLimit;
  readonly clock?: Clock;
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
  readonly #queue: AdmissionQueue;
  readonly #pacer: Pacer;
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
    clock = systemClock,
  }: ProbeWindowOptions = {}) {
    requireLimit('concurrency', concurrency);
    if (typeof maxInFlightPerHost === 'number') {
      requireLimit('maxInFlightPerHost', maxInFlightPerHost);
    }
    this.#concurrency = concurrency;
    this.#clock = clock;
    this.#queue = new AdmissionQueue(maxInFlightPerHost);
    this.#pacer = new Pacer(clock, performance.eventLoopUtilization);
  }

  /**
   * Runs one probe when its turn comes.
   *
   * @param host the proxy's host, for the cap per host
   * @throws {unknown} when the signal is aborted before the turn comes: its reason; when `probe`
   * throws: its error
   */
  async run<T>(host: string, probe: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#admit(host, signal);
    try {
      return await probe();
    } finally {
      this.#inFlight--;
      this.#queue.release(host);
      this.#pump();
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

  #admit(host: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.remove(waiter);
        reject(signal?.reason);
        this.#pump();
      };
      let isWaiting = true;
      let forget: (() => void) | undefined;
      const start = () => {
        isWaiting = false;
        forget?.();
        resolve();
      };
      const waiter: Waiter = { host, start };
      this.#queue.add(waiter);
      this.#pump();
      if (isWaiting && signal) forget = onAbort(signal, abort);
    });
  }

  /** Starts the waiters that may start now; runs again by itself when only time is lacking. */
  #pump(): void {
    clearTimeout(this.#timer);
    while (this.#inFlight < this.#concurrency && this.#queue.hasReady) {
      const waitMs = this.#pacer.take();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.min(waitMs, PERIOD_MS));
        return;
      }
      const waiter = this.#queue.next();
      if (waiter) this.#start(waiter);
    }
  }

  #start(waiter: Waiter): void {
    this.#inFlight++;
    this.#lastStartAt = this.#clock.monotonic();
    if (this.#started++ === 0) this.#firstStartAt = this.#lastStartAt;
    waiter.start();
  }
}

function requireLimit(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return;
  const detail = `must be a whole number from 1 to 10000, not ${value}`;
  throw new InvalidInputError(`${name} ${detail}`, [{ pointer: `/${name}`, detail }]);
}
