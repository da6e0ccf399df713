import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FleetProxy,
  findDeadPort,
  startHttpProxy,
  startSocks5Proxy,
  startTarget,
  type Target,
} from '../../src/local/fleet/index.ts';
import { LOCAL_CREDENTIALS } from '../../src/local/overrides.ts';
import { type DynamoDbTap, startDynamoDbTap } from '../support/dynamodb-tap.ts';
import { startWholeStack, type WholeStack } from '../support/whole-stack.ts';

let whole: WholeStack;
let tap: DynamoDbTap;
let target: Target;
let proxies: readonly FleetProxy[];
let list: readonly string[];

beforeAll(async () => {
  const credentials = { username: 'user', password: 'canary-password' };
  target = await startTarget();
  proxies = await Promise.all([
    startHttpProxy({ credentials }),
    startSocks5Proxy(),
    startHttpProxy({ behaviour: 'unauthorized' }),
  ]);
  list = [...proxies.map(({ url }) => url), `http://127.0.0.1:${await findDeadPort()}`];
  whole = await startWholeStack({
    small: { checkerTimeoutSeconds: 4, visibilityTimeoutSeconds: 24 },
    async functionEndpoints(real) {
      tap = await startDynamoDbTap(real.dynamodb);
      return { ...real, dynamodb: tap.url };
    },
  });
});

afterAll(async () => {
  await whole?.[Symbol.asyncDispose]();
  await tap?.[Symbol.asyncDispose]();
  await Promise.all([target?.close(), ...(proxies ?? []).map((each) => each.close())]);
});

/** Without control probes a checker's four seconds leave a probe two, busy as the machine may be. */
function policy() {
  return { options: { targetUrl: target.url, timeoutMs: 2_000 }, control: false };
}

describe('the whole stack', () => {
  it('takes a list from the API through queue and checker to the tables and back', async () => {
    await whole.createPool('route', policy(), list);
    const sweepId = await whole.startSweep('route');
    expect(await whole.waitForSweep(sweepId)).toMatchObject({
      state: 'complete',
      totals: { proxies: 4, active: 2, slow: 0, inactive: 2, inconclusive: 0 },
      batches: { total: 1, recorded: 1, late: 0, missing: [] },
    });
    const results = await whole.readResults(sweepId);
    const [withPassword = '', socks, unauthorized, dead] = list;
    expect(
      Object.fromEntries(results.map((each) => [each.proxy, each.failure ?? each.status])),
    ).toEqual({
      [withPassword.replace('canary-password', '***')]: 'active',
      [`${socks}`]: 'active',
      [`${unauthorized}`]: 'auth_required',
      [`${dead}`]: 'refused',
    });
    const views = await whole.call('GET', '/pools/route/proxies');
    expect(views.body.proxies.map(({ status }: { status: string }) => status).sort()).toEqual([
      'active',
      'active',
      'inactive',
      'inactive',
    ]);
  });

  it('keeps one result item per batch, which a plain query reads', async () => {
    const { endpoints, tableNames } = whole.stack;
    const dynamodb = new DynamoDBClient({
      region: 'us-east-1',
      credentials: LOCAL_CREDENTIALS,
      endpoint: endpoints.dynamodb,
    });
    const { Items = [] } = await dynamodb.send(
      new QueryCommand({
        TableName: tableNames.results,
        KeyConditionExpression: 'batchKey = :key',
        ExpressionAttributeValues: { ':key': { S: 'route#*' } },
      }),
    );
    expect(Items).toHaveLength(1);
    dynamodb.destroy();
  });

  it('writes no password into a log', () => {
    expect(whole.lines.length).toBeGreaterThan(0);
    expect(whole.lines.filter((line) => line.includes('canary-password'))).toEqual([]);
  });

  it('sweeps a pool that is due when its minute comes', async () => {
    await whole.createPool('due', { ...policy(), intervalSeconds: 60 }, list.slice(0, 1));
    const outcome = await whole.stack.fireSchedule('everyMinute', new Date());
    expect(outcome).toMatchObject({ ok: true });
    await expect
      .poll(async () => (await whole.call('GET', '/pools/due')).body.lastSweep?.state, {
        timeout: 10_000,
      })
      .toBe('complete');
  });

  it('completes a sweep whose checker is killed between result item and ledger', async () => {
    await whole.createPool('killed', policy(), list);
    const isWriteTo = (operation: string, table: string) => ({
      fits: (request: { operation: string; tableName: string }) =>
        request.operation === operation && request.tableName === whole.stack.tableNames[table],
    });
    const stored = tap.hold({ ...isWriteTo('PutItem', 'results'), where: 'after' });
    const sweepId = await whole.startSweep('killed');
    await stored.reached;
    const pids = whole.stack.functions().checker?.pids ?? [];
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    stored.release();
    const asked = target.requests.length;
    const ledger = tap.hold({ ...isWriteTo('UpdateItem', 'sweeps'), where: 'before' });
    await ledger.reached;
    expect(await receiveCounts()).toEqual([2]);
    ledger.release();
    expect(await whole.waitForSweep(sweepId)).toMatchObject({
      state: 'complete',
      totals: { proxies: 4, active: 2, inactive: 2, inconclusive: 0 },
    });
    const results = await whole.readResults(sweepId);
    expect(new Set(results.map(({ proxyId }) => proxyId)).size).toBe(4);
    expect(results).toHaveLength(4);
    expect(target.requests).toHaveLength(asked);
  }, 60_000);
});

/** How often each message that is being worked on has been received, as the queue counts it. */
async function receiveCounts(): Promise<readonly number[]> {
  const { queueUrls, endpoints } = whole.stack;
  const name = queueUrls.batches?.split('/').at(-1);
  const response = await fetch(`${endpoints.sqs}/_fauxqs/queues/${name}`);
  const { messages } = (await response.json()) as QueueInspection;
  return messages.inflight.map(({ message }) => message.approximateReceiveCount);
}

interface QueueInspection {
  readonly messages: {
    readonly inflight: readonly {
      readonly message: { readonly approximateReceiveCount: number };
    }[];
  };
}
