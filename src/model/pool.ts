import { type InputIssue, InvalidInputError } from '../errors.ts';
import type { HealthCheckOptions } from '../health/health-check-options.ts';
import type { RiseFall } from '../health/rise-fall.ts';
import type { PoolSalt } from '../proxies/proxy.ts';
import type { BackOff } from './back-off.ts';
import type { LeasingSettings } from './leasing-settings.ts';

/** How and when proxies are checked and how they are leased; set by `PUT /pools/{pool}`. */
export interface PoolPolicy {
  readonly options: HealthCheckOptions;
  readonly riseFall: RiseFall;
  /** Seconds between scheduled sweeps, 60 to 86,400 in whole minutes; null when there are none. */
  readonly intervalSeconds: number | null;
  /**
   * The most probes that one checker has in flight on one proxy host, 1 up to all that it may have
   * in flight (`SweepLimits.maxInFlight`); null for the checkers' own setting. Where pools share a
   * host, the lowest of their numbers holds. @default null
   */
  readonly maxInFlightPerHost: number | null;
  /** Asks the target directly around each batch; off when only proxies reach it. @default true */
  readonly control: boolean;
  /**
   * The availability, 0 to 1, below which a sweep leaves the pool counted in the metric
   * `PoolsBelowLimit` and so in its alarm; null for never. @default null
   */
  readonly alarmBelowAvailability: number | null;
  readonly leasing: LeasingSettings;
  /** How the schedule leaves proxies out that are long inactive; null when it never does. @default null */
  readonly backOff: BackOff | null;
  /**
   * What this version cannot use of a policy that another one stored; defaults stand in for it, and
   * nothing may be swept with it. Never stored; absent when all of it can be used.
   */
  readonly unusable?: readonly InputIssue[];
}

/** The policy alone of a pool, or of anything that has one. */
export function policyOf({
  options,
  riseFall,
  intervalSeconds,
  maxInFlightPerHost,
  control,
  alarmBelowAvailability,
  leasing,
  backOff,
  unusable,
}: PoolPolicy): PoolPolicy {
  const rules = { options, riseFall, intervalSeconds, control, alarmBelowAvailability };
  const policy = { ...rules, maxInFlightPerHost, leasing, backOff };
  return unusable ? { ...policy, unusable } : policy;
}

/**
 * A named set of proxies with one health-check policy and one schedule. As it is stored, a pool
 * with a `policyVersion` has no `options.ca`; the whole policy is that version (`readPolicy`).
 */
export interface Pool extends PoolPolicy {
  /** 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit. */
  readonly poolName: string;
  /** The key of the pool's proxy ids; never returned by the API, never changed. */
  readonly salt: PoolSalt;
  readonly createdAt: string;
  /** Names the stored version of its policy; absent from pools of an earlier version. */
  readonly policyVersion?: string;
  /** Every batch bit count (k) a sweep of the pool has had, the one in use first. */
  readonly batchBitCounts: readonly number[];
  readonly runningSweepId?: string;
  readonly lastSweepId?: string;
  /**
   * The healthy share of the conclusive verdicts, 0 to 1, of the last ended sweep that had any;
   * absent before, and after a sweep that found no proxies.
   */
  readonly lastAvailability?: number;
  /**
   * The last sweep before the edge sweeps since, which the schedule counts from; absent when the
   * last sweep was none.
   */
  readonly wholeSweepId?: string;
  /** The last ended sweep has changed the status or streak of a proxy; only with `backOff`. */
  readonly lastSweepChanged?: true;
  /** ISO 8601, see `EdgeCause`; what is not after the last sweep's time has been served by it. */
  readonly newSince?: string;
  readonly failedSince?: string;
  /** When its deletion was asked for; its rows are being deleted, and nothing may start with it. */
  readonly deletingSince?: string;
  /** Set on the pool of an inline list; readers ignore expired pools. */
  readonly expiresAtEpochSeconds?: number;
}

/** What a tick needs to know of a pool. */
export type PoolState = Pick<
  Pool,
  | 'poolName'
  | 'createdAt'
  | 'intervalSeconds'
  | 'alarmBelowAvailability'
  | 'runningSweepId'
  | 'lastSweepId'
  | 'lastAvailability'
  | 'backOff'
  | 'wholeSweepId'
  | 'lastSweepChanged'
  | 'newSince'
  | 'failedSince'
  | 'deletingSince'
  | 'expiresAtEpochSeconds'
>;

/** Whether a pool has a limit and was last seen below it; unknown and being deleted are not. */
export function isBelowLimit(pool: Partial<PoolState>): boolean {
  const { alarmBelowAvailability: limit = null, lastAvailability, deletingSince } = pool;
  if (limit === null || lastAvailability === undefined || deletingSince !== undefined) return false;
  return lastAvailability < limit;
}

/**
 * Whether a tick may have something to do with a pool: it has a schedule, a sweep or an end, or it
 * is below its limit, which every tick counts.
 */
export function isTended(pool: Partial<PoolState>): boolean {
  const { intervalSeconds = null, runningSweepId, deletingSince } = pool;
  return (
    intervalSeconds !== null ||
    runningSweepId !== undefined ||
    deletingSince !== undefined ||
    isBelowLimit(pool)
  );
}

/** Whether a pool stands in the list of pools: those of inline lists, which expire, do not. */
export function isListed({ expiresAtEpochSeconds }: Partial<PoolState>): boolean {
  return expiresAtEpochSeconds === undefined;
}

/** 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit. */
export const POOL_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** The text as a pool's name. @throws {InvalidInputError} when it cannot be one */
export function parsePoolName(text: string): string {
  if (POOL_NAME.test(text)) return text;
  const detail =
    'must be 1 to 64 characters of a-z, 0-9, - and _, and begin with a letter or a digit';
  throw new InvalidInputError(`pool name ${JSON.stringify(text.slice(0, 80))} ${detail}`, [
    { pointer: '', detail },
  ]);
}
