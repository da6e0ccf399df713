import { longestWaitMs } from '../../async/back-off.ts';
import type { Wait } from '../../async/wait-for.ts';
import type { Clock } from '../../clock.ts';
import { LeaseEndedError, LighthouseError } from '../../errors.ts';
import type { Lease } from '../lease.ts';

/** The part of a lease that is needed to keep it. */
export type Holdable = Pick<Lease, 'expiresAt' | 'leaseSeconds'>;

export interface HoldDependencies<Held extends Holdable = Lease> {
  readonly clock: Clock;
  readonly wait: Wait;
  readonly renew: (lease: Held) => Promise<Held>;
  /** 0 to below 1; spreads retries. @default Math.random */
  readonly random?: () => number;
}

/** The shortest pause between a failed renewal and the next try, milliseconds. */
const RETRY_MS = 200;
const RETRY_BACK_OFF = { firstMs: 2 * RETRY_MS, maxMs: 10_000 };
/** The longest wait for an answer, milliseconds; half of the time left where that is less. */
const MAX_TRY_MS = 10_000;

/** Codes of failures that no further try can fix. */
const PERMANENT: ReadonlySet<string> = new Set([
  'lease_ended',
  'not_found',
  'invalid_input',
  'conflict',
]);

/** Renews a lease while it is needed, and tells when it is lost. */
export class HeldLease<Held extends Holdable = Lease> {
  readonly #dependencies: HoldDependencies<Held>;
  readonly #lost = new AbortController();
  #lease: Held;
  /** Why the last try failed; undefined unless it did. */
  #failure: unknown;
  /** When the lease ends, by the monotonic clock, which cannot be set back. */
  #endsAt: number;

  constructor(lease: Held, dependencies: HoldDependencies<Held>) {
    this.#dependencies = dependencies;
    this.#lease = lease;
    this.#endsAt = this.#endOf(lease);
  }

  /** The lease as last renewed. */
  get lease(): Held {
    return this.#lease;
  }

  /** Aborted with a `LeaseEndedError` when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Renews the lease whenever a third of its time is left, until `stop` is aborted or the lease is
   * lost. Retries a failed renewal, less and less often, until the lease has ended; a failure that
   * no retry can fix loses the lease at once. Never throws.
   */
  async keep(stop: AbortSignal): Promise<void> {
    const { wait } = this.#dependencies;
    let failures = 0;
    while (!stop.aborted && !this.lost.aborted) {
      const pauseMs = this.#remainingMs() - (this.#lease.leaseSeconds * 1000) / 3;
      await wait(failures > 0 ? this.#backOffMs(failures) : Math.max(RETRY_MS, pauseMs), stop);
      if (!stop.aborted) failures = (await this.#renew(stop)) ? 0 : failures + 1;
    }
  }

  /** Doubles with each failure, up to 10 seconds or half of the time left, so that some remains. */
  #backOffMs(failures: number): number {
    const { random = Math.random } = this.#dependencies;
    const ms = longestWaitMs(RETRY_BACK_OFF, failures) * (0.5 + random() / 2);
    const remainingMs = this.#remainingMs();
    return Math.min(remainingMs, Math.max(RETRY_MS, Math.round(Math.min(ms, remainingMs / 2))));
  }

  async #renew(stop: AbortSignal): Promise<boolean> {
    const { wait, renew } = this.#dependencies;
    const settled = new AbortController();
    const renewal = renew(this.#lease)
      .then((lease) => this.#takeOver(lease))
      .catch((error: unknown) => this.#loseIfEnded(error));
    const enough = wait(this.#longestTryMs(), AbortSignal.any([stop, settled.signal]));
    const renewed = await Promise.race([renewal, enough]);
    settled.abort();
    if (!stop.aborted && this.#remainingMs() <= 0) {
      const options = this.#failure === undefined ? {} : { cause: this.#failure };
      this.#lost.abort(new LeaseEndedError('the lease was not renewed before its end', options));
    }
    return renewed === true;
  }

  #longestTryMs(): number {
    const remainingMs = this.#remainingMs();
    const ms = Math.max(RETRY_MS, Math.min(MAX_TRY_MS, remainingMs / 2));
    return Math.max(0, Math.min(remainingMs, ms));
  }

  /** Takes over an answer, even a late one, unless a later renewal was answered first. */
  #takeOver(lease: Held): boolean {
    // Extended by what the row says, even if the wall clock was set meanwhile.
    const longerMs = Date.parse(lease.expiresAt) - Date.parse(this.#lease.expiresAt);
    if (longerMs < 0) return true;
    this.#endsAt += longerMs;
    this.#lease = lease;
    this.#failure = undefined;
    return true;
  }

  #loseIfEnded(error: unknown): boolean {
    this.#failure = error;
    if (error instanceof LighthouseError && PERMANENT.has(error.code)) {
      const ended = new LeaseEndedError('the lease cannot be renewed', { cause: error });
      this.#lost.abort(error instanceof LeaseEndedError ? error : ended);
    }
    return false;
  }

  #endOf({ expiresAt }: Holdable): number {
    const { clock } = this.#dependencies;
    return clock.monotonic() + Date.parse(expiresAt) - clock.now();
  }

  #remainingMs(): number {
    return this.#endsAt - this.#dependencies.clock.monotonic();
  }
}
