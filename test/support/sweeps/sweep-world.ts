import { chunksOf } from '../../../src/async/iterables.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { ProxyRow } from '../../../src/model/proxy-row.ts';
import type { BatchMessage, Sweep } from '../../../src/model/sweep.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepLimits } from '../../../src/model/sweep-limits.ts';
import { storePolicy } from '../../../src/pools/policy-versions.ts';
import { withoutCa } from '../../../src/pools/pool-policy.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { BatchOutcome, CheckInvocation } from '../../../src/sweeps/check/batch-checker.ts';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import type { SweepEvent } from '../../../src/sweeps/record/sweep-events.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { runTick, type TickEntry } from '../../../src/sweeps/start/run-tick.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { makePool, makeProxies } from '../factories.ts';
import { FakeChecker } from '../fakes/fake-checker.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { TappedStorage } from '../storage/tapped-storage.ts';

/** A pool named `fleet` and everything that sweeps it, with an array as the queue. */
export class SweepWorld {
  readonly clock = new FakeClock();
  readonly checker = new FakeChecker();
  readonly queue: BatchMessage[] = [];
  /** Every message that was ever put into the queue. */
  readonly sent: BatchMessage[] = [];
  /** The published events, in order. */
  readonly events: SweepEvent[] = [];
  limits: SweepLimits = DEFAULT_SWEEP_LIMITS;
  remainingMs: () => number = () => this.limits.checkerTimeoutMs;
  storage: TappedStorage;

  constructor(storage?: (clock: FakeClock) => Storage) {
    const { clock } = this;
    this.storage = new TappedStorage(storage?.(clock) ?? new MemoryStorage({ clock }));
  }

  /** Creates the pool with `count` proxies; returns their sorted ids. */
  async fill(count: number, pool: Partial<Pool> = {}): Promise<string[]> {
    const policyVersion = await storePolicy(this.storage, withoutCa(makePool(pool)));
    await this.storage.pools.create(makePool({ ...pool, policyVersion }));
    await this.storage.proxies.insert('fleet', makeProxies(count));
    return makeProxies(count)
      .map(({ id }) => id)
      .sort();
  }

  start(idempotencyKey?: string): Promise<Sweep> {
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    return startSweep(this, { poolName: 'fleet', trigger: 'manual', ...key });
  }

  readonly sendBatches = async (messages: readonly BatchMessage[]): Promise<void> => {
    this.sent.push(...messages);
    this.queue.push(...messages);
  };

  /** Puts a batch that did not begin back into the queue; no time passes. */
  readonly defer: CheckInvocation['defer'] = async (message) => {
    this.queue.push(message);
  };

  publishEvents = async (events: readonly SweepEvent[]): Promise<void> => {
    this.events.push(...events);
  };

  readonly startFanOut = async (sweepId: string): Promise<void> => {
    await dispatchSweep(this, sweepId);
  };

  check(messages: readonly BatchMessage[]): Promise<readonly BatchOutcome[]> {
    return checkBatches(this, messages, this.invocation());
  }

  /** What an invocation of the checker brings with it. */
  invocation({ signal = new AbortController().signal } = {}): CheckInvocation {
    return { remainingMs: this.remainingMs, signal, defer: this.defer };
  }

  /** Delivers everything in the queue, a few messages at a time; failed messages go back to it. */
  async deliver(perInvocation = 8): Promise<void> {
    for (const messages of chunksOf(this.queue.splice(0), perInvocation)) {
      const outcomes = await this.check(messages);
      this.queue.push(...messages.filter((_, index) => typeof outcomes[index] === 'object'));
    }
  }

  tick(at: number = this.clock.now()): Promise<readonly TickEntry[]> {
    return runTick(this, at);
  }

  /** Starts a sweep, sends its messages and delivers all of them. */
  async sweep(): Promise<Sweep> {
    const { sweepId } = await this.start();
    await dispatchSweep(this, sweepId);
    await this.deliver();
    return this.current(sweepId);
  }

  async current(sweepId: string): Promise<Sweep> {
    const sweep = await this.storage.sweeps.get(sweepId);
    if (!sweep) throw new Error(`there is no sweep ${sweepId}`);
    return sweep;
  }

  async rows(): Promise<readonly ProxyRow[]> {
    return (await this.storage.proxies.query('fleet', { limit: 5000, consistent: true })).rows;
  }
}
