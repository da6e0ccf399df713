/** What the machinery around a sweep can do; the stack's settings, as the services see them. */
export interface SweepLimits {
  /** A checker's whole time, milliseconds. @default 60000 */
  readonly checkerTimeoutMs: number;
  /** How long SQS hides a message that is being worked on, milliseconds. @default 360000 */
  readonly visibilityTimeoutMs: number;
  /** The most checkers at work at once. @default 5 */
  readonly concurrency: number;
  /** The most probes that one checker has in flight. @default 256 */
  readonly maxInFlight: number;
  /** The most probes that one checker has in flight on one proxy host. @default 32 */
  readonly maxInFlightPerHost: number;
  /** How long sweeps and their results are kept, seconds. @default 2592000 (30 days) */
  readonly retentionSeconds: number;
  /** A fan-out that sends messages for longer than this has died, milliseconds. @default 60000 */
  readonly dispatchGraceMs: number;
}

/** The limits of a stack with default settings. */
export const DEFAULT_SWEEP_LIMITS: SweepLimits = {
  checkerTimeoutMs: 60_000,
  visibilityTimeoutMs: 360_000,
  concurrency: 5,
  maxInFlight: 256,
  maxInFlightPerHost: 32,
  retentionSeconds: 30 * 86_400,
  dispatchGraceMs: 60_000,
};

/**
 * The most rows of a batch that are probed; a larger batch is marked `truncated`. This keeps the
 * result item below DynamoDB's 400 KB (AWS: "Quotas in Amazon DynamoDB") even when every proxy
 * fails verbosely.
 */
export const MAX_ROWS_PER_BATCH = 1024;

/** A batch's reads and writes take at most this long, milliseconds. */
const MAX_OVERHEAD_MS = 5000;

/** The part of a checker's time kept for reads and writes, milliseconds: 5 s, or a quarter. */
export function overheadMs({ checkerTimeoutMs }: Pick<SweepLimits, 'checkerTimeoutMs'>): number {
  return Math.min(MAX_OVERHEAD_MS, checkerTimeoutMs / 4);
}

/** Memory of an idle checker, and of one TLS probe in flight, MB (docs/performance.md). */
const IDLE_CHECKER_MB = 180;
const PROBE_MB = 0.08;

/** The memory that so many probes in flight need, MB. */
export function checkerMemoryMb(inFlight: number): number {
  return IDLE_CHECKER_MB + Math.ceil(inFlight * PROBE_MB);
}

/** Open files of a checker besides its probes: at most 800 probes share Lambda's 1,024. */
export const CHECKER_FILES = 224;
