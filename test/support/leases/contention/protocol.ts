import type { TableNames } from '../../../../src/storage/dynamodb-tables.ts';

/** The settings a consumer process starts with. */
export interface ConsumerSettings {
  readonly endpoint: string;
  readonly tables: TableNames;
  readonly clockSkewMs: number;
  /** How far its clock is off, milliseconds. */
  readonly offMs: number;
}

/** A task for a consumer. */
export type ConsumerTask =
  | { readonly do: 'acquire'; readonly leaseSeconds: number }
  | { readonly do: 'renew' | 'release'; readonly leaseId: string; readonly leaseSeconds?: number }
  /** Sets its clock forward. */
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'contend'; readonly plan: ContentionPlan };

/** A plan to acquire and let go repeatedly, as fast as possible. */
export interface ContentionPlan {
  /** How many acquirers run concurrently. */
  readonly acquirers: number;
  /** How many leases all acquirers acquire together. */
  readonly acquisitions: number;
  /** The share of leases that expire without a release, 0 to 1. */
  readonly abandoned: number;
  /** The share of leases that are renewed, 0 to 1. */
  readonly renewed: number;
}

/** A time in which a consumer believed it held a proxy, on the clock that all processes share. */
export interface Holding {
  readonly proxyId: string;
  readonly leaseId: string;
  readonly holder: string;
  /** When the answer with the lease had arrived, milliseconds. */
  readonly from: number;
  /** Just before its release was sent, or when it ended by the holder's clock, milliseconds. */
  readonly until: number;
  readonly ended: 'released' | 'expired';
}

export interface ContentionOutcome {
  readonly holdings: readonly Holding[];
  /** How many acquisitions found no free proxy. */
  readonly refused: number;
  /** How many writes lost the race for a proxy. */
  readonly lostRaces: number;
  /** How many renewals came too late. */
  readonly lost: number;
  /** How many releases found their lease already gone. */
  readonly stale: number;
}

/** The answer of a consumer to a task. */
export type ConsumerAnswer =
  | { readonly lease: { readonly leaseId: string; readonly proxyId: string } | null }
  | { readonly released: boolean }
  | { readonly error: string }
  | { readonly outcome: ContentionOutcome }
  | { readonly done: true };
