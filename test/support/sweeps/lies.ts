import type { BatchResult } from '../../../src/model/batch-result.ts';
import type { Sweep } from '../../../src/model/sweep.ts';
import { findViolations } from '../audit/find-violations.ts';
import { type AnswerOf, type StorageMethod, TappedStorage } from '../storage/tapped-storage.ts';
import { SweepWorld } from './sweep-world.ts';

/** What a faulty system would have stored: answers of the storage, changed on the way. */
export type Lies = {
  readonly [Name in StorageMethod]?: (answer: Awaited<AnswerOf<Name>>) => unknown;
};

/** Makes a storage lie. */
export function tellLies(storage: TappedStorage, lies: Lies): TappedStorage {
  storage.tapAll((name, call, args) => {
    const lie = lies[name] as ((answer: unknown) => unknown) | undefined;
    return lie ? Promise.resolve(call(...args)).then(lie) : call(...args);
  });
  return storage;
}

/** A pool swept as it should be, in two batches. */
export async function sweepWell() {
  const world = new SweepWorld();
  const proxyIds = await world.fill(400);
  const dead = new Set(proxyIds.slice(0, 9));
  world.checker.finding = ({ id }) => (dead.has(id) ? { status: 'inactive' } : {});
  const { sweepId } = await world.sweep();
  const find = (lies: Lies = {}, expected = {}) =>
    findViolations(tellLies(new TappedStorage(world.storage), lies), sweepId, {
      proxyIds,
      ...expected,
    });
  return { world, sweepId, proxyIds, find };
}

/** Changes the results of one batch. */
export function inBatch(bits: string, change: (results: BatchResult['results']) => unknown): Lies {
  return {
    'results.get': (stored) =>
      stored?.bits === bits ? { ...stored, results: change(stored.results) } : stored,
  };
}

/** Changes the summary of the sweep. */
export const inSummary = (change: (sweep: Sweep) => object): Lies => ({
  'sweeps.get': (sweep) => sweep && { ...sweep, ...change(sweep) },
});

/** The results without one of them. */
export const without = (results: BatchResult['results'], index: number) =>
  new Map([...results].filter((_, at) => at !== index));
