import { startApi, type TestReply } from './api.ts';

/** A password that may appear in one answer and nowhere else. */
export const CANARY = 'canary-5a1e';

/** The body of a `POST /pools/fleet/leases` in a test. */
export type LeaseBody = Readonly<Record<string, unknown>>;

/** The api with a pool of these proxies, all of them active. */
export async function startLeaseApi(
  list: readonly string[] = [`http://ann:${CANARY}@8.8.8.8:8080`],
  query = '',
  { pool = 'fleet', allowPrivateAddresses = false } = {},
) {
  const api = startApi({ allowPrivateAddresses });
  await api.put(`/pools/${pool}`, {});
  await api.post(`/pools/${pool}/proxies${query}`, list.join('\n'));
  const ids = await api.storage.proxies.queryIds(pool, 100);
  for (const proxyId of ids) await api.activate(pool, proxyId);
  const pathOf = (leaseId: string) => `/pools/${pool}/leases/${encodeURIComponent(leaseId)}`;
  const acquire = (
    body: LeaseBody = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestReply> =>
    api.post(`/pools/${pool}/leases`, JSON.stringify({ consumer: 'shop', ...body }), headers);
  const renew = (leaseId: string, body: LeaseBody = {}): Promise<TestReply> =>
    api.call({ method: 'PATCH', target: pathOf(leaseId), body: JSON.stringify(body) });
  const release = (leaseId: string, search = ''): Promise<TestReply> =>
    api.call({ method: 'DELETE', target: pathOf(leaseId) + search });
  const view = async (proxyId = ids[0]) =>
    (await api.get(`/pools/${pool}/proxies/${proxyId}`)).json;
  const patch = (body: unknown, proxyId = ids[0]): Promise<TestReply> =>
    api.call({
      method: 'PATCH',
      target: `/pools/${pool}/proxies/${proxyId}`,
      body: JSON.stringify(body),
    });
  return { ...api, ids, acquire, renew, release, view, patch };
}

export type LeaseApi = Awaited<ReturnType<typeof startLeaseApi>>;
