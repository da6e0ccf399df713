import type { Socket } from 'node:net';
import { onAbort } from '../../async/on-abort.ts';
import type { Clock } from '../../clock.ts';
import { isCutShort } from '../classify/http-errors.ts';
import type { Blame, FailureCode } from '../failure.ts';
import type { Phase, PhaseTimings } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { PhaseClock } from './phase-clock.ts';

/**
 * A deadline noticed more than this late means that the event loop was blocked for at least as
 * long; the attempt gets that time back, once. Milliseconds.
 */
const LATE_MS = 50;
/**
 * A deadline noticed more than this late was not watched at all: the machine was asleep, and the
 * answer may have been there all the time. Milliseconds.
 */
const STARVED_MS = 1000;

/** The outcome of one attempt, measured. */
export interface AttemptOutcome<T> {
  /** What the work returned; absent when the attempt failed. */
  readonly value?: T;
  /** The unclassified error that ended the attempt; absent when it succeeded. */
  readonly error?: unknown;
  readonly failedPhase?: Phase;
  /** The party whose bytes were read when the attempt failed; undefined when that is unknown. */
  readonly sender?: Blame | undefined;
  readonly latencyMs: number;
  readonly timings: PhaseTimings;
  /** Bytes sent and received on the wire. */
  readonly bytes: number;
}

export interface AttemptLimits {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Where the attempt begins among the addresses of a name. @default 0 */
  readonly addressTurn?: number;
}

/**
 * One attempt. It owns its sockets, its one timer and its phases. The first of these settles it:
 * the result of the work, an error of any socket, the deadline, the caller's abort. Then everything
 * it owns is destroyed, and nothing that happens later counts.
 */
export class Attempt {
  readonly phases: PhaseClock;
  /** The turn of the address that was last tried; the next attempt begins with the one after it. */
  addressTurn: number;
  /**
   * The party that sends what is read from now on, as far as the layers show; undefined when they do
   * not. Malformed bytes are blamed on it.
   */
  sender: Blame | undefined;
  readonly #limits: AttemptLimits;
  #deadline: number;
  readonly #sockets: Socket[] = [];
  readonly #cleanups: (() => void)[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #forget: (() => void) | undefined;
  #settle: ((error: unknown) => void) | undefined;
  #isExtended = false;
  #explainTimeout: (() => FailureCode) | undefined;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
    this.phases = new PhaseClock(limits.clock);
    this.addressTurn = limits.addressTurn ?? 0;
    this.#deadline = limits.clock.monotonic() + limits.timeoutMs;
  }

  /** Milliseconds until the deadline, at least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#deadline - this.#limits.clock.monotonic()));
  }

  get settled(): boolean {
    return this.#settle === undefined;
  }

  /** Sets what a missed deadline means while no socket is waited for; undefined removes it. */
  explainTimeout(explain: (() => FailureCode) | undefined): void {
    this.#explainTimeout = explain;
  }

  /** Owns a socket: its error or close fails the attempt, and the attempt's end destroys it. */
  own<S extends Socket>(socket: S): S {
    this.#sockets.push(socket);
    socket.on('error', this.#broken);
    socket.on('close', this.#closed);
    return socket;
  }

  /** Ignores the sockets from now on: the answer is in, and the peer may hang up. */
  hushSockets(): void {
    for (const socket of this.#sockets) {
      socket.off('error', this.#broken).off('close', this.#closed).on('error', ignore);
    }
  }

  /** Destroys the sockets so far, before others are opened in their place. */
  releaseSockets(): void {
    this.hushSockets();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    // TLS goes before the socket that carries it, or it would work on freed memory.
    for (const socket of this.#sockets.splice(0).reverse()) {
      this.#bytes += bytesOf(socket);
      // What still listens to these events would be kept as long as V8 keeps the socket.
      socket.removeAllListeners('connect').removeAllListeners('secureConnect').destroy();
    }
  }

  /** Registers a cleanup that runs before the sockets owned so far are destroyed. */
  onRelease(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Ends the attempt with an error; does nothing once it is settled. */
  readonly fail = (error: unknown): void => {
    this.#settle?.(error);
  };

  /** Does the work under the deadline. Rejects only when the caller aborts, with the reason. */
  run<T>(work: (attempt: Attempt) => Promise<T>): Promise<AttemptOutcome<T>> {
    const { signal, timeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#end();
        reject(signal?.reason);
      };
      // A constant first: V8 puts a function written straight into a property in the old
      // generation, where what it refers to waits for a full collection.
      const settle = (error: unknown) => resolve(this.#finish<T>({ error }));
      this.#settle = settle;
      this.#timer = setTimeout(this.#expire, timeoutMs);
      if (signal) {
        if (signal.aborted) return abort();
        this.#forget = onAbort(signal, abort);
      }
      work(this).then((value) => {
        if (!this.settled) resolve(this.#finish({ value }));
      }, this.fail);
    });
  }

  readonly #broken = (error: Error): void => {
    if (this.settled) return;
    const peerLeft = isCutShort(error) && this.#sockets.some((socket) => socket.readableEnded);
    this.fail(peerLeft ? new ProbeFailure('connection_closed', { cause: error }) : error);
  };

  readonly #closed = (): void => {
    if (!this.settled) this.fail(new ProbeFailure('connection_closed'));
  };

  /** Reads the answers that already lie in the kernel before it calls the deadline missed. */
  readonly #expire = (): void => {
    const lateMs = this.#limits.clock.monotonic() - this.#deadline;
    setImmediate(() => {
      if (this.settled) return;
      if (lateMs > STARVED_MS) this.fail(new ProbeFailure('checker_starved'));
      else if (lateMs > LATE_MS && !this.#isExtended) this.#extend(lateMs);
      else this.fail(new ProbeFailure(this.#explainTimeout?.() ?? 'timeout'));
    });
  };

  #extend(ms: number): void {
    this.#isExtended = true;
    this.#deadline += 2 * ms;
    this.#timer = setTimeout(this.#expire, ms);
  }

  #finish<T>(end: { value: T } | { error: unknown }): AttemptOutcome<T> {
    const failedPhase = this.phases.current;
    const { latencyMs, timings } = this.phases.finish();
    const bytes = this.#end();
    const measured = { latencyMs, timings, bytes };
    return 'error' in end
      ? { ...end, failedPhase, sender: this.sender, ...measured }
      : { ...end, ...measured };
  }

  #end(): number {
    this.#settle = undefined;
    clearTimeout(this.#timer);
    this.#forget?.();
    this.releaseSockets();
    return this.#bytes;
  }
}

/** TLS is counted on the connection that carries it. */
function bytesOf(socket: Socket): number {
  return 'encrypted' in socket ? 0 : socket.bytesRead + socket.bytesWritten;
}

function ignore(): void {}
