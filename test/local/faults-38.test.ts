import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBatchSender } from '../../functions/batch-sender.ts';
import { systemClock } from '../../src/clock.ts';
import { dispatchSweep } from '../../src/sweeps/dispatch-sweep.ts';
import { startSweep } from '../../src/sweeps/start-sweep.ts';
import type { BatchMessage } from '../../src/sweeps/sweep.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/sweeps/sweep-limits.ts';
import { auditSweep, findUnapplied } from '../support/audit-sweep.ts';
import { makeOptions, makePool } from '../support/factories.ts';
import { Tarpit } from '../support/tarpit.ts';
import { until } from '../support/until.ts';
import { type FaultStack, startFaultStack } from './support/fault-stack.ts';

const CHECKERS = 2;
const RECORDS_PER_INVOCATION = 8;
const BACKLOG = 3 * CHECKERS * RECORDS_PER_INVOCATION;
const SMALL_LIMITS = {
  ...DEFAULT_SWEEP_LIMITS,
  checkerTimeoutMs: 4_000,
  visibilityTimeoutMs: 24_000,
  concurrency: CHECKERS,
};

describe('a whole stack with little capacity', () => {
  const tarpit = new Tarpit();
  let stack: FaultStack;

  beforeAll(async () => {
    await tarpit.start();
    stack = await startFaultStack({ checker: { maxConcurrency: CHECKERS } });
  });

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await tarpit.stop();
  });

  const proxiesOf = (first: number, count: number) => tarpit.proxies(first + count).slice(first);

  async function createPool(poolName: string, timeoutMs: number, count: number) {
    const options = makeOptions({ timeoutMs, targetUrl: stack.target.url });
    await stack.storage.createPool(
      makePool({ poolName, options, control: false, batchBitCounts: [0] }),
    );
    await stack.storage.insertProxies(poolName, proxiesOf(0, count));
  }

  it('FAULTS 38a: works off a backlog of three times its capacity, without a dead letter', async () => {
    const dependencies = { storage: stack.storage, clock: systemClock, limits: SMALL_LIMITS };
    const pools = Array.from({ length: BACKLOG }, (_, index) => `backlog-${index}`);
    const messages: BatchMessage[] = [];
    const sweepIds = await Promise.all(
      pools.map(async (poolName) => {
        // Four batches at most fit an invocation; the others of the eight are sent again.
        await createPool(poolName, 700, 2);
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
    const proxyIds = proxiesOf(0, 2).map(({ id }) => id);
    for (const sweepId of sweepIds) {
      expect(await stack.storage.getSweep(sweepId)).toMatchObject({ state: 'complete' });
      await auditSweep(stack.storage, sweepId, { proxyIds, acknowledged: ['*'] });
    }
    const resent = stack.whole.lines.filter((line) => /"BatchesResent":[1-9]/.test(line));
    expect(resent.length).toBeGreaterThan(0);
    expect(stack.whole.stack.functions().checker?.errors).toBe(0);
  }, 90_000);

  it('FAULTS 38: checks 500 tarpits in one batch without a time-out of the function', async () => {
    const pool = 'tarpits';
    // Writing 500 rows takes the embedded DynamoDB most of a checker's four seconds.
    await createPool(pool, 500, 300);
    const { tap } = stack.sqs;
    const sent = tap.hold({
      where: 'before',
      fits: (each) => each.operation === 'SendMessageBatch',
    });
    const sweepId = await stack.whole.startSweep(pool);
    await sent.reached;
    // The plan would have split so many.
    await stack.storage.insertProxies(pool, proxiesOf(300, 200));
    sent.release();
    await stack.whole.waitForSweep(sweepId);
    await until(async () => (await stack.messagesIn('batches')).length === 0);
    const ids = proxiesOf(0, 500).map(({ id }) => id);
    await auditSweep(stack.storage, sweepId, { proxyIds: ids, acknowledged: ['*'] });
    expect(await findUnapplied(stack.storage, sweepId)).toEqual([]);
    expect(stack.whole.stack.functions().checker?.errors).toBe(0);
  }, 90_000);
});
