import { expect, it } from 'vitest';
import type { TestReply } from '../support/api.ts';
import { CANARY, startLeaseApi } from '../support/lease-api.ts';

it('a leased password is in the answer to its acquisition and nowhere else', async () => {
  const api = await startLeaseApi();
  const answers: TestReply[] = [];
  const keep = async (reply: Promise<TestReply>) => {
    answers.push(await reply);
    return reply;
  };
  const first = await api.acquire({ filters: { protocol: 'http' } });
  expect(first.text).toContain(CANARY);
  const { leaseId } = first.json;
  const secrets = [CANARY, leaseId, leaseId.split('.')[1]];

  await keep(api.get('/pools/fleet'));
  await keep(api.get('/pools/fleet/proxies'));
  await keep(api.get(`/pools/fleet/proxies/${api.ids[0]}`));
  await keep(api.acquire());
  await keep(api.patch({ maxConcurrency: 2 }));
  const renewed = await api.renew(leaseId);
  expect(renewed.text).not.toContain(CANARY);
  await keep(api.renew(leaseId, { leaseSeconds: 0 }));
  await keep(api.renew(`${leaseId}x`));
  await keep(api.release(leaseId, '?outcome=great'));
  await keep(api.get(`/pools/fleet/leases/${leaseId}`));
  await keep(api.get(`/pools/fleet/leases/${leaseId}/uses`));
  await keep(api.release(leaseId, '?outcome=blocked&host=shop.example'));
  await keep(api.release(leaseId));
  await keep(api.renew(leaseId));
  await keep(api.get(`/pools/fleet/proxies/${api.ids[0]}`));

  const { logger, metrics } = api.telemetry;
  const seen = [
    ...answers.map(({ text, headers }) => text + JSON.stringify(headers)),
    ...logger.lines,
    JSON.stringify(metrics.recorded),
  ].join('\n');
  for (const secret of secrets) expect(seen).not.toContain(secret);
});

it('a failure while leasing logs neither the password nor the lease id', async () => {
  const api = await startLeaseApi();
  const { leaseId } = (await api.acquire()).json;
  for (const method of ['leases.acquire', 'leases.renew', 'leases.release'] as const) {
    api.storage.tap(method, () => Promise.reject(new Error('the tables are away')));
  }
  await api.patch({ maxConcurrency: 2 });
  const replies = [await api.acquire(), await api.renew(leaseId), await api.release(leaseId)];
  for (const reply of replies) expect(reply.status).toBe(500);
  const seen = [...replies.map(({ text }) => text), ...api.telemetry.logger.lines].join('\n');
  expect(seen).toContain('the tables are away');
  for (const secret of [CANARY, leaseId]) expect(seen).not.toContain(secret);
});
