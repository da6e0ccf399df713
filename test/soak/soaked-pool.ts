import type { Proxy } from '../../src/proxies/proxy.ts';
import { EventReader } from '../local/support/event-reader.ts';
import type { FaultStack } from '../local/support/fault-stack.ts';
import { audit, findUnapplied } from '../support/audit/find-violations.ts';
import { PoolWatch } from '../support/audit/pool-watch.ts';
import type { SentEvent } from '../support/audit/sweep-evidence.ts';
import { makeOptions, makePool } from '../support/factories.ts';
import type { Random } from '../support/random.ts';
import { until } from '../support/until.ts';
import type { SoakFleet } from './soak-fleet.ts';

/** The number of proxies that are added, and that are deleted, during each sweep. */
const PASSING = 60;
/** Longer than even an overdue sweep takes until it is closed, milliseconds. */
const LONGEST_SWEEP_MS = 240_000;

/** The outcome of one sweep. */
export interface SoakedSweep {
  readonly sweepId: string;
  readonly state: string;
  /** How many were stored, counted from the stored results themselves. */
  readonly verdicts: number;
  /** How many are missing: the proxies that were there throughout and have none. */
  readonly lost: number;
  /** Whether it ended before its deadline; then every conclusive verdict has to be in its row. */
  readonly onTime: boolean;
  readonly tookMs: number;
  readonly violations: readonly string[];
}

/** A pool that is swept back to back while its proxies come and go. */
export class SoakedPool {
  readonly #stack: FaultStack;
  readonly #fleet: SoakFleet;
  readonly #random: Random;
  readonly #watch: PoolWatch;
  readonly #events: EventReader;
  readonly #poolName = 'soaked';
  #members: readonly Proxy[] = [];

  constructor(stack: FaultStack, fleet: SoakFleet, random: Random) {
    this.#stack = stack;
    this.#fleet = fleet;
    this.#random = random;
    this.#watch = new PoolWatch(stack.storage, this.#poolName);
    this.#events = new EventReader(stack, this.#poolName);
  }

  async fill(count: number): Promise<void> {
    const { storage, target } = this.#stack;
    const options = makeOptions({ targetUrl: target.url, timeoutMs: 1_500 });
    await storage.pools.create(makePool({ poolName: this.#poolName, options, control: false }));
    this.#members = this.#fleet.take(count);
    await storage.proxies.insert(this.#poolName, this.#members);
  }

  /** Sweeps the pool once, adds and deletes proxies meanwhile, and recounts. */
  async sweep(): Promise<SoakedSweep> {
    const { storage, target } = this.#stack;
    const startedAt = performance.now();
    // Sweeps find different things so that there are rows to write.
    target.answerWith({ statusCode: this.#random.pick([200, 503]) });
    await this.#events.read();
    const sweepId = await until(() => this.#start(), { timeoutMs: LONGEST_SWEEP_MS });
    const { staying, passing } = await this.#exchange();
    const { events, hasEnded } = await this.#follow(sweepId);
    const sweep = await storage.sweeps.get(sweepId);
    // A batch begun after the deadline is recorded but writes no row.
    const onTime = sweep?.closedAt !== undefined && sweep.closedAt <= sweep.deadlineAt;
    const expected = { proxyIds: staying.map(({ id }) => id), passing, events };
    const { violations, verdicts, lost } = await audit(storage, sweepId, expected);
    return {
      sweepId,
      state: sweep?.state ?? 'gone',
      verdicts,
      lost,
      onTime,
      tookMs: performance.now() - startedAt,
      violations: [
        ...(hasEnded ? [] : ['the sweep never ended']),
        ...violations,
        ...(onTime ? await findUnapplied(storage, sweepId) : []),
        ...(await this.#watch.look()),
      ],
    };
  }

  /** Waits until a sweep has ended and its pool is released; keeps the events of that time. */
  async #follow(sweepId: string) {
    const { sweeps, pools } = this.#stack.storage;
    const events: SentEvent[] = [];
    const ended = async () => {
      events.push(...(await this.#events.read()));
      return (await sweeps.get(sweepId))?.state !== 'running';
    };
    const hasEnded = await until(ended, { timeoutMs: LONGEST_SWEEP_MS }).catch(() => false);
    // The process that closes a sweep releases its pool last; when it is killed, the tick does.
    const released = async () => (await pools.get(this.#poolName))?.runningSweepId !== sweepId;
    await until(released, { timeoutMs: LONGEST_SWEEP_MS });
    events.push(...(await this.#events.read()));
    return { events, hasEnded };
  }

  /** Asks the API for a sweep; null when the function that would have started it was killed. */
  async #start(): Promise<string | null> {
    const started = await this.#stack.whole.startSweep(this.#poolName).catch(() => null);
    if (started !== null) return started;
    // The call that was not answered may still have started it.
    return (await this.#stack.storage.pools.get(this.#poolName))?.runningSweepId ?? null;
  }

  async #exchange() {
    const { storage } = this.#stack;
    const from = this.#random.between(0, this.#members.length - PASSING);
    const leaving = this.#members.slice(from, from + PASSING);
    const staying = this.#members.filter((proxy) => !leaving.includes(proxy));
    const coming = this.#fleet.take(PASSING);
    for (const proxy of leaving) await storage.proxies.delete(this.#poolName, proxy.id);
    await storage.proxies.insert(this.#poolName, coming);
    // Importing again changes nothing.
    await storage.proxies.insert(this.#poolName, staying.slice(0, PASSING));
    this.#members = [...staying, ...coming];
    return { staying, passing: [...leaving, ...coming].map(({ id }) => id) };
  }
}
