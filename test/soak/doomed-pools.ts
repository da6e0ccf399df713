import type { FaultStack } from '../local/support/fault-stack.ts';
import { makeOptions, makePool } from '../support/factories.ts';
import type { Random } from '../support/random.ts';
import type { SoakFleet } from './soak-fleet.ts';

const PROXIES = 200;
/** The longest that a pool lives before it is deleted during its sweep, milliseconds. */
const LONGEST_LIFE_MS = 5_000;

/** Pools that are deleted while they are swept, one at a time. Ticks delete their rows. */
export class DoomedPools {
  readonly #stack: FaultStack;
  readonly #fleet: SoakFleet;
  readonly #random: Random;
  /** By name, whether the pool was seen without a row after its deletion. */
  readonly #deleted = new Map<string, { empty: boolean }>();
  #made = 0;

  constructor(stack: FaultStack, fleet: SoakFleet, random: Random) {
    this.#stack = stack;
    this.#fleet = fleet;
    this.#random = random;
  }

  get count(): number {
    return this.#deleted.size;
  }

  /** Creates a pool, starts a sweep of it, and deletes it soon after. */
  async doom(): Promise<void> {
    const { storage, target, whole } = this.#stack;
    const poolName = `doomed-${this.#made++}`;
    const options = makeOptions({ targetUrl: target.url, timeoutMs: 1_500 });
    await storage.pools.create(makePool({ poolName, options, control: false }));
    await storage.proxies.insert(poolName, this.#fleet.take(PROXIES));
    await whole.startSweep(poolName).catch(() => {});
    setTimeout(
      async () => {
        const answer = await whole.call('DELETE', `/pools/${poolName}`).catch(() => null);
        if (answer?.status === 202) this.#deleted.set(poolName, { empty: false });
        void whole.stack.fireSchedule('everyMinute');
      },
      this.#random.between(0, LONGEST_LIFE_MS),
    ).unref();
  }

  /** Names each deleted pool that has rows again. */
  async look(): Promise<string[]> {
    const violations: string[] = [];
    for (const [poolName, seen] of this.#deleted) {
      const [row] = await this.#stack.storage.proxies.queryIds(poolName, 1);
      if (seen.empty && row !== undefined) violations.push(`${poolName} has rows again: ${row}`);
      seen.empty ||= row === undefined;
    }
    return violations;
  }
}
