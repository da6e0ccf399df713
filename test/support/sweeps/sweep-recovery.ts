import { SweepState } from '../../../src/model/sweep.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { Crash, crashAfterWrite } from '../storage/crashing-storage.ts';
import type { SweepWorld } from './sweep-world.ts';

/** How many rounds of ticks and deliveries a sweep may take before it counts as lost. */
const MAX_ROUNDS = 10;

/**
 * Runs a whole sweep in which the process dies right after its n-th write, then everything that
 * follows automatically: unacknowledged messages are delivered again, and ticks continue. The
 * caller who started the sweep never asks again.
 *
 * @returns whether there was an n-th write
 */
export async function sweepWithCrash(world: SweepWorld, n: number): Promise<boolean> {
  const survivor = world.storage;
  const crashing = crashAfterWrite(survivor, n);
  world.storage = crashing;
  const crashed = await runUntilCrash(world);
  world.storage = survivor;
  await recover(world, survivor);
  return crashed;
}

async function runUntilCrash(world: SweepWorld): Promise<boolean> {
  try {
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
  for (const message of [...world.queue]) {
    const [outcome] = await world.check([message]);
    if (typeof outcome === 'object') {
      if (outcome.failed instanceof Crash) return true;
      throw outcome.failed;
    }
    world.queue.splice(world.queue.indexOf(message), 1);
  }
  return false;
}

async function recover(world: SweepWorld, storage: Storage): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pool = await storage.pools.get('fleet');
    const sweep = pool?.lastSweepId ? await storage.sweeps.get(pool.lastSweepId) : null;
    const closed = sweep !== null && sweep.state !== SweepState.running;
    if (closed && pool?.runningSweepId === undefined) return;
    world.clock.advance(60_000);
    for (const { error } of await world.tick()) if (error) throw error;
    await world.deliver();
  }
  throw new Error('the sweep never ended');
}
