import type { Quantities } from './quantities.ts';
import { LAMBDA_LINES_BYTES, MEMORY_GB } from './sweep-use.ts';

/** A month, by which everything here is figured: 30 days. */
export const MONTH_SECONDS = 30 * 86_400;
/** The schedule's ticks, one a minute. */
export const TICKS = MONTH_SECONDS / 60;
/** Alarms of a stack with default settings, each on one standard metric. */
export const ALARMS = 11;
/** Lambda polls a queue with five connections, each for 20 s ("Using Lambda with Amazon SQS"). */
const EMPTY_RECEIVES = 5 * 3 * TICKS;
/** DynamoDB asks for the key of a table in use every 5 minutes ("Encryption at rest", usage notes). */
const KEY_REQUESTS_PER_TABLE = MONTH_SECONDS / 300;

/** What a stack takes in a month whether it sweeps or not. */
export interface IdleUse {
  readonly alarms: number;
  readonly ticks: number;
  readonly tickGbSeconds: number;
  readonly readUnits: number;
  readonly logBytes: number;
  readonly emptyReceives: number;
  readonly keyRequests: number;
}

/**
 * Adds up a month of a stack.
 *
 * @param pools that have a schedule: each tick reads them; without any it uses two tables, else four
 */
export function useOfIdleStack(pools: number, quantities: Quantities): IdleUse {
  const { perTick, perTickAndPool, fanOut } = quantities;
  return {
    alarms: ALARMS,
    ticks: TICKS,
    tickGbSeconds: TICKS * (fanOut.tickMs / 1000) * MEMORY_GB,
    readUnits: TICKS * (perTick.readUnits + perTickAndPool.readUnits * pools),
    logBytes: TICKS * (perTick.logBytes + LAMBDA_LINES_BYTES),
    emptyReceives: EMPTY_RECEIVES,
    keyRequests: KEY_REQUESTS_PER_TABLE * (pools === 0 ? 2 : 4),
  };
}
