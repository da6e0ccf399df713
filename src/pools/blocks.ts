import type { LeasingSettings } from '../model/leasing-settings.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { isFromTheFuture } from './quarantine.ts';

/** The most hosts kept per proxy: rows stay small whatever users report. */
const MAX_BLOCKS = 32;

/** The most hosts one write removes: its expressions stay well below 4 KB (AWS: "Quotas"). */
const MAX_FORGOTTEN = 20;

/**
 * Whether a user recently reported that a target blocks a proxy. A report from a clock that is far
 * ahead counts only once its time has come.
 *
 * @param host in canonical form
 * @param now epoch milliseconds
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

/** The oldest blocks beyond the number that is kept, as many as one write removes. */
export function surplusBlocks({ blocks }: Pick<ProxyRow, 'blocks'>): Record<string, number> {
  const entries = Object.entries(blocks).sort(([, a], [, b]) => a - b);
  const surplus = Math.min(MAX_FORGOTTEN, Math.max(0, entries.length - MAX_BLOCKS));
  return Object.fromEntries(entries.slice(0, surplus));
}
