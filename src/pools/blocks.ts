import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { isFromTheFuture } from './quarantine.ts';

/** Hosts kept per proxy; keeps rows small whatever users report. */
const MAX_BLOCKS = 32;

/** Hosts one write forgets: keeps its expressions well below 4 KB (AWS: "Quotas"). */
const MAX_FORGOTTEN = 20;

/**
 * Whether somebody reported lately that a target blocks a proxy. What a clock reported that is far
 * ahead counts only once it is not.
 *
 * @param host in canonical form
 */
export function isBlockedOn(
  { blocks }: Pick<ProxyRow, 'blocks'>,
  host: string,
  { blockSeconds }: LeasingSettings,
  now: number,
): boolean {
  const blockedAt = Object.hasOwn(blocks, host) ? blocks[host] : undefined;
  if (blockedAt === undefined || isFromTheFuture(blockedAt, now)) return false;
  return now < blockedAt + blockSeconds * 1000;
}

/** The oldest blocks beyond the number that is kept. */
export function surplusBlocks({ blocks }: Pick<ProxyRow, 'blocks'>): Record<string, number> {
  const entries = Object.entries(blocks).sort(([, a], [, b]) => a - b);
  const surplus = Math.min(MAX_FORGOTTEN, Math.max(0, entries.length - MAX_BLOCKS));
  return Object.fromEntries(entries.slice(0, surplus));
}
