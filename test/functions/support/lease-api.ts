import { NO_SWEEP_ID } from '../../../src/storage/storage.ts';
import { makeSweepId } from '../../support/factories.ts';
import { startApi, type TestReply } from './api.ts';

/** A password that one answer may hold, and nothing else. */
export const CANARY = 'canary-5a1e';

/** What a test asks `POST /pools/fleet/leases` for. */
export type LeaseBody = Readonly<Record<string, unknown>>;

/** The api with a pool `fleet` of these proxies, all of them active. */
export async function startLeaseApi(
  list: readonly string[] = [`http://ann:${CANARY}@8.8.8.8:8080`],
  query = '',
) {
  const api = startApi();
  await api.put('/pools/fleet', {});
  await api.post(`/pools/fleet/proxies${query}`, list.join('\n'));
  const ids = await api.storage.queryProxyIds('fleet', 100);
  for (const proxyId of ids) await activate(api, proxyId);
  const acquire = (
    body: LeaseBody = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestReply> =>
    api.post('/pools/fleet/leases', JSON.stringify({ consumer: 'shop', ...body }), headers);
  const renew = (leaseId: string, body: LeaseBody = {}): Promise<TestReply> =>
    api.call({ method: 'PATCH', target: pathOf(leaseId), body: JSON.stringify(body) });
  const release = (leaseId: string, search = ''): Promise<TestReply> =>
    api.call({ method: 'DELETE', target: pathOf(leaseId) + search });
  const view = async (proxyId = ids[0]) => (await api.get(`/pools/fleet/proxies/${proxyId}`)).json;
  const patch = (body: unknown, proxyId = ids[0]): Promise<TestReply> =>
    api.call({
      method: 'PATCH',
      target: `/pools/fleet/proxies/${proxyId}`,
      body: JSON.stringify(body),
    });
  return { ...api, ids, acquire, renew, release, view, patch };
}

export type LeaseApi = Awaited<ReturnType<typeof startLeaseApi>>;

function pathOf(leaseId: string): string {
  return `/pools/fleet/leases/${encodeURIComponent(leaseId)}`;
}

async function activate({ storage, clock }: ReturnType<typeof startApi>, proxyId: string) {
  await storage.writeStatus({
    poolName: 'fleet',
    proxyId,
    sweepId: makeSweepId(1),
    expectedRowSweepId: NO_SWEEP_ID,
    before: { status: 'unknown', streak: null },
    after: { status: 'active', streak: null },
    at: new Date(clock.now()).toISOString(),
  });
}
