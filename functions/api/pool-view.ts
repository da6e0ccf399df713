import type { Pool } from '../../src/sweeps/pool.ts';
import type { SweepReport } from '../../src/sweeps/sweep-report.ts';

const HIDDEN = '***';

/** What the API shows of a pool: no salt, and header names without their values. */
export function viewPool(pool: Pool) {
  const { poolName, options, riseFall, intervalSeconds, control, createdAt } = pool;
  return {
    pool: poolName,
    options: {
      ...options,
      headers: hideValues(options.headers),
      proxyHeaders: hideValues(options.proxyHeaders),
    },
    ...riseFall,
    intervalSeconds,
    control,
    createdAt,
    runningSweepId: pool.runningSweepId ?? null,
    lastSweepId: pool.lastSweepId ?? null,
    expiresAt: isoOf(pool.expiresAtEpochSeconds),
  };
}

/** A pool with what its last sweep found; null before the first. */
export function viewPoolWithSweep(pool: Pool, lastSweep: SweepReport | null) {
  return {
    ...viewPool(pool),
    lastSweep: lastSweep && { ...lastSweep, ...availability(lastSweep) },
  };
}

/** The healthy part of the proxies with a conclusive verdict; null without any. */
function availability({ totals }: SweepReport): { readonly availability: number | null } {
  const healthy = totals.active + totals.slow;
  const conclusive = healthy + totals.inactive;
  return { availability: conclusive === 0 ? null : healthy / conclusive };
}

function hideValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
}

function isoOf(epochSeconds: number | undefined): string | null {
  return epochSeconds === undefined ? null : new Date(epochSeconds * 1000).toISOString();
}
