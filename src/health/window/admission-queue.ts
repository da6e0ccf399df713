/** One probe that waits for its turn. */
export interface Waiter {
  readonly host: string;
  readonly start: () => void;
}

/** How many probes may be in flight on a host: on any host alike, or on each its own number. */
export type HostLimit = number | ((host: string) => number);

/**
 * Decides which probe starts next: first come, first served, except that probes of a host with as
 * many in flight as it may have let those of other hosts pass.
 */
export class AdmissionQueue<W extends Pick<Waiter, 'host'> = Waiter> {
  readonly #limitOf: (host: string) => number;
  readonly #inFlight = new Map<string, number>();
  readonly #parked = new Map<string, Set<W>>();
  readonly #ready = new Set<W>();

  /** @param limit a host's number may fall while probes wait for it, but not rise */
  constructor(limit: HostLimit) {
    this.#limitOf = typeof limit === 'number' ? () => limit : limit;
  }

  add(waiter: W): void {
    if (this.#isFull(waiter.host)) this.#park(waiter);
    else this.#ready.add(waiter);
  }

  /** Forgets a waiter that has not started. */
  remove(waiter: W): void {
    // A release may have made this waiter ready: the next one of its host inherits the place.
    if (this.#ready.delete(waiter)) this.#unpark(waiter.host);
    const parked = this.#parked.get(waiter.host);
    parked?.delete(waiter);
    if (parked?.size === 0) this.#parked.delete(waiter.host);
  }

  /** True when there is a waiter whose host has room. */
  get hasReady(): boolean {
    return this.#first() !== null;
  }

  /** Takes the next waiter whose host has room; null when there is none. */
  next(): W | null {
    const waiter = this.#first();
    if (!waiter) return null;
    this.#ready.delete(waiter);
    this.#inFlight.set(waiter.host, (this.#inFlight.get(waiter.host) ?? 0) + 1);
    return waiter;
  }

  /** Frees the place of a probe that has ended; one that waits for the host may start. */
  release(host: string): void {
    const remaining = (this.#inFlight.get(host) ?? 1) - 1;
    if (remaining > 0) this.#inFlight.set(host, remaining);
    else this.#inFlight.delete(host);
    this.#unpark(host);
  }

  /** The first waiter whose host has room; parks those before it, whose host has filled up. */
  #first(): W | null {
    for (const waiter of this.#ready) {
      if (!this.#isFull(waiter.host)) return waiter;
      this.#ready.delete(waiter);
      this.#park(waiter);
    }
    return null;
  }

  /** Lets one parked waiter of a host try again; `next` parks it again when there is no room. */
  #unpark(host: string): void {
    const parked = this.#parked.get(host);
    if (!parked) return;
    for (const waiter of parked) {
      parked.delete(waiter);
      this.#ready.add(waiter);
      break;
    }
    if (parked.size === 0) this.#parked.delete(host);
  }

  /** True when the host has no room left. */
  #isFull(host: string): boolean {
    return (this.#inFlight.get(host) ?? 0) >= this.#limitOf(host);
  }

  #park(waiter: W): void {
    const parked = this.#parked.get(waiter.host);
    if (parked) parked.add(waiter);
    else this.#parked.set(waiter.host, new Set([waiter]));
  }
}
