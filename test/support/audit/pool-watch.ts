import { isDeepStrictEqual } from 'node:util';
import type { BatchResult } from '../../../src/model/batch-result.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { batchNames } from './recount.ts';
import { readRows } from './sweep-evidence.ts';

/** How many past sweeps it watches. */
const SWEEPS = 5;

/** Remembers what is stored about a pool and finds changes that must never happen. */
export class PoolWatch {
  readonly #storage: Storage;
  readonly #poolName: string;
  #rowSweepIds = new Map<string, string>();
  readonly #results = new Map<string, BatchResult>();

  constructor(storage: Storage, poolName: string) {
    this.#storage = storage;
    this.#poolName = poolName;
  }

  /** Looks at the pool now; returns one sentence for each violation since the last look. */
  async look(): Promise<string[]> {
    return [...(await this.#lookAtRows()), ...(await this.#lookAtResults())];
  }

  async #lookAtRows(): Promise<string[]> {
    const rows = await readRows(this.#storage, this.#poolName);
    const now = new Map(rows.map(({ proxy, rowSweepId }) => [proxy.id, rowSweepId]));
    const before = this.#rowSweepIds;
    this.#rowSweepIds = now;
    return [...now]
      .filter(([id, rowSweepId]) => rowSweepId < (before.get(id) ?? rowSweepId))
      .map(([id]) => `the rowSweepId of ${id} went back`);
  }

  async #lookAtResults(): Promise<string[]> {
    const violations: string[] = [];
    const sweeps = await this.#storage.sweeps.list(this.#poolName, { limit: SWEEPS });
    for (const { sweepId, bitCount } of sweeps) {
      for (const bits of batchNames(bitCount)) {
        const now = await this.#storage.results.get(this.#poolName, bits, sweepId);
        const before = this.#results.get(`${sweepId} ${bits}`);
        if (now) this.#results.set(`${sweepId} ${bits}`, now);
        if (before && !isDeepStrictEqual(now, before))
          violations.push(`the stored result of batch ${bits} of sweep ${sweepId} changed`);
      }
    }
    return violations;
  }
}
