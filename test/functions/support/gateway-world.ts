import { afterEach, beforeEach, vi } from 'vitest';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { makeEndpoint, makeOptions, makePool, TEST_SALT } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** Runs the tests of a file on a clock that timers move. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
      now: TEST_TIME,
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export interface GatewayOptions {
  /** Sessions of the gateway, all on one host. */
  readonly count: number;
  /** k: its pool has 2^k batches. */
  readonly bitCount: number;
  /** Checkers at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

/** A pool of one gateway, and a sweep of it whose messages are sent. */
export async function startGatewayWorld(options: GatewayOptions) {
  const { count, bitCount, concurrency, timeoutMs } = options;
  const world = new SweepWorld();
  world.limits = { ...world.limits, concurrency };
  const proxies = Array.from({ length: count }, (_, index) =>
    createProxy(makeEndpoint(0, { port: 1024 + index }), TEST_SALT),
  );
  const policy = { options: makeOptions({ timeoutMs }), batchBitCounts: [bitCount] };
  await world.storage.pools.create(makePool(policy));
  await world.storage.proxies.insert('fleet', proxies);
  const { sweepId } = await world.start();
  await world.startFanOut(sweepId);
  return { world, proxies, sweepId };
}
