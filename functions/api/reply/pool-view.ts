import * as z from 'zod/mini';
import { InvalidInputError } from '../../../src/errors.ts';
import { pointerTo } from '../../../src/input.ts';
import { type Pool, policyOf } from '../../../src/model/pool.ts';
import type { SweepReport } from '../../../src/sweeps/report/sweep-report.ts';

const HIDDEN = '***';

const headersSchema = z.optional(z.record(z.string(), z.unknown()));
/** The part of a policy that can hold hidden values. */
const hiddenHeadersSchema = z.object({
  options: z.object({ headers: headersSchema, proxyHeaders: headersSchema }),
});

/** A pool as the API shows it: without its salt, and with header names but not their values. */
export function viewPool(pool: Pool) {
  const { options, riseFall, ...policy } = policyOf(pool);
  return {
    pool: pool.poolName,
    options: {
      ...options,
      headers: hideValues(options.headers),
      proxyHeaders: hideValues(options.proxyHeaders),
    },
    ...riseFall,
    // With `unusable`: what keeps this version from sweeping with a policy that another one stored.
    ...policy,
    createdAt: pool.createdAt,
    runningSweepId: pool.runningSweepId ?? null,
    lastSweepId: pool.lastSweepId ?? null,
    expiresAt: isoOf(pool.expiresAtEpochSeconds),
    deletingSince: pool.deletingSince ?? null,
  };
}

/** A pool with what its last sweep found and saw leased; both are null before the first. */
export function viewPoolWithSweep(pool: Pool, lastSweep: SweepReport | null) {
  const figures = lastSweep?.leasing ?? null;
  return {
    ...viewPool(pool),
    statistics: lastSweep && figures && { ...figures, asOf: lastSweep.startedAt },
    lastSweep,
  };
}

/**
 * Refuses a policy that was read from the API and sent back: its header values would be lost.
 *
 * @throws {InvalidInputError} when values are hidden, with a pointer to each
 */
export function refuseHiddenValues(policy: unknown): void {
  const { data } = hiddenHeadersSchema.safeParse(policy);
  const issues = Object.entries(data?.options ?? {}).flatMap(([field, headers]) =>
    Object.entries(headers ?? {})
      .filter(([, value]) => value === HIDDEN)
      .map(([name]) => ({
        pointer: pointerTo(['options', field, name]),
        detail: `"${HIDDEN}" stands for a value that is not shown; send the value itself`,
      })),
  );
  if (issues.length > 0) throw new InvalidInputError('the policy lacks header values', issues);
}

function hideValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
}

function isoOf(epochSeconds: number | undefined): string | null {
  return epochSeconds === undefined ? null : new Date(epochSeconds * 1000).toISOString();
}
