import type { ProxyRow } from './proxy-row.ts';

type Leased = Pick<ProxyRow, 'leases'>;

/** The tokens of leases that are not over at `endedBy`, epoch milliseconds. */
export function liveLeases({ leases }: Leased, endedBy: number): string[] {
  return Object.keys(leases).filter((token) => expiryOf(leases, token) > endedBy);
}

/** The tokens of leases that are over at `endedBy`, epoch milliseconds; the oldest first. */
export function endedLeases({ leases }: Leased, endedBy: number): string[] {
  return Object.keys(leases)
    .filter((token) => expiryOf(leases, token) <= endedBy)
    .sort((a, b) => expiryOf(leases, a) - expiryOf(leases, b));
}

/** Whether one more consumer may hold the proxy at `endedBy`, epoch milliseconds. */
export function hasRoom(
  row: Pick<ProxyRow, 'leases' | 'maxConcurrency'>,
  endedBy: number,
): boolean {
  return row.maxConcurrency === null || liveLeases(row, endedBy).length < row.maxConcurrency;
}

function expiryOf(leases: ProxyRow['leases'], token: string): number {
  return leases[token]?.expiresAt ?? 0;
}
