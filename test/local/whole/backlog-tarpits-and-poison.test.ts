import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchSender } from '../../../functions/batch-sender.ts';
import { systemClock } from '../../../src/clock.ts';
import { findDeadPort } from '../../../src/local/fleet/index.ts';
import type { BatchMessage } from '../../../src/model/sweep.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { FAR_FUTURE_SECONDS, makeOptions, makePool, TEST_SALT } from '../../support/factories.ts';
import { Tarpit } from '../../support/peers/tarpit.ts';
import { until } from '../../support/until.ts';
import { type FaultStack, startFaultStack } from '../support/fault-stack.ts';
import { auditWhenAcknowledged, makeStatusKnown, send } from '../support/fault-sweeps.ts';

const CHECKERS = 2;
const RECORDS_PER_INVOCATION = 8;
const BACKLOG = 3 * CHECKERS * RECORDS_PER_INVOCATION;
const SMALL_LIMITS = {
  ...DEFAULT_SWEEP_LIMITS,
  checkerTimeoutMs: 4_000,
  visibilityTimeoutMs: 24_000,
  concurrency: CHECKERS,
};

/** Adds up a metric of the functions over the lines they have written. */
function countIn(lines: readonly string[], metric: string): number {
  const pattern = new RegExp(`"${metric}":(\\d+)`);
  return lines.reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0);
}

describe('a whole stack with little capacity', () => {
  const tarpit = new Tarpit();
  let stack: FaultStack;

  beforeAll(async () => {
    await tarpit.start();
    stack = await startFaultStack({ checker: { maxConcurrency: CHECKERS }, tapsDynamodb: false });
  });

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await tarpit.stop();
  });

  const proxiesOf = (first: number, count: number) => tarpit.proxies(first + count).slice(first);

  /** Sessions of one gateway, which all batches share. */
  const sessions = () =>
    Array.from({ length: 5 }, (_, index) => {
      const credentials = new Credentials(`session-${index}`, 'x');
      const gateway = { protocol: 'http', host: '127.0.0.1', port: tarpit.port } as const;
      return createProxy({ ...gateway, credentials }, TEST_SALT);
    });

  async function createGatewayPool(poolName: string, timeoutMs: number) {
    await createPool(poolName, timeoutMs, 0);
    await stack.storage.proxies.insert(poolName, sessions());
  }

  async function createPool(poolName: string, timeoutMs: number, count: number) {
    const options = makeOptions({ timeoutMs, targetUrl: stack.target.url });
    await stack.storage.pools.create(
      makePool({ poolName, options, control: false, batchBitCounts: [0] }),
    );
    await stack.storage.proxies.insert(poolName, proxiesOf(0, count));
  }

  it('FAULTS 38a: works off a backlog of three times its capacity without a dead letter', async () => {
    const dependencies = { storage: stack.storage, clock: systemClock, limits: SMALL_LIMITS };
    const pools = Array.from({ length: BACKLOG }, (_, index) => `backlog-${index}`);
    const messages: BatchMessage[] = [];
    const sweepIds = await Promise.all(
      pools.map(async (poolName) => {
        // Of eight such batches, 32 probes are in flight at once, and there is time for one time-out.
        await createGatewayPool(poolName, 1_600);
        const { sweepId } = await startSweep(dependencies, { poolName, trigger: 'manual' });
        const sendBatches = async (each: readonly BatchMessage[]) => void messages.push(...each);
        await dispatchSweep({ ...dependencies, sendBatches }, sweepId);
        return sweepId;
      }),
    );
    expect(messages).toHaveLength(BACKLOG);
    const queueUrl = stack.whole.stack.queueUrls.batches ?? '';
    await createBatchSender({ client: stack.sqsClient, queueUrl })(messages);
    await until(async () => (await stack.messagesIn('batches')).length === 0);
    expect(await stack.messagesIn('deadLetters')).toEqual([]);
    const proxyIds = sessions().map(({ id }) => id);
    for (const sweepId of sweepIds) {
      expect(await stack.storage.sweeps.get(sweepId)).toMatchObject({ state: 'complete' });
      await auditSweep(stack.storage, sweepId, { proxyIds, acknowledged: ['*'] });
    }
    const totalOf = (metric: string) => countIn(stack.whole.lines, metric);
    expect(totalOf('BatchesChecked')).toBe(BACKLOG);
    expect(totalOf('BatchesDeferred')).toBeGreaterThan(0);
    expect(totalOf('BatchesFailed')).toBe(0);
    expect(stack.whole.stack.functions().checker?.errors).toBe(0);
  }, 180_000);

  it('FAULTS 38: checks 500 tarpits in one batch without a function timeout', async () => {
    const pool = 'tarpits';
    await createPool(pool, 500, 300);
    const { tap } = stack.sqs;
    const sent = tap.hold({
      where: 'before',
      fits: (each) => each.operation === 'SendMessageBatch',
    });
    const sweepId = await stack.whole.startSweep(pool);
    await sent.reached;
    // The plan would have split this many.
    await stack.storage.proxies.insert(pool, proxiesOf(300, 200));
    // A verdict that confirms a status writes no row, which the embedded DynamoDB does slowly.
    await makeStatusKnown(stack, pool, 'inactive');
    sent.release();
    await stack.whole.waitForSweep(sweepId);
    await until(async () => (await stack.messagesIn('batches')).length === 0);
    const ids = proxiesOf(0, 500).map(({ id }) => id);
    await auditSweep(stack.storage, sweepId, { proxyIds: ids, acknowledged: ['*'] });
    expect(stack.whole.stack.functions().checker?.errors).toBe(0);
  }, 180_000);

  it('FAULTS 37: poison goes to the dead-letter queue after 5 receives, and the rest is done', async () => {
    const pool = 'beside-poison';
    const list = [`http://127.0.0.1:${await findDeadPort()}`];
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const poison = ['not JSON {', JSON.stringify({ sweepId: 'x', wrong: 'shape' })];
    // One second instead of 5 to 30 shortens only the wait.
    stack.sqs.faulty.script = ({ action, body }) =>
      action === 'ChangeMessageVisibility'
        ? { body: { ...(body as object), VisibilityTimeout: 1 }, change: (answer) => answer }
        : 'pass';
    await stack.whole.createPool('deleted', stack.policy('deleted'), list);
    const before = await stack.whole.startSweep('deleted');
    await auditWhenAcknowledged(stack, before);
    const { deadlineAt = '' } = (await stack.storage.sweeps.get(before)) ?? {};
    const message = { sweepId: before, poolName: 'deleted', bits: '*', deadlineAt };
    const ofDeleted = JSON.stringify(message);
    expect((await stack.whole.call('DELETE', '/pools/deleted')).status).toBe(202);
    for (const body of [...poison, ofDeleted]) await send(stack, body);
    const gone = JSON.stringify({
      sweepId: '019b0001-0000-7000-8000-000000000000',
      poolName: 'no-such-pool',
      bits: '*',
      deadlineAt: new Date(FAR_FUTURE_SECONDS * 1000).toISOString(),
    });
    await send(stack, gone);
    const sweepId = await stack.whole.startSweep(pool);
    await auditWhenAcknowledged(stack, sweepId);
    const dead = await until(async () => {
      const messages = await stack.messagesIn('deadLetters');
      return messages.length === poison.length && messages;
    });
    expect(dead.map(({ body }) => body).toSorted()).toEqual(poison.toSorted());
    const left = await stack.messagesIn('batches');
    const sent = [...poison, gone, ofDeleted];
    expect(left.filter(({ body }) => sent.includes(body))).toEqual([]);
    expect(countIn(stack.whole.lines, 'UnreadableRecords')).toBe(5 * poison.length);
    const warnings = stack.whole.lines.filter((line) => line.includes('of the batch is gone'));
    for (const name of ['no-such-pool', 'deleted']) {
      expect(warnings.filter((line) => line.includes(`"poolName":"${name}"`))).toHaveLength(1);
    }
  }, 180_000);
});
