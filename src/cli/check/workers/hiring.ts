/** What is seen of a run at one moment. */
export interface Look {
  /** On the monotonic clock. */
  readonly nowMs: number;
  /** Probes that have ended so far. */
  readonly ended: number;
  /** How many are still to come, as far as that can be told. */
  readonly remaining: number;
  /** Whether the pace of this thread, and not the list or the limits, holds probes back. */
  readonly isPaced: boolean;
  /** The starts per second that this pace allows. */
  readonly ratePerSecond: number;
  /** How long the main thread has been busy, and how long a processor has run it meanwhile. */
  readonly busyMs: number;
  readonly cpuMs: number;
  /** Whether every thread that was hired has loaded. */
  readonly areReady: boolean;
}

/** What to do about it. */
export const Advice = {
  /** One more thread shall probe. */
  hire: 'hire',
  /** The thread hired last shall get no more proxies. */
  bench: 'bench',
} as const;
export type Advice = (typeof Advice)[keyof typeof Advice];

/** What each step waits for, and how long it takes while the pace holds probes back, milliseconds. */
const STEPS = {
  /** Whether another thread is worth its start. */
  busy: 800,
  /** A new thread compiles what it runs: its rate says little. */
  warmUp: 1000,
  /** The rate with it. */
  with: 1000,
  /** The probes that it still has. */
  settle: 200,
  /** The rate without it. */
  without: 800,
} as const;
type Step = keyof typeof STEPS;

/** A thread is hired for a list that takes this much longer, milliseconds. */
const WORTHWHILE_MS = 2500;
/** Nor is it worth judging one for a list that ends before, milliseconds. */
const JUDGED_MS = 6000;
/** The share of its busy time that a processor runs the main thread, below which no core is free. */
const FREE_CORE_SHARE = 0.85;
/** Below this share, threads wait for each other, and latencies hold these waits. */
const CROWDED_SHARE = 0.6;
/** The least gain that keeps a thread, as a share of what it would gain if nothing were shared. */
const LEAST_GAIN = 0.25;
/** The wait before a thread that gained too little is tried again; it doubles. Milliseconds. */
const FIRST_PAUSE_MS = 15_000;
/** One look may fall into a moment when nothing was held back. */
const LOOKS_IN_DOUBT = 3;

/**
 * Decides by what is measured how many threads probe. When their pace holds probes back, one more
 * is hired. On a long list it is then judged: the rate with it is compared with the rate without
 * it, right after. It stays where that pays, and otherwise waits on the bench, for twice as long
 * each time. So does a thread whose core others have come to use.
 */
export class Hiring {
  readonly #most: number;
  /** Those that have proved worth it, the main one included. */
  #threads = 1;
  #step: Step = 'busy';
  /** The look with which the step began. */
  #from: Look | null = null;
  #looksInDoubt = 0;
  #rateWith = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntil = 0;

  /** @param most the most threads, the main one included */
  constructor(most: number) {
    this.#most = most;
  }

  look(look: Look): Advice | null {
    const { nowMs, ended, isPaced, areReady } = look;
    this.#looksInDoubt = isPaced ? 0 : this.#looksInDoubt + 1;
    const isHeldBack = this.#looksInDoubt < LOOKS_IN_DOUBT && nowMs >= this.#pausedUntil;
    if (!this.#from || !isHeldBack || !areReady) {
      this.#from = look;
      return null;
    }
    const elapsedMs = nowMs - this.#from.nowMs;
    if (elapsedMs < STEPS[this.#step]) return null;
    const rate = (ended - this.#from.ended) / elapsedMs;
    const cpuShare = (look.cpuMs - this.#from.cpuMs) / (look.busyMs - this.#from.busyMs);
    this.#from = look;
    return this.#end(look, { rate, cpuShare });
  }

  /** Ends a step in which `rate` probes a millisecond have ended. */
  #end(look: Look, { rate, cpuShare }: { rate: number; cpuShare: number }): Advice | null {
    switch (this.#step) {
      case 'busy':
        if (cpuShare < CROWDED_SHARE && this.#threads > 1) return this.#reduce(look);
        return cpuShare < FREE_CORE_SHARE ? null : this.#consider(look, rate);
      case 'warmUp':
        if (look.remaining < rate * JUDGED_MS) return this.#keep();
        this.#step = 'with';
        return null;
      case 'with':
        this.#rateWith = cpuShare < CROWDED_SHARE ? 0 : rate;
        this.#step = 'settle';
        return Advice.bench;
      case 'settle':
        this.#step = 'without';
        return null;
      case 'without':
        return this.#judge(look, rate);
    }
  }

  #consider({ remaining, ratePerSecond }: Look, rate: number): Advice | null {
    // The rate still rises while a process warms up.
    const likelyRate = Math.max(rate, ratePerSecond / 1000);
    if (this.#threads >= this.#most || remaining < likelyRate * WORTHWHILE_MS) return null;
    this.#step = 'warmUp';
    return Advice.hire;
  }

  #judge(look: Look, rateWithout: number): Advice | null {
    const gain = (this.#rateWith / rateWithout - 1) * this.#threads;
    if (gain >= LEAST_GAIN) {
      this.#keep();
      return Advice.hire;
    }
    this.#pause(look);
    return null;
  }

  #reduce(look: Look): Advice {
    this.#threads -= 1;
    this.#pause(look);
    return Advice.bench;
  }

  #pause({ nowMs }: Look): void {
    this.#step = 'busy';
    this.#pausedUntil = nowMs + this.#pauseMs;
    this.#pauseMs *= 2;
  }

  #keep(): null {
    this.#threads += 1;
    this.#step = 'busy';
    return null;
  }
}
