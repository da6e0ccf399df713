import { createHash, randomBytes } from 'node:crypto';

/** The bytes of a UUID after its 48 bits of time. */
const TAIL_BYTES = 10;

/** The id of a pool's scheduled sweep: the same however often the schedule fires. */
export function scheduledSweepId(poolName: string, scheduledAtMs: number): string {
  return formatSweepId(scheduledAtMs, hashTail(`${poolName}\n${scheduledAtMs}`));
}

/**
 * The id of a sweep started by hand, later than the pool's last one and no earlier than the pool
 * itself, even if the clock stepped back. Ids made with one idempotency key share their tail: see `isSameRequest`.
 */
export function manualSweepId(request: {
  readonly nowMs: number;
  /** Of the pool. */
  readonly createdAt?: string | undefined;
  readonly lastSweepId?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}): string {
  const { nowMs, createdAt, lastSweepId, idempotencyKey } = request;
  const afterLast = lastSweepId === undefined ? 0 : sweepIdTimeMs(lastSweepId) + 1;
  const bornAt = createdAt === undefined ? 0 : Date.parse(createdAt);
  const tail = idempotencyKey === undefined ? randomBytes(TAIL_BYTES) : hashTail(idempotencyKey);
  return formatSweepId(Math.max(nowMs, afterLast, bornAt), tail);
}

/** True when both ids were made for the same idempotency key (or schedule). */
export function isSameRequest(sweepId: string, otherSweepId: string): boolean {
  return sweepId.slice(14) === otherSweepId.slice(14);
}

/** True for a sweep of this pool; false for one of an earlier pool of its name, since deleted. */
export function isSweepOf({ createdAt }: { readonly createdAt: string }, sweepId: string): boolean {
  return sweepIdTimeMs(sweepId) >= Date.parse(createdAt);
}

/** The instant in a sweep id, epoch milliseconds. */
export function sweepIdTimeMs(sweepId: string): number {
  return Number.parseInt(sweepId.slice(0, 8) + sweepId.slice(9, 13), 16);
}

/** True for a text that has the form of a sweep id. */
export function isSweepId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

function hashTail(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, TAIL_BYTES);
}

/** A UUID version 7 (RFC 9562, section 5.7); the version and variant bits of `tail` are lost. */
function formatSweepId(timeMs: number, tail: Buffer): string {
  const bytes = Buffer.alloc(6 + TAIL_BYTES);
  bytes.writeUIntBE(timeMs, 0, 6);
  tail.copy(bytes, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
