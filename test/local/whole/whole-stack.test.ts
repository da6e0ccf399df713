import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FleetProxy,
  findDeadPort,
  startHttpProxy,
  startSocks5Proxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

let whole: WholeStack;
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
  });
});

afterAll(async () => {
  await whole?.[Symbol.asyncDispose]();
  await Promise.all([target?.close(), ...(proxies ?? []).map((each) => each.close())]);
});

/** Without control probes a checker's four seconds leave two for a probe on a busy machine. */
function policy() {
  return { options: { targetUrl: target.url, timeoutMs: 2_000 }, control: false };
}

describe('the whole stack', () => {
  it('takes a list from the API through the queue and the checker to the tables and back', async () => {
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
    const { endpoints, credentials, tableNames } = whole.stack;
    const dynamodb = new DynamoDBClient({
      region: 'us-east-1',
      credentials,
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

  it('sweeps a pool that is due at the tick of its minute', async () => {
    await whole.createPool('due', { ...policy(), intervalSeconds: 60 }, list.slice(0, 1));
    const outcome = await whole.stack.fireSchedule('everyMinute', new Date(Date.now() + 60_000));
    expect(outcome).toMatchObject({ ok: true });
    await expect
      .poll(async () => (await whole.call('GET', '/pools/due')).body.lastSweep?.state, {
        timeout: 10_000,
      })
      .toBe('complete');
  });
});
