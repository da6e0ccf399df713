import * as z from 'zod/mini';
import type { Wait } from '../async/wait-for.ts';
import type { Clock } from '../clock.ts';
import { parseWith, wholeNumber } from '../input.ts';
import { DEFAULT_CLOCK_SKEW_MS, MAX_CLOCK_SKEW_MS } from '../pools/quarantine.ts';
import type { Storage } from '../storage/storage.ts';
import type { Lease, LeaseReference } from './lease.ts';
import type { ReportError } from './lease-context.ts';
import { DEFAULT_LEASE_SECONDS, leaseSecondsSchema, poolNameSchema } from './lease-request.ts';

export interface ManagerOptions {
  readonly storage: Storage;
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * How far apart the clocks of consumers may be, milliseconds, 0 to 60,000. A proxy whose
   * lease has ended is leased again only that much later, so that no two consumers hold it at once.
   * @default 5000
   */
  readonly clockSkewMs?: number;
  /** 0 to below 1; chooses batches and candidates. @default Math.random */
  readonly random?: () => number;
  /** @default the process's timers */
  readonly wait?: Wait;
  /**
   * Receives errors that come up beside operations that succeed: a listener that throws, figures
   * that cannot be read, a failed release after `withLease`. @default a process warning
   */
  readonly onError?: ReportError;
}

const optionsSchema = z.object({
  clockSkewMs: z._default(wholeNumber(0, MAX_CLOCK_SKEW_MS), DEFAULT_CLOCK_SKEW_MS),
});

const referenceSchema = z.object({
  poolName: poolNameSchema,
  leaseId: z.string('must be a lease id'),
  leaseSeconds: z._default(leaseSecondsSchema, DEFAULT_LEASE_SECONDS),
});

/** Parses the clock skew. @throws {InvalidInputError} when it is out of range */
export function parseClockSkew(clockSkewMs: number | undefined): number {
  return parseWith(optionsSchema, { clockSkewMs }, { what: "the manager's options" }).clockSkewMs;
}

/** Reads a lease's name and duration. @throws {InvalidInputError} when one of them is malformed */
export function parseRenewal(
  lease: Lease | LeaseReference,
  { leaseSeconds }: { readonly leaseSeconds?: number } = {},
): { readonly reference: LeaseReference; readonly leaseSeconds: number } {
  const { leaseSeconds: seconds, ...reference } = parseWith(
    referenceSchema,
    { ...lease, ...(leaseSeconds !== undefined && { leaseSeconds }) },
    { what: 'the lease' },
  );
  return { reference, leaseSeconds: seconds };
}
