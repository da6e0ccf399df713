import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { batchesOf } from '../../../src/model/batch-range.ts';
import { auditSweep, findUnapplied } from '../../support/audit/audit-sweep.ts';
import { readRows } from '../../support/audit/sweep-evidence.ts';
import { makeSweepId } from '../../support/factories.ts';
import { until } from '../../support/until.ts';
import { EventReader } from './event-reader.ts';
import type { FaultStack, QueuedMessage } from './fault-stack.ts';

/** The most rows a pool has in the fault tests. */
const MAX_ROWS = 5_000;

/** The messages of a sweep that have not been acknowledged. */
export async function messagesOf(
  stack: FaultStack,
  sweepId: string,
): Promise<readonly QueuedMessage[]> {
  return (await stack.messagesIn('batches')).filter(({ body }) => body.includes(sweepId));
}

/** Waits until a sweep has ended and its messages are acknowledged, then recounts it. */
export async function auditWhenAcknowledged(stack: FaultStack, sweepId: string): Promise<void> {
  const report = await stack.whole.waitForSweep(sweepId, 180_000);
  const { poolName, closedAt, deadlineAt } = report;
  await until(async () => (await messagesOf(stack, sweepId)).length === 0);
  // The checker or tick that closes a sweep releases the pool last.
  await until(async () => (await stack.storage.pools.get(poolName))?.runningSweepId !== sweepId);
  const { bitCount } = (await stack.storage.sweeps.get(sweepId)) ?? { bitCount: 0 };
  const acknowledged = [...batchesOf(bitCount)];
  const proxyIds = await idsOf(stack, poolName);
  const events = await new EventReader(stack, poolName).read();
  await auditSweep(stack.storage, sweepId, { proxyIds, acknowledged, events });
  // Work begun after the deadline is recorded but writes no row.
  const onTime = closedAt !== null && closedAt <= deadlineAt;
  if (onTime) expect(await findUnapplied(stack.storage, sweepId)).toEqual([]);
}

/** Gives every proxy of a pool a status, as if an earlier sweep had found it. */
export async function makeStatusKnown(
  { storage }: FaultStack,
  poolName: string,
  status: 'slow' | 'inactive',
): Promise<void> {
  for (const row of await readRows(storage, poolName)) {
    await storage.proxies.writeStatus({
      poolName,
      proxyId: row.proxy.id,
      sweepId: makeSweepId(1),
      expectedRowSweepId: row.rowSweepId,
      before: row,
      after: { status, streak: null },
      at: new Date(0).toISOString(),
    });
  }
}

export function idsOf(stack: FaultStack, pool: string): Promise<readonly string[]> {
  return stack.storage.proxies.queryIds(pool, MAX_ROWS);
}

/** Puts a message into the queue of batches. */
export async function send(stack: FaultStack, MessageBody: string): Promise<void> {
  const QueueUrl = stack.whole.stack.queueUrls.batches;
  await stack.sqsClient.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

/** Null for an empty list, to wait until there are items. */
export function orNull<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length > 0 ? items : null;
}
