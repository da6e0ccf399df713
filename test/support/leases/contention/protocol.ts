import type { TableNames } from '../../../../src/storage/dynamodb-tables.ts';

/** What a consumer process is started with. */
export interface ConsumerSettings {
  readonly endpoint: string;
  readonly tables: TableNames;
  readonly clockSkewMs: number;
  /** How far its clock is off, milliseconds. */
  readonly offMs: number;
}

/** What a consumer is told to do. */
export type ConsumerTask =
  | { readonly do: 'acquire'; readonly leaseSeconds: number }
  | { readonly do: 'renew' | 'release'; readonly leaseId: string; readonly leaseSeconds?: number }
  /** Its clock is set forward. */
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'contend'; readonly plan: ContentionPlan };

/** Acquire and let go, again and again, as fast as it goes. */
export interface ContentionPlan {
  /** Acquirers at once. */
  readonly acquirers: number;
  /** Leases to acquire, all together. */
  readonly acquisitions: number;
  /** The part of leases that is left to its end, 0 to 1. */
  readonly abandoned: number;
  /** The part of leases that is renewed, 0 to 1. */
  readonly renewed: number;
}

/** A time in which somebody believed to hold a proxy, by the one clock that all processes share. */
export interface Holding {
  readonly proxyId: string;
  readonly leaseId: string;
  readonly holder: string;
  /** The answer that gave it had come, milliseconds. */
  readonly from: number;
  /** Its release was about to be sent, or its own clock said that it was over, milliseconds. */
  readonly until: number;
  readonly ended: 'released' | 'expired';
}

export interface ContentionOutcome {
  readonly holdings: readonly Holding[];
  /** Acquisitions that found no free proxy. */
  readonly refused: number;
  /** Writes that came too late for the proxy they were to lease. */
  readonly lostRaces: number;
  /** Renewals that came too late. */
  readonly lost: number;
  /** Releases of leases that were gone already. */
  readonly stale: number;
}

/** What a consumer answers a task with. */
export type ConsumerAnswer =
  | { readonly lease: { readonly leaseId: string; readonly proxyId: string } | null }
  | { readonly released: boolean }
  | { readonly error: string }
  | { readonly outcome: ContentionOutcome }
  | { readonly done: true };
