import { describe, expect, it } from 'vitest';
import { createFanOutHandler } from '../../../functions/fan-out/handler.ts';
import type { BatchMessage } from '../../../src/model/sweep.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { makePool, makeProxies } from '../../support/factories.ts';
import { FakeClock, TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { lambdaContext } from '../support/lambda-events.ts';
import { recordTelemetry } from '../support/recorded-telemetry.ts';

const PROXIES = 600;
const SCHEDULED_AT = new Date(TEST_TIME).toISOString().replace('.000', '');

describe('the fan-out', () => {
  it('sends every batch of a sweep on request, once', async () => {
    const { storage, clock, invoke, sent, dependencies } = await setUp({ intervalSeconds: null });
    const { sweepId } = await startSweep(dependencies, { poolName: 'fleet', trigger: 'manual' });
    await invoke({ sweepId });
    await invoke({ sweepId });
    expect(sent.map(({ bits }) => bits).sort()).toEqual(['00', '01', '10', '11']);
    expect(sent[0]).toMatchObject({ sweepId, poolName: 'fleet' });
    const dispatchedAt = new Date(clock.now()).toISOString();
    expect(await storage.sweeps.get(sweepId)).toMatchObject({ dispatchedAt });
  });

  it('starts and sends the sweeps that are due on a tick, once even when it is repeated', async () => {
    const { storage, invoke, sent, telemetry } = await setUp({ intervalSeconds: 60 });
    await invoke({ scheduledAt: SCHEDULED_AT });
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(sent).toHaveLength(4);
    expect(telemetry.metrics.recorded).toMatchObject({ SweepsStarted: 1, BatchesDispatched: 4 });
    const pool = await storage.pools.get('fleet');
    expect(pool?.runningSweepId).toBe(sent[0]?.sweepId);
  });

  it('leaves a pool without a schedule alone', async () => {
    const { invoke, sent } = await setUp({ intervalSeconds: null });
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(sent).toEqual([]);
  });

  it('counts a pool that fails and goes on with the others', async () => {
    const { storage, invoke, sent, telemetry } = await setUp({ intervalSeconds: 60 });
    await storage.pools.create(makePool({ poolName: 'second', intervalSeconds: 60 }));
    await storage.proxies.insert('second', makeProxies(3));
    const sendFirst = sent.push.bind(sent);
    sent.push = (...messages) => {
      if (messages.some(({ poolName }) => poolName === 'fleet')) throw new Error('no queue');
      return sendFirst(...messages);
    };
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(sent.map(({ poolName }) => poolName)).toEqual(['second']);
    expect(telemetry.metrics.recorded).toMatchObject({ TickFailures: 1, SweepsStarted: 1 });
    expect(telemetry.logger.lines.join('')).toContain('no queue');
  });

  it('counts the pools below their limit on every tick, and nothing when there are none', async () => {
    const { storage, invoke, telemetry } = await setUp({ intervalSeconds: null });
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(telemetry.sweepMetrics.recorded).toEqual({});
    const below = { alarmBelowAvailability: 0.9, lastAvailability: 0.5 };
    await storage.pools.create(makePool({ poolName: 'low', ...below }));
    await storage.pools.create(makePool({ poolName: 'lower', ...below }));
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(telemetry.sweepMetrics.recorded).toEqual({ PoolsBelowLimit: 2 });
    const line = telemetry.logger.lines.find((each) => each.includes('pools below their limit'));
    expect(JSON.parse(line ?? '')).toMatchObject({ pools: 2, poolNames: ['low', 'lower'] });
  });

  it('deletes pools that are marked for deletion, in the time a tick has left', async () => {
    const { storage, clock, invoke, telemetry } = await setUp({ intervalSeconds: 60 });
    await storage.pools.markDeleting('fleet', new Date(TEST_TIME).toISOString());
    await invoke({ scheduledAt: SCHEDULED_AT }, 5_000);
    expect(await storage.proxies.queryIds('fleet', 1)).toHaveLength(1);
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(await storage.proxies.queryIds('fleet', 1)).toEqual([]);
    clock.advance(120_000);
    await invoke({ scheduledAt: SCHEDULED_AT });
    expect(await storage.pools.get('fleet')).toBeNull();
    expect(telemetry.metrics.recorded).toMatchObject({ RowsDeleted: PROXIES, PoolsDeleted: 1 });
    expect(telemetry.metrics.recorded).not.toHaveProperty('SweepsStarted');
  });

  it.each([[{}], [null], [{ sweepId: 'x' }], [{ scheduledAt: 'now' }], [{ sweepId: 1 }]])(
    'refuses the event %j',
    async (event) => {
      const { invoke } = await setUp({ intervalSeconds: null });
      await expect(invoke(event)).rejects.toThrow('neither a tick');
    },
  );
});

async function setUp(policy: { readonly intervalSeconds: number | null }) {
  const clock = new FakeClock();
  const storage = new MemoryStorage({ clock });
  await storage.pools.create(makePool(policy));
  await storage.proxies.insert('fleet', makeProxies(PROXIES));
  const sent: BatchMessage[] = [];
  const telemetry = recordTelemetry();
  const dependencies = { storage, clock, limits: DEFAULT_SWEEP_LIMITS, telemetry };
  const handler = createFanOutHandler({
    ...dependencies,
    sendBatches: async (messages) => {
      sent.push(...messages);
    },
  });
  const invoke = (event: unknown, remainingMs?: number) =>
    handler(event, lambdaContext(remainingMs));
  return { storage, clock, sent, telemetry, dependencies, invoke };
}
