import { ProxyAgent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FleetProxy,
  startHttpProxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { type ApiAnswer, startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

const PASSWORD = 'canary-lease-4d';
const LEASES = '/pools/shop/leases';

let whole: WholeStack;
let target: Target;
let proxy: FleetProxy;

beforeAll(async () => {
  target = await startTarget();
  proxy = await startHttpProxy({ credentials: { username: 'user', password: PASSWORD } });
  whole = await startWholeStack({
    small: { checkerTimeoutSeconds: 4, visibilityTimeoutSeconds: 24 },
  });
  const options = { targetUrl: target.url, timeoutMs: 2_000 };
  await whole.createPool('shop', { options, control: false }, [proxy.url]);
  await whole.waitForSweep(await whole.startSweep('shop'));
});

afterAll(async () => {
  await whole?.[Symbol.asyncDispose]();
  await Promise.all([target?.close(), proxy?.close()]);
});

async function view() {
  return (await whole.call('GET', '/pools/shop/proxies')).body.proxies[0];
}

function acquire(consumer: string, headers = {}): Promise<ApiAnswer> {
  return whole.call('POST', LEASES, { consumer, leaseSeconds: 60 }, headers);
}

function release(leaseId: string, query = ''): Promise<ApiAnswer> {
  return whole.call('DELETE', `${LEASES}/${leaseId}${query}`);
}

describe('a lease over HTTP', () => {
  it('is acquired, used, renewed and released, and the proxy shows it', async () => {
    const { status, body: lease, headers } = await acquire('worker');
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(lease.proxy).toBe(proxy.url);

    const agent = new ProxyAgent(lease.proxy);
    const before = proxy.connectionCount;
    const answer = await request(target.url, { dispatcher: agent });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
    await agent.close();
    expect(proxy.connectionCount).toBe(before + 1);

    const path = `${LEASES}/${lease.leaseId}`;
    const renewed = await whole.call('PATCH', path, { leaseSeconds: 600 });
    expect(renewed.status).toBe(200);
    expect(Date.parse(renewed.body.expiresAt)).toBeGreaterThan(Date.parse(lease.expiresAt));
    expect((await view()).leases).toEqual([
      { consumer: 'worker', acquiredAt: lease.acquiredAt, expiresAt: renewed.body.expiresAt },
    ]);

    expect((await release(lease.leaseId, '?outcome=blocked&host=shop.example')).status).toBe(204);
    expect(await view()).toMatchObject({
      leases: [],
      leaseCount: 1,
      uses: { ok: 0, slow: 0, blocked: 1, failed: 0 },
      blockedOn: [{ host: 'shop.example' }],
    });
    expect((await release(lease.leaseId)).status).toBe(409);
  });

  it('of an exclusive proxy goes to only one of several simultaneous requests', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((consumer) => acquire(consumer)));
    const won = answers.filter(({ status }) => status === 201);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect((await view()).leases).toMatchObject([{ consumer: won[0]?.body.consumer }]);
    await release(won[0]?.body.leaseId);
  });

  it('is the same one when a request is repeated with its key', async () => {
    const key = { 'idempotency-key': 'job-7' };
    const first = await acquire('worker', key);
    const again = await acquire('worker', key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await view()).leases).toHaveLength(1);
    await release(first.body.leaseId);
    expect((await acquire('worker', key)).status).toBe(409);
  });

  it('leaves neither password nor lease id in a log', async () => {
    const { leaseId } = (await acquire('worker')).body;
    await whole.call('PATCH', `${LEASES}/${leaseId}x`, {});
    await release(leaseId, '?outcome=great');
    await release(leaseId);
    expect(whole.lines.length).toBeGreaterThan(0);
    const told = whole.lines.filter((line) => line.includes(PASSWORD) || line.includes(leaseId));
    expect(told).toEqual([]);
  });
});
