import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import type { FakeClock } from '../support/fakes/fake-clock.ts';
import { LeaseWorld } from '../support/leases/lease-world.ts';
import { leaseCommands } from '../support/leases/model/commands.ts';
import { createOffClock, type Model, type Real, SKEW_MS } from '../support/leases/model/model.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';

const LIMITS = [1, 2, null] as const;

/** Three proxies, and three consumers whose clocks are up to 4 seconds apart. */
async function setUp(
  storage?: (clock: FakeClock) => Storage,
): Promise<{ model: Model; real: Real }> {
  const world = new LeaseWorld(storage);
  const ids = await world.fill(LIMITS.map((maxConcurrency) => ({ maxConcurrency })));
  const consumers = [-2000, 0, 2000].map((offMs) => {
    const clock = createOffClock(world.clock, offMs);
    return { clock, manager: world.createManager({ clock, clockSkewMs: SKEW_MS }) };
  });
  const proxies = ids.map((id, index) => ({
    id,
    banned: false,
    maxConcurrency: LIMITS[index] ?? null,
  }));
  return { model: { proxies, leases: [] }, real: { world, consumers } };
}

describe('leases match a simple model, whatever is done in whatever order', () => {
  const database = useDynamoDb();

  it('in memory', async () => {
    await fc.assert(
      fc.asyncProperty(leaseCommands(60), async (commands) => {
        await fc.asyncModelRun(() => setUp(), commands);
      }),
      { numRuns: 300 },
    );
  });

  it('on DynamoDB', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(leaseCommands(40), async (commands) => {
        const storage = await database.openStorage();
        await fc.asyncModelRun(() => setUp(storage), commands);
      }),
      { numRuns: 20 },
    );
  });
});
