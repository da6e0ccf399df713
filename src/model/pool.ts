import { InvalidInputError } from '../errors.ts';
import type { HealthCheckOptions } from '../health/health-check-options.ts';
import type { RiseFall } from '../health/rise-fall.ts';
import type { PoolSalt } from '../proxies/proxy.ts';
import type { LeasingSettings } from './leasing-settings.ts';

/** How a pool's proxies are checked, and when, and how they are leased. What `PUT /pools/{pool}` sets. */
export interface PoolPolicy {
  readonly options: HealthCheckOptions;
  readonly riseFall: RiseFall;
  /** Seconds between scheduled sweeps, 60 to 86,400 in whole minutes; null: by hand only. */
  readonly intervalSeconds: number | null;
  /** Ask the target directly around each batch; off for targets only proxies reach. @default true */
  readonly control: boolean;
  readonly leasing: LeasingSettings;
}

/** A named set of proxies with one health-check policy and one schedule. */
export interface Pool extends PoolPolicy {
  /** 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit. */
  readonly poolName: string;
  /** Key of the pool's proxy ids. Never returned by the API, never changed. */
  readonly salt: PoolSalt;
  readonly createdAt: string;
  /** Every batch bit count (k) a sweep of the pool has had, the one in use first. */
  readonly batchBitCounts: readonly number[];
  readonly runningSweepId?: string;
  readonly lastSweepId?: string;
  /** When its deletion was asked for: its rows are going, and nothing may be started with it. */
  readonly deletingSince?: string;
  /** Set on the pool of an inline list; readers ignore expired pools. */
  readonly expiresAtEpochSeconds?: number;
}

/** 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit. */
export const POOL_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** @throws {InvalidInputError} when the text cannot name a pool */
export function parsePoolName(text: string): string {
  if (POOL_NAME.test(text)) return text;
  const detail =
    'must be 1 to 64 characters of a-z, 0-9, - and _, and begin with a letter or a digit';
  throw new InvalidInputError(`pool name ${JSON.stringify(text.slice(0, 80))} ${detail}`, [
    { pointer: '', detail },
  ]);
}
