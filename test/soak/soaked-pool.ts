import type { Proxy } from '../../src/proxies/proxy.ts';
import type { FaultStack } from '../local/support/fault-stack.ts';
import { findUnapplied, findViolations } from '../support/audit/find-violations.ts';
import { PoolWatch } from '../support/audit/pool-watch.ts';
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
  readonly verdicts: number;
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
  readonly #poolName = 'soaked';
  #members: readonly Proxy[] = [];

  constructor(stack: FaultStack, fleet: SoakFleet, random: Random) {
    this.#stack = stack;
    this.#fleet = fleet;
    this.#random = random;
    this.#watch = new PoolWatch(stack.storage, this.#poolName);
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
    const sweepId = await until(() => this.#start(), { timeoutMs: LONGEST_SWEEP_MS });
    const { staying, passing } = await this.#exchange();
    const ended = async () => (await storage.sweeps.get(sweepId))?.state !== 'running';
    const hasEnded = await until(ended, { timeoutMs: LONGEST_SWEEP_MS }).catch(() => false);
    const sweep = await storage.sweeps.get(sweepId);
    // The process that closes a sweep releases its pool last; when it is killed, the tick does.
    const released = async () =>
      (await storage.pools.get(this.#poolName))?.runningSweepId !== sweepId;
    await until(released, { timeoutMs: LONGEST_SWEEP_MS });
    // A batch begun after the deadline is recorded but writes no row.
    const onTime = sweep?.closedAt !== undefined && sweep.closedAt <= sweep.deadlineAt;
    const proxyIds = staying.map(({ id }) => id);
    const violations = [
      ...(hasEnded ? [] : ['the sweep never ended']),
      ...(await findViolations(storage, sweepId, { proxyIds, passing })),
      ...(onTime ? await findUnapplied(storage, sweepId) : []),
      ...(await this.#watch.look()),
    ];
    const { active = 0, slow = 0, inactive = 0, inconclusive = 0 } = sweep?.totals ?? {};
    const verdicts = active + slow + inactive + inconclusive;
    const tookMs = performance.now() - startedAt;
    return { sweepId, state: sweep?.state ?? 'gone', verdicts, onTime, tookMs, violations };
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
