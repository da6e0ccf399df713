import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import type { LeasingPools } from './leasing-pools.ts';

/** Receives an error that came up beside an operation that itself succeeded. */
export type ReportError = (error: unknown) => void;

/** What every part of leasing works with. */
export interface LeaseContext {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly pools: LeasingPools;
  /** How far apart the clocks of consumers may be, milliseconds. */
  readonly clockSkewMs: number;
  /** 0 to below 1. */
  readonly random: () => number;
  /** Never throws. */
  readonly reportError: ReportError;
}

/**
 * The time up to which leases of other consumers must have expired to count as over, epoch
 * milliseconds. A holder's clock may be behind, so this is earlier by as much as clocks may differ.
 */
export function othersEndedBy({ clock, clockSkewMs }: LeaseContext): number {
  return clock.now() - clockSkewMs;
}
