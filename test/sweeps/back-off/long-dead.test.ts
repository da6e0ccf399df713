import { describe, expect, it } from 'vitest';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import {
  AdaptiveWorld,
  BACK_OFF,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
} from '../../support/sweeps/adaptive-world.ts';

const CAP_MS = BACK_OFF.maxIntervalSeconds * 1000;

/** The longest time between two instants that follow each other. */
function longestGap(instants: readonly number[]): number {
  return Math.max(...instants.slice(1).map((at, index) => at - (instants[index] ?? 0)));
}

describe('a pool of 1,000 proxies, 900 of them dead for weeks', () => {
  it('takes at least 80 % fewer probes a day, never all in one sweep, none beyond its limit', async () => {
    const world = new AdaptiveWorld();
    const proxyIds = await world.open(1000, { intervalSeconds: 300 });
    const dead = proxyIds.slice(0, 900);
    for (const id of dead) world.down.add(id);
    await world.age(20);
    world.takeProbed();
    world.probes.clear();
    const perSweep: number[] = [];
    await world.pass((2 * DAY_MS) / MINUTE_MS, () => {
      const probed = world.takeProbed();
      if (probed.length > 0) perSweep.push(probed.length);
    });
    expect(perSweep).toHaveLength(2 * 288);
    const lastDay = perSweep.slice(288);
    const sum = lastDay.reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(0.2 * 288 * 1000);
    // The live ones every time, and of the dead no more than three times their share.
    const share = (sum - 100 * 288) / 288;
    expect(Math.min(...lastDay)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...lastDay)).toBeLessThan(100 + 3 * share);
    for (const id of proxyIds) {
      const gap = longestGap(world.probes.get(id) ?? []);
      expect(gap).toBeLessThanOrEqual(dead.includes(id) ? CAP_MS : 300_000);
    }
    const [last] = await world.sweeps(1);
    expect(last).toMatchObject({ state: 'complete', totals: { active: 100 } });
    await auditSweep(world.storage, last?.sweepId ?? '', { proxyIds, events: world.events });
  });
});

describe.each(['memory', 'DynamoDB'])('a proxy that stays down, in %s', (kind) => {
  const database = kind === 'DynamoDB' ? useDynamoDb() : null;
  const createWorld = async () =>
    new AdaptiveWorld(database ? await database.openStorage() : undefined);

  it('is probed at growing intervals, and its recovery is seen within a quarter of its outage', async () => {
    const world = await createWorld();
    const proxyIds = await world.open(20, { intervalSeconds: 600 });
    const [id = ''] = proxyIds;
    world.down.add(id);
    await world.pass((30 * HOUR_MS) / MINUTE_MS);
    const probes = world.probes.get(id) ?? [];
    const [first = 0] = probes;
    // Each gap is at most a quarter of the time that it was down, and never beyond the limit.
    for (const [index, at] of probes.entries()) {
      const gap = at - (probes[index - 1] ?? at);
      expect(gap).toBeLessThanOrEqual(Math.max(600_000, Math.min(CAP_MS, (at - first) / 4)));
    }
    const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(gaps[0]).toBe(BACK_OFF.edgeIntervalSeconds * 1000);
    expect(gaps.at(-1)).toBeGreaterThan(2 * HOUR_MS);
    expect(probes.length).toBeLessThan(45);
    world.down.clear();
    const upAt = world.clock.now();
    let seenAt = 0;
    await world.pass(CAP_MS / MINUTE_MS, async () => {
      const row = await world.storage.proxies.get('fleet', id);
      if (row?.status === 'active') seenAt ||= world.clock.now();
    });
    expect(seenAt).toBeGreaterThan(upAt);
    for (const { sweepId } of await world.sweeps(3)) {
      await auditSweep(world.storage, sweepId, { proxyIds });
    }
  });
});
