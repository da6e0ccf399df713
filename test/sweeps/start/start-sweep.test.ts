import { describe, expect, it } from 'vitest';
import { ConflictError, NotFoundError } from '../../../src/errors.ts';
import { sweepIdTimeMs } from '../../../src/model/sweep-id.ts';
import { requirePolicy } from '../../../src/sweeps/require-sweep.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { FAR_FUTURE_SECONDS, makePolicy } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const scheduled = (scheduledAt: number) =>
  ({ poolName: 'fleet', trigger: 'schedule', scheduledAt }) as const;

describe('startSweep', () => {
  it('claims the pool and names the version of its policy', async () => {
    const world = new SweepWorld();
    await world.fill(600);
    const sweep = await world.start();
    expect(sweep).toMatchObject({
      poolName: 'fleet',
      bitCount: 2,
      trigger: 'manual',
      state: 'running',
      startedAt: new Date(TEST_TIME).toISOString(),
      policyVersion: (await world.storage.pools.get('fleet'))?.policyVersion,
    });
    expect(sweep).not.toHaveProperty('policy');
    expect(await requirePolicy(world.storage, sweep)).toEqual(makePolicy());
    expect(Date.parse(sweep.deadlineAt)).toBeGreaterThan(TEST_TIME + 720_000);
    expect(await world.storage.pools.get('fleet')).toMatchObject({
      runningSweepId: sweep.sweepId,
      lastSweepId: sweep.sweepId,
      batchBitCounts: [2],
    });
    expect(await world.current(sweep.sweepId)).toEqual(sweep);
  });

  it('refuses a pool that does not exist', async () => {
    const world = new SweepWorld();
    await expect(world.start()).rejects.toThrow(NotFoundError);
    await expect(world.start()).rejects.toThrow('there is no pool "fleet"');
  });

  it('refuses a second sweep and names the one that runs', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await expect(world.start()).rejects.toThrow(ConflictError);
    await expect(world.start()).rejects.toThrow(sweepId);
  });

  it('answers one idempotency key with one sweep, while it runs and after', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const [first, second] = await Promise.all([world.start('key'), world.start('key')]);
    expect(second.sweepId).toBe(first.sweepId);
    world.clock.advance(5000);
    expect(await world.start('key')).toEqual(first);
    await world.startFanOut(first.sweepId);
    await world.deliver();
    const again = await world.start('key');
    expect(again).toMatchObject({ sweepId: first.sweepId, state: 'complete' });
  });

  it('starts one sweep however often the schedule fires for one minute', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const fired = [1, 2, 3].map(() => startSweep(world, scheduled(TEST_TIME)));
    const ids = (await Promise.all(fired)).map(({ sweepId }) => sweepId);
    expect(new Set(ids).size).toBe(1);
    expect(sweepIdTimeMs(ids[0] ?? '')).toBe(TEST_TIME);
  });

  it('refuses a scheduled sweep earlier than one that has run', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    await world.sweep();
    const request = startSweep(world, scheduled(TEST_TIME - 60_000));
    await expect(request).rejects.toThrow(ConflictError);
  });

  it('closes the sweep of an empty pool at once', async () => {
    const world = new SweepWorld();
    await world.fill(0);
    const sweep = await world.start();
    expect(sweep).toMatchObject({ state: 'complete', bitCount: 0, missingBatches: [] });
    expect(sweep.totals).toMatchObject({ active: 0, slow: 0, inactive: 0, inconclusive: 0 });
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
  });

  it('remembers every k the pool has had, the one in use first', async () => {
    const world = new SweepWorld();
    await world.fill(100, { batchBitCounts: [3, 1] });
    await world.start();
    expect((await world.storage.pools.get('fleet'))?.batchBitCounts).toEqual([0, 3, 1]);
  });

  it('lets a sweep expire with its pool, or after the retention', async () => {
    for (const expiry of [{ expiresAtEpochSeconds: FAR_FUTURE_SECONDS }, {}]) {
      const world = new SweepWorld();
      await world.fill(3, expiry);
      const kept = TEST_TIME / 1000 + world.limits.retentionSeconds;
      const { expiresAtEpochSeconds } = await world.start();
      expect(expiresAtEpochSeconds).toBe(expiry.expiresAtEpochSeconds ?? kept);
    }
  });

  it('starts no sweep whose items could expire while it runs', async () => {
    const world = new SweepWorld();
    const expiresAtEpochSeconds = TEST_TIME / 1000 + 86_400;
    await world.fill(3, { expiresAtEpochSeconds });
    const { deadlineAt } = await world.sweep();
    const closesAt = Date.parse(deadlineAt) + world.limits.checkerTimeoutMs + 60_000;
    const longest = closesAt - TEST_TIME;
    world.clock.setWallClock(expiresAtEpochSeconds * 1000 - longest);
    await expect(world.start()).rejects.toThrow(
      /expires at .* which a sweep begun now may outlive/,
    );
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
    world.clock.setWallClock(expiresAtEpochSeconds * 1000 - longest - 1);
    expect((await world.sweep()).state).toBe('complete');
  });

  it('keeps ids in order when the clock steps back', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const first = await world.sweep();
    world.clock.setWallClock(TEST_TIME - 600_000);
    const second = await world.sweep();
    expect(second.state).toBe('complete');
    expect(second.sweepId > first.sweepId).toBe(true);
  });
});
