import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import type { BackOff } from '../../../src/model/back-off.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { Sweep } from '../../../src/model/sweep.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';
import { SweepWorld } from './sweep-world.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const BACK_OFF: BackOff = { maxIntervalSeconds: 6 * 3600, edgeIntervalSeconds: 300 };

const DOWN: Partial<HealthCheckResult> = {
  status: 'inactive',
  failure: 'timeout',
  failedPhase: 'connect',
};

/** A pool with a schedule and back-off, whose proxies are up or down as a test says. */
export class AdaptiveWorld extends SweepWorld {
  /** The ids of the proxies that are down. */
  readonly down = new Set<string>();
  /** When each proxy was probed, epoch milliseconds, in order. */
  readonly probes = new Map<string, number[]>();

  constructor(storage?: (clock: FakeClock) => Storage) {
    super(storage);
    this.checker.finding = ({ id }) => {
      const at = this.clock.now();
      this.probes.set(id, [...(this.probes.get(id) ?? []), at]);
      const checkedAt = new Date(at).toISOString();
      return this.down.has(id) ? { ...DOWN, checkedAt } : { checkedAt };
    };
  }

  /** Creates the pool, swept hourly by default; returns the ids of its proxies. */
  open(count: number, pool: Partial<Pool> = {}): Promise<string[]> {
    return this.fill(count, { intervalSeconds: 3600, backOff: BACK_OFF, ...pool });
  }

  /** Lets minutes pass, each with its tick and the work that follows from it. */
  async pass(minutes: number, eachMinute: () => Promise<void> | void = () => {}): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await this.tick();
      await this.deliver();
      await eachMinute();
      this.clock.advance(MINUTE_MS);
    }
  }

  /** Lets the proxies that are down be so for long, without a sweep. */
  async age(days: number): Promise<void> {
    await this.pass(1);
    this.clock.advance(days * DAY_MS - MINUTE_MS);
  }

  /** The ids probed since the last look, sorted. */
  takeProbed(): readonly string[] {
    return this.checker.probed.splice(0).sort();
  }

  /** The newest sweeps, newest first. */
  sweeps(limit = 100): Promise<readonly Sweep[]> {
    return this.storage.sweeps.list('fleet', { limit });
  }
}
