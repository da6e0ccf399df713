import { createHash, randomBytes } from 'node:crypto';
import { formatVersionedUuid, isUuid } from '../uuid.ts';

/** The bytes of a UUID after its 48 bits of time. */
const TAIL_BYTES = 10;

/** The id of a pool's scheduled sweep: the same however often the schedule fires for it. */
export function scheduledSweepId(poolName: string, scheduledAtMs: number): string {
  return formatSweepId(scheduledAtMs, hashTail(`${poolName}\n${scheduledAtMs}`));
}

/**
 * A new id for a sweep started by hand, later than the pool's last one and no earlier than the pool
 * itself, even if the clock stepped back.
 */
export function manualSweepId(request: {
  readonly nowMs: number;
  /** When the pool was created, ISO 8601. */
  readonly createdAt?: string | undefined;
  readonly lastSweepId?: string | undefined;
}): string {
  const { nowMs, createdAt, lastSweepId } = request;
  const afterLast = lastSweepId === undefined ? 0 : sweepIdTimeMs(lastSweepId) + 1;
  const bornAt = createdAt === undefined ? 0 : Date.parse(createdAt);
  return formatSweepId(Math.max(nowMs, afterLast, bornAt), randomBytes(TAIL_BYTES));
}

/** True for a sweep of this pool; false for one of a deleted pool of the same name. */
export function isSweepOf({ createdAt }: { readonly createdAt: string }, sweepId: string): boolean {
  return sweepIdTimeMs(sweepId) >= Date.parse(createdAt);
}

/** The instant in a sweep id, epoch milliseconds. */
export function sweepIdTimeMs(sweepId: string): number {
  return Number.parseInt(sweepId.slice(0, 8) + sweepId.slice(9, 13), 16);
}

/** True for a text in the form of a sweep id. */
export function isSweepId(text: string): boolean {
  return isUuid(text) && /^.{14}7.{4}[89ab]/.test(text);
}

function hashTail(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, TAIL_BYTES);
}

/** A UUID version 7 (RFC 9562, section 5.7); the version and variant bits of `tail` are lost. */
function formatSweepId(timeMs: number, tail: Buffer): string {
  const time = timeMs.toString(16).padStart(12, '0');
  return formatVersionedUuid(time + tail.toString('hex'), 7);
}
