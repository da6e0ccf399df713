import type { PoolView } from './client/api-schemas.ts';

/** A pool for programs as it is, for people one field a line. */
export function formatPool(pool: PoolView, json: boolean): string {
  if (json) return `${JSON.stringify(pool)}\n`;
  const rows = Object.entries(pool).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    return `${name.padEnd(18)}${text.replaceAll('\n', `\n${' '.repeat(18)}`)}\n`;
  });
  return rows.join('');
}

/** The table of pools. */
export function formatPools(pools: readonly PoolView[]): string {
  if (pools.length === 0) return 'no pools yet; create one with lighthouse pool put NAME\n';
  const rows = pools.map(({ pool, intervalSeconds, lastSweepId, deletingSince }) =>
    [
      pool.padEnd(32),
      (intervalSeconds === null ? 'by hand' : `${intervalSeconds} s`).padEnd(10),
      deletingSince === null ? (lastSweepId ?? '-') : 'being deleted',
    ].join(''),
  );
  return `${'POOL'.padEnd(32)}${'INTERVAL'.padEnd(10)}LAST SWEEP\n${rows.join('\n')}\n`;
}
