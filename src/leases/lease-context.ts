import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import type { LeasingPools } from './leasing-pools.ts';

/** Where what went wrong beside an operation that itself went well is told. */
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
 * Whoever looks at another's lease takes it for over once it expired no later than this. The
 * holder's clock may be behind, so its lease is left alone for as long as clocks may differ.
 */
export function othersEndedBy({ clock, clockSkewMs }: LeaseContext): number {
  return clock.now() - clockSkewMs;
}
