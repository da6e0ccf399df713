import type { PoolStatistics } from '../../model/lease-figures.ts';
import type { LeaseOutcome } from '../../model/proxy-row.ts';
import type { Lease } from '../lease.ts';
import type { ReportError } from '../lease-context.ts';

/** What listeners are told when a proxy was leased. */
export interface LeaseAcquired {
  readonly lease: Lease;
  /** Figures of the last closed sweep, up to 30 seconds late; null when there are none. */
  readonly pool: PoolStatistics | null;
}

/** What listeners are told when a lease was released. */
export interface LeaseReleased extends LeaseAcquired {
  /** Measured by the monotonic clock if this manager acquired the lease, else by the wall clock. */
  readonly heldMs: number;
  /** Null when the consumer did not say. */
  readonly outcome: LeaseOutcome | null;
  /** The target the outcome is about; null when the consumer did not say. */
  readonly targetHost: string | null;
}

export type LeaseListener<Event> = (event: Event) => unknown;

/** The listeners to one kind of event. None of them can break the operation it is told of. */
export class LeaseListeners<Event> {
  readonly #listeners = new Set<LeaseListener<Event>>();
  readonly #reportError: ReportError;

  constructor(reportError: ReportError) {
    this.#reportError = reportError;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** Adds a listener. @returns a function that removes it */
  add(listener: LeaseListener<Event>): () => void {
    // The same listener may be added twice, and each addition is removed by itself.
    const own: LeaseListener<Event> = (event) => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Calls every listener and waits for none. */
  tell(event: Event): void {
    // A copy: a listener that is added meanwhile is told of the next event.
    for (const listener of [...this.#listeners]) {
      new Promise((resolve) => resolve(listener(event))).catch(this.#reportError);
    }
  }
}

/** Makes a reporter that never throws: a logger that is down must not break an operation. */
export function withoutThrowing(report: ReportError): ReportError {
  return (error) => {
    try {
      report(error);
    } catch {
      // There is nowhere left to report to.
    }
  };
}

/** Reports an error as a process warning: the default of `onError`. */
export function warnOfError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
