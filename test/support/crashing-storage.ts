import type { Storage } from '../../src/storage/storage.ts';

/** What a process that was killed would have thrown, had it lived to. */
export class Crash extends Error {}

const WRITES: ReadonlySet<string> = new Set<keyof Storage>([
  'createPool',
  'updatePoolPolicy',
  'claimPool',
  'clearRunningSweep',
  'insertProxies',
  'writeStatus',
  'writeManualStatus',
  'putLeaseKey',
  'acquireLease',
  'renewLease',
  'releaseLease',
  'recordUse',
  'removeEndedLeases',
  'removeBlocks',
  'setMaxConcurrency',
  'deleteProxy',
  'deleteProxies',
  'markPoolDeleting',
  'removePool',
  'putSweep',
  'markSweepDispatched',
  'putBatchResult',
  'recordBatch',
  'markPartComplete',
  'closeSweep',
  'recordLateBatches',
]);

/**
 * A storage whose user dies right after its n-th write: the write is done, but neither its answer
 * nor anything later arrives.
 */
export function crashAfterWrite(
  storage: Storage,
  n: number,
): Storage & { readonly writes: number } {
  let writes = 0;
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'writes') return writes;
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (writes >= n) throw new Crash();
        if (!WRITES.has(String(name))) return Reflect.apply(method, target, args);
        writes += 1;
        const last = writes >= n;
        const write = Reflect.apply(method, target, args) as Promise<unknown>;
        return last ? write.then(() => Promise.reject(new Crash())) : write;
      };
    },
  }) as Storage & { readonly writes: number };
}
