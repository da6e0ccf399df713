import { describe, expect, it } from 'vitest';
import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import { deletePool } from '../../../src/sweeps/start/delete-pool.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';
import { lambdaContext, sqsEvent } from '../support/lambda-events.ts';
import { recordTelemetry } from '../support/recorded-telemetry.ts';

const GONE = {
  sweepId: '019b0001-0000-7000-8000-000000000000',
  poolName: 'gone',
  bits: '*',
  deadlineAt: '2026-01-15T13:00:00.000Z',
};

describe('the checker', () => {
  it('checks the batches of its records, and the sweep closes itself', async () => {
    const { world, bodies, sweepId, invoke, telemetry } = await setUp(600);
    expect(await invoke(bodies)).toEqual({ batchItemFailures: [] });
    expect(await world.current(sweepId)).toMatchObject({
      state: 'complete',
      totals: { active: 600 },
    });
    expect(telemetry.metrics.recorded).toEqual({ BatchesChecked: 4 });
  });

  it('gives back batches for lack of time, and notes that they did not fail', async () => {
    const { world, bodies, sweepId, invoke, hidden, telemetry } = await setUp(600);
    const back = ['message-1', 'message-2', 'message-3'];
    expect(await invoke(bodies, 7_500)).toEqual({
      batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })),
    });
    // A batch needs 8.1 s, and there are five checkers.
    expect(hidden).toEqual([
      ['receipt-1', 2],
      ['receipt-2', 4],
      ['receipt-3', 5],
    ]);
    for (const messageId of back) {
      expect(await world.storage.sweeps.readDeferrals(sweepId, messageId)).toEqual(new Set([1]));
    }
    expect(telemetry.metrics.recorded).toEqual({ BatchesChecked: 1, BatchesDeferred: 3 });
  });

  it('counts a batch it could not note as failed, soon to be visible again', async () => {
    const { world, bodies, sweepId, invoke, hidden, telemetry } = await setUp(600);
    world.storage.tap('sweeps.noteDeferral', async (note, deferral) => {
      if (deferral.messageId === 'message-2') throw new Error('the table is throttled');
      return note(deferral);
    });
    const { batchItemFailures = [] } = (await invoke(bodies, 7_500)) ?? {};
    expect(batchItemFailures).toHaveLength(3);
    const seconds = new Map(hidden);
    expect([seconds.get('receipt-1'), seconds.get('receipt-3')]).toEqual([2, 5]);
    expect(seconds.get('receipt-2')).toBeGreaterThanOrEqual(5);
    expect(await world.storage.sweeps.readDeferrals(sweepId, 'message-2')).toEqual(new Set());
    expect(telemetry.metrics.recorded).toMatchObject({ BatchesDeferred: 2, BatchesFailed: 1 });
    expect(telemetry.logger.lines.join('')).toContain('the table is throttled');
  });

  it('gives back a batch although SQS refuses to change when it is visible', async () => {
    const { world, bodies, sweepId, invoke, faults, telemetry } = await setUp(600);
    faults.hide = new Error('RequestThrottled');
    const { batchItemFailures = [] } = (await invoke(bodies, 7_500)) ?? {};
    expect(batchItemFailures).toHaveLength(3);
    expect(await world.storage.sweeps.readDeferrals(sweepId, 'message-2')).toEqual(new Set([1]));
    const { BatchesDeferred, BatchesFailed, VisibilityChangesFailed } = telemetry.metrics.recorded;
    expect([BatchesDeferred, BatchesFailed, VisibilityChangesFailed]).toEqual([3, undefined, 3]);
  });

  it('reports a failed batch alone, soon to be visible again, and logs why', async () => {
    const { world, bodies, invoke, hidden, telemetry } = await setUp(600);
    world.storage.tap('results.put', async (put, result) => {
      if (result.bits === '10') throw new Error('the table is throttled');
      return put(result);
    });
    const failed = bodies.findIndex((body) => JSON.parse(body).bits === '10');
    expect(await invoke(bodies)).toEqual({
      batchItemFailures: [{ itemIdentifier: `message-${failed}` }],
    });
    expect(hidden.map(([receipt]) => receipt)).toEqual([`receipt-${failed}`]);
    expect(telemetry.metrics.recorded).toMatchObject({ BatchesChecked: 3, BatchesFailed: 1 });
    expect(telemetry.logger.lines.join('')).toContain('the table is throttled');
  });

  it.each([['nonsense'], ['{}'], [JSON.stringify({ ...GONE, bits: '2' })]])(
    'fails the record %j, which is not a batch, and checks the others',
    async (body) => {
      const { bodies, invoke, telemetry } = await setUp(3);
      expect(await invoke([body, ...bodies])).toEqual({
        batchItemFailures: [{ itemIdentifier: 'message-0' }],
      });
      expect(telemetry.metrics.recorded).toMatchObject({ UnreadableRecords: 1, BatchesChecked: 1 });
    },
  );

  it('acknowledges a batch whose sweep is gone, with a warning', async () => {
    const { invoke, telemetry } = await setUp(3);
    expect(await invoke([JSON.stringify(GONE)])).toEqual({ batchItemFailures: [] });
    const warning = telemetry.logger.lines.find((line) => line.includes('"WARN"'));
    expect(warning).toContain('gone');
  });

  it('acknowledges the batches of a deleted pool, with a warning, and probes nothing', async () => {
    const { world, bodies, invoke, telemetry } = await setUp(600);
    await deletePool(world, 'fleet');
    expect(await invoke(bodies)).toEqual({ batchItemFailures: [] });
    expect(world.checker.probed).toEqual([]);
    const warnings = telemetry.logger.lines.filter((line) => line.includes('"WARN"'));
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toContain('"poolName":"fleet"');
    expect(telemetry.metrics.recorded).toEqual({});
  });
});

async function setUp(proxies: number) {
  const world = new SweepWorld();
  await world.fill(proxies);
  const { sweepId } = await world.start();
  await dispatchSweep(world, sweepId);
  const bodies = world.queue.splice(0).map((message) => JSON.stringify(message));
  const telemetry = recordTelemetry();
  const hidden: [string, number][] = [];
  const faults: { hide?: Error } = {};
  const handler = createCheckerHandler({
    storage: world.storage,
    clock: world.clock,
    limits: world.limits,
    checker: world.checker,
    maxReceives: 5,
    telemetry,
    queue: {
      hide: async ({ receiptHandle }, seconds) => {
        if (faults.hide) throw faults.hide;
        hidden.push([receiptHandle, seconds]);
      },
      deadLetter: async () => {},
    },
  });
  const invoke = (records: readonly string[], remainingMs = 60_000) =>
    handler(sqsEvent(records), lambdaContext(remainingMs));
  return { world, bodies, sweepId, invoke, hidden, faults, telemetry };
}
