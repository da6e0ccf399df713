import { formatUuid } from '../uuid.ts';

/** The bits of the one batch of a sweep that is not split (k = 0). */
export const WHOLE_POOL = '*';

/** The largest k: 4,096 batches hold a million proxies. */
export const MAX_BATCH_BIT_COUNT = 12;

/** The names of the 2^k batches of a sweep, in id order. */
export function* batchesOf(bitCount: number): Generator<string> {
  if (bitCount === 0) {
    yield WHOLE_POOL;
    return;
  }
  for (let index = 0; index < 2 ** bitCount; index++) {
    yield index.toString(2).padStart(bitCount, '0');
  }
}

/**
 * Puts the batches of a sweep in the order in which they are sent: that of their bits read
 * backwards, as in 0000, 1000, 0100, 1100. Any 16 in a row then begin with 16 different hexadecimal
 * digits, and so write to as many shards of the index and parts of the pool's key range at once. In
 * id order all checkers would work on one narrow range that moves on, which DynamoDB cannot split
 * for heat (AWS: "DynamoDB burst and adaptive capacity").
 */
export function inSendingOrder(batches: readonly string[]): string[] {
  return batches
    .map((bits) => [...bits].reverse().join(''))
    .sort()
    .map((reversed) => [...reversed].reverse().join(''));
}

/** The position of a batch among its sweep's batches. */
export function batchIndex(bits: string): number {
  return bits === WHOLE_POOL ? 0 : Number.parseInt(bits, 2);
}

/** The first and the last proxy id that can belong to a batch, both inclusive. */
export function idRange(bits: string): { readonly low: string; readonly high: string } {
  const prefix = bits === WHOLE_POOL ? '' : bits;
  return { low: boundOf(prefix, '0'), high: boundOf(prefix, '1') };
}

/** The batch of a sweep with `bitCount` bits that a proxy id belongs to. */
export function batchOf(proxyId: string, bitCount: number): string {
  if (bitCount === 0) return WHOLE_POOL;
  return Number.parseInt(proxyId.slice(0, 4), 16).toString(2).padStart(16, '0').slice(0, bitCount);
}

function boundOf(prefix: string, fill: '0' | '1'): string {
  const first = Number.parseInt(prefix.padEnd(16, fill), 2).toString(16).padStart(4, '0');
  return formatUuid(first.padEnd(32, fill === '0' ? '0' : 'f'));
}
