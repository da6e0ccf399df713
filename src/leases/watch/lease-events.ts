import type { PoolStatistics } from '../../model/lease-figures.ts';
import type { LeaseOutcome } from '../../model/proxy-row.ts';
import type { Lease } from '../lease.ts';
import type { ReportError } from '../lease-context.ts';

/** Told when a proxy was leased. */
export interface LeaseAcquired {
  readonly lease: Lease;
  /** Of the last closed sweep, up to 30 seconds late; null when there is none. */
  readonly pool: PoolStatistics | null;
}

/** Told when a lease was released. */
export interface LeaseReleased extends LeaseAcquired {
  /** By the monotonic clock where this manager acquired the lease, else by the wall clock. */
  readonly heldMs: number;
  /** Null when the consumer did not say. */
  readonly outcome: LeaseOutcome | null;
  /** The target the outcome is about; null when the consumer did not say. */
  readonly targetHost: string | null;
}

export type LeaseListener<Event> = (event: Event) => unknown;

/** Calls of one kind, to any number of listeners. None of them can break what they are told of. */
export class LeaseListeners<Event> {
  readonly #listeners = new Set<LeaseListener<Event>>();
  readonly #reportError: ReportError;

  constructor(reportError: ReportError) {
    this.#reportError = reportError;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** @returns removes the listener */
  add(listener: LeaseListener<Event>): () => void {
    // One listener may be added twice, and each is removed by itself.
    const own: LeaseListener<Event> = (event) => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Calls every listener; waits for none of them. */
  tell(event: Event): void {
    // A copy: one that is added meanwhile is told of the next one.
    for (const listener of [...this.#listeners]) {
      new Promise((resolve) => resolve(listener(event))).catch(this.#reportError);
    }
  }
}

/** The same, which throws nothing: a logger that is down can break nothing it is told of. */
export function withoutThrowing(report: ReportError): ReportError {
  return (error) => {
    try {
      report(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** Where errors go unless the manager is told otherwise: a warning of the process. */
export function warnOfError(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
