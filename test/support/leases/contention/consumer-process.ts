/** A consumer in its own process: carries out the tasks of its parent and ends with it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../../../src/clock.ts';
import { ProxyManager } from '../../../../src/leases/proxy-manager.ts';
import { createRetryStrategy, DynamoDbStorage } from '../../../../src/storage/dynamodb.ts';
import { TappedStorage } from '../../storage/tapped-storage.ts';
import { contend } from './contend.ts';
import type { ConsumerAnswer, ConsumerSettings, ConsumerTask } from './protocol.ts';

const settings: ConsumerSettings = JSON.parse(process.argv[2] ?? '{}');
let offMs = settings.offMs;
const clock: Clock = {
  now: () => systemClock.now() + offMs,
  monotonic: () => systemClock.monotonic(),
};
const client = new DynamoDBClient({
  endpoint: settings.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  retryStrategy: createRetryStrategy(),
});
const { tables } = settings;
const storage = new TappedStorage(new DynamoDbStorage({ client, tables, clock }));
let lostRaces = 0;
storage.tap('leases.acquire', async (acquire, acquisition) => {
  const row = await acquire(acquisition);
  if (!row) lostRaces += 1;
  return row;
});
const manager = new ProxyManager({ storage, clock, clockSkewMs: settings.clockSkewMs });
const name = `process ${process.pid}`;

async function carryOut(task: ConsumerTask): Promise<ConsumerAnswer> {
  switch (task.do) {
    case 'acquire': {
      const { leaseSeconds } = task;
      const request = { poolName: 'fleet', consumerName: name, leaseSeconds };
      const lease = await manager.acquireProxy(request);
      return { lease: lease && { leaseId: lease.leaseId, proxyId: lease.proxy.id } };
    }
    case 'renew': {
      const { leaseId, leaseSeconds = 1 } = task;
      await manager.renewLease({ poolName: 'fleet', leaseId }, { leaseSeconds });
      return { done: true };
    }
    case 'release':
      return { released: await manager.releaseProxy({ poolName: 'fleet', leaseId: task.leaseId }) };
    case 'advance':
      offMs += task.ms;
      return { done: true };
    case 'contend': {
      const outcome = await contend({ manager, clock, name }, task.plan);
      return { outcome: { ...outcome, lostRaces } };
    }
  }
}

process.on('message', async (task: ConsumerTask) => {
  const answer = await carryOut(task).catch((error: unknown) => ({ error: String(error) }));
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
process.send?.({ done: true });
