import type { Clock } from '../clock.ts';
import { LeaseEndedError } from '../errors.ts';
import type { Lease } from './lease.ts';

/** Waits, at most until the signal is aborted; never throws. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export interface HoldDependencies {
  readonly clock: Clock;
  readonly wait: Wait;
  readonly renew: (lease: Lease) => Promise<Lease>;
}

/** Between a renewal that failed and the next try, milliseconds. */
const RETRY_MS = 200;

/** A lease that is renewed while it is needed, and knows when it is lost. */
export class HeldLease {
  readonly #dependencies: HoldDependencies;
  readonly #lost = new AbortController();
  #lease: Lease;
  /** When the lease ends, by the monotonic clock: it cannot be set back. */
  #endsAt: number;

  constructor(lease: Lease, dependencies: HoldDependencies) {
    this.#dependencies = dependencies;
    this.#lease = lease;
    this.#endsAt = this.#endOf(lease);
  }

  /** As it was renewed last. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Aborted when the lease is lost: with a `LeaseEndedError`. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Renews a third of the lease's time before its end, again and again, until `stop` is aborted or
   * the lease is lost. A renewal that fails is tried again until the lease has ended. Never throws.
   */
  async keep(stop: AbortSignal): Promise<void> {
    const { wait } = this.#dependencies;
    let renewed = true;
    while (!stop.aborted && !this.lost.aborted) {
      const pauseMs = this.#remainingMs() - (this.#lease.leaseSeconds * 1000) / 3;
      await wait(renewed ? Math.max(RETRY_MS, pauseMs) : RETRY_MS, stop);
      if (!stop.aborted) renewed = await this.#renew(stop);
    }
  }

  async #renew(stop: AbortSignal): Promise<boolean> {
    const { wait, renew } = this.#dependencies;
    const settled = new AbortController();
    const renewal = renew(this.#lease)
      .then((lease) => this.#takeOver(lease))
      .catch((error: unknown) => this.#loseIfEnded(error));
    const ended = wait(Math.max(0, this.#remainingMs()), AbortSignal.any([stop, settled.signal]));
    const renewed = await Promise.race([renewal, ended]);
    settled.abort();
    // Whoever holds it has to hear of its end also while a renewal hangs.
    if (!stop.aborted && this.#remainingMs() <= 0) {
      this.#lost.abort(new LeaseEndedError('the lease was not renewed before its end'));
    }
    return renewed === true;
  }

  #takeOver(lease: Lease): boolean {
    // By as much as the row says, whatever has become of the wall clock since.
    this.#endsAt += Date.parse(lease.expiresAt) - Date.parse(this.#lease.expiresAt);
    this.#lease = lease;
    return true;
  }

  #loseIfEnded(error: unknown): boolean {
    if (error instanceof LeaseEndedError) this.#lost.abort(error);
    return false;
  }

  #endOf({ expiresAt }: Lease): number {
    const { clock } = this.#dependencies;
    return clock.monotonic() + Date.parse(expiresAt) - clock.now();
  }

  #remainingMs(): number {
    return this.#endsAt - this.#dependencies.clock.monotonic();
  }
}
