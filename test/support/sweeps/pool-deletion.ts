import { continueDeletions, type DeletionEntry } from '../../../src/pools/continue-deletions.ts';
import type { SweepWorld } from './sweep-world.ts';

export const AT_LEISURE = { budgetMs: 50_000 };

/** Runs the tick of a minute and continues the deletions it finds. */
export async function tickOn(
  world: SweepWorld,
  options = AT_LEISURE,
): Promise<readonly DeletionEntry[]> {
  const marked = (await world.tick()).filter(({ action }) => action === 'deleting');
  return continueDeletions(
    world,
    marked.map(({ poolName }) => poolName),
    options,
  );
}

/** Runs a tick every minute until the pool is removed. */
export async function tickUntilGone(world: SweepWorld): Promise<void> {
  for (let ticks = 0; await world.storage.pools.get('fleet'); ticks++) {
    if (ticks > 20) throw new Error('the pool is still there');
    await tickOn(world);
    world.clock.advance(60_000);
  }
}
