import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type FleetProxy,
  startHttpProxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { manualSweepId } from '../../../src/model/sweep-id.ts';
import { DELETION_GRACE_MS } from '../../../src/pools/continue-deletions.ts';
import { DynamoDbStorage } from '../../../src/storage/dynamodb.ts';
import type { TableNames } from '../../../src/storage/dynamodb-tables.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makePolicy, makeSweep } from '../../support/factories.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let whole: WholeStack;
let target: Target;
let proxy: FleetProxy;
let pensive: FleetProxy;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
let storage: DynamoDbStorage;

beforeAll(async () => {
  target = await startTarget();
  proxy = await startHttpProxy();
  pensive = await startHttpProxy({ behaviour: 'slow', delayMs: 6_000 });
  whole = await startWholeStack();
  const { endpoints, credentials, tableNames } = whole.stack;
  const common = { region: 'us-east-1', credentials };
  dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb });
  sqs = new SQSClient({ ...common, endpoint: endpoints.sqs });
  storage = new DynamoDbStorage({ client: dynamodb, tables: tableNames as unknown as TableNames });
});

afterAll(async () => {
  dynamodb?.destroy();
  sqs?.destroy();
  await whole?.[Symbol.asyncDispose]();
  await Promise.all([target?.close(), proxy?.close(), pensive?.close()]);
});

/** Moves the start of a pool's deletion back beyond its grace time. */
async function letGraceTimePass(poolName: string): Promise<void> {
  const at = new Date(Date.now() - 2 * DELETION_GRACE_MS).toISOString();
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: whole.stack.tableNames.pools,
      Key: { poolName: { S: poolName } },
      UpdateExpression: 'SET deletingSince = :at',
      ConditionExpression: 'attribute_exists(deletingSince)',
      ExpressionAttributeValues: { ':at': { S: at } },
    }),
  );
}

function policy(timeoutMs = 2_000) {
  return { options: { targetUrl: target.url, timeoutMs }, control: false };
}

describe('FAULTS 42: a pool that is deleted during a sweep', () => {
  it('disappears with its rows, and a new pool of its name starts empty', async () => {
    await whole.createPool('shop', policy(8_000), [proxy.url, pensive.url]);
    const sweepId = await whole.startSweep('shop');
    await expect.poll(() => pensive.connectionCount, { timeout: 20_000 }).toBeGreaterThan(0);

    expect(await whole.call('DELETE', '/pools/shop')).toMatchObject({
      status: 202,
      body: { pool: 'shop', runningSweepId: null },
    });
    expect(await whole.waitForSweep(sweepId)).toMatchObject({
      state: 'incomplete',
      batches: { missing: ['*'] },
    });
    for (const [method, path, body] of [
      ['PUT', '/pools/shop', policy()],
      ['POST', '/pools/shop/proxies', proxy.url],
      ['POST', '/sweeps', { pool: 'shop' }],
    ] as const) {
      const { status, body: problem } = await whole.call(method, path, body);
      expect([status, problem.detail]).toEqual([409, expect.stringMatching(/is being deleted/)]);
    }

    await whole.stack.fireSchedule('everyMinute');
    expect((await whole.call('GET', '/pools/shop')).body).toMatchObject({ deletionProgress: 1 });
    expect(await storage.proxies.queryIds('shop', 9)).toEqual([]);
    // The checker that was probing records its results although the sweep has ended.
    await expect
      .poll(async () => (await whole.call('GET', `/sweeps/${sweepId}`)).body.batches.late, {
        timeout: 30_000,
      })
      .toBe(1);
    expect(await storage.proxies.queryIds('shop', 9)).toEqual([]);

    await letGraceTimePass('shop');
    await whole.stack.fireSchedule('everyMinute');
    expect((await whole.call('GET', '/pools/shop')).status).toBe(404);

    await whole.createPool('shop', policy(), [proxy.url]);
    const [view] = (await whole.call('GET', '/pools/shop/proxies')).body.proxies;
    expect(view).toMatchObject({ status: 'unknown', lastResult: null });
    expect((await whole.call('GET', '/pools/shop')).body).toMatchObject({ lastSweepId: null });
    const next = await whole.startSweep('shop');
    expect(await whole.waitForSweep(next)).toMatchObject({ totals: { proxies: 1, active: 1 } });
  });
});

describe('the dead-letter queue', () => {
  const countDead = async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: whole.stack.queueUrls.deadLetters,
        AttributeNames: ['All'],
      }),
    );
    return (
      Number(Attributes?.ApproximateNumberOfMessages) +
      Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
    );
  };

  it('FAULTS 40: is redriven, and a batch of a closed sweep is recorded as late and changes no row', async () => {
    await whole.createPool('late', policy(), [proxy.url]);
    const { options } = (await storage.pools.get('late')) ?? expect.unreachable();
    const sweep = makeSweep({
      sweepId: manualSweepId({ nowMs: Date.now() }),
      poolName: 'late',
      policy: makePolicy({ options, control: false }),
      state: 'incomplete',
      missingBatches: ['*'],
      expiresAtEpochSeconds: Math.ceil(Date.now() / 1000) + 3600,
    });
    await storage.sweeps.put(sweep);
    const { sweepId, poolName, deadlineAt } = sweep;
    const message = { sweepId, poolName, bits: '*', deadlineAt };
    const gone = { ...message, poolName: 'never', sweepId: manualSweepId({ nowMs: Date.now() }) };
    for (const body of [message, gone]) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: whole.stack.queueUrls.deadLetters,
          MessageBody: JSON.stringify(body),
        }),
      );
    }
    expect(await countDead()).toBe(2);
    expect(await whole.call('POST', '/redrive')).toMatchObject({
      status: 200,
      body: { moved: 2, more: false },
    });
    expect(await countDead()).toBe(0);
    await expect
      .poll(async () => (await whole.call('GET', `/sweeps/${sweepId}`)).body.batches, {
        timeout: 20_000,
      })
      .toEqual({ total: 1, recorded: 1, late: 1, missing: [] });
    await expect.poll(async () => (await storage.sweeps.get(sweepId))?.lateBatches).toBe(1);
    const proxyIds = await storage.proxies.queryIds('late', 9);
    await auditSweep(storage, sweepId, { proxyIds, acknowledged: ['*'] });
    expect(await whole.readResults(sweepId)).toMatchObject([{ status: 'active' }]);
    const [view] = (await whole.call('GET', '/pools/late/proxies')).body.proxies;
    expect(view).toMatchObject({ status: 'unknown', previousStatus: null });
    expect(whole.lines.join('')).toContain('sweep or pool of the batch is gone');
    expect(await whole.call('POST', '/redrive')).toMatchObject({ body: { moved: 0 } });
  });
});
