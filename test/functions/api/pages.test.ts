import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { PageBudget } from '../../../src/model/page-budget.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import {
  makeBatchResult,
  makeEndpoint,
  makeStoredResult,
  makeSweepId,
} from '../../support/factories.ts';
import { startApi, type TestReply } from '../support/api.ts';

/** What an answer of Lambda may have ("Lambda quotas"), measured as Lambda does. */
const LAMBDA_BYTES = 6 * 1024 * 1024;

const sizeOf = ({ status, headers, text }: TestReply) =>
  Buffer.byteLength(JSON.stringify({ statusCode: status, headers, body: text }));

/** Quotation marks are escaped twice: in the body, and in the answer around it. */
const longResult = (bytes: number) => ({
  ...makeStoredResult({ status: 'inactive', failure: 'refused' }),
  errorMessage: '"ä'.repeat(bytes / 3),
});

/** A sweep of so many proxies, each with a result of about so many bytes. */
async function sweptApi(proxies: number, bytes: number) {
  const api = startApi();
  await api.put('/pools/fleet', {});
  const { salt } = (await api.storage.pools.get('fleet')) ?? expect.unreachable();
  const all = Array.from({ length: proxies }, (_, n) => createProxy(makeEndpoint(n), salt));
  await api.storage.proxies.insert('fleet', all.slice(0, 1));
  const { sweepId } = (await api.post('/sweeps', '{"pool":"fleet"}')).json;
  await api.storage.proxies.insert('fleet', all);
  const results = new Map(all.map(({ id }) => [id, longResult(bytes)]));
  await api.storage.results.put(makeBatchResult({ sweepId, results }));
  return { api, sweepId, ids: all.map(({ id }) => id).sort() };
}

describe('a page is bounded by bytes', () => {
  it.each(['json', 'ndjson', 'csv'])(
    'of results as %s, and the pages have them all',
    async (format) => {
      const { api, sweepId, ids } = await sweptApi(6000, 1200);
      const found: string[] = [];
      let cursor = '';
      let pages = 0;
      do {
        const query = `limit=5000&format=${format}${cursor && `&cursor=${cursor}`}`;
        const reply = await api.get(`/sweeps/${sweepId}/results?${query}`);
        expect(reply.status).toBe(200);
        expect(sizeOf(reply)).toBeLessThan(LAMBDA_BYTES);
        found.push(...(reply.text.match(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f-]{21}/g) ?? []));
        const link = /cursor=([0-9a-f-]{36})/.exec(String(reply.headers.link))?.[1];
        cursor = reply.json?.next ?? link ?? '';
        pages += 1;
      } while (cursor !== '');
      expect(pages).toBeGreaterThan(2);
      expect(new Set(found)).toEqual(new Set(ids));
    },
  );

  it('of proxies', async () => {
    const { api, ids } = await sweptApi(1000, 6000);
    const found: string[] = [];
    let next: string | undefined;
    do {
      const reply = await api.get(
        `/pools/fleet/proxies?limit=1000${next ? `&cursor=${next}` : ''}`,
      );
      expect(sizeOf(reply)).toBeLessThan(LAMBDA_BYTES);
      found.push(...reply.json.proxies.map(({ proxyId }: { proxyId: string }) => proxyId));
      next = reply.json.next;
    } while (next !== undefined);
    expect(found).toEqual(ids);
  });

  it("of a proxy's history, which tells where the next one begins", async () => {
    const { api, ids } = await sweptApi(1, 10);
    const path = `/pools/fleet/proxies/${ids[0]}/results?limit=1000`;
    for (let order = 1; order <= 900; order++) {
      const sweepId = makeSweepId(0xf000 + order);
      const results = new Map([[ids[0] ?? '', longResult(9000)]]);
      await api.storage.results.put(makeBatchResult({ sweepId, results }));
    }
    let reply = await api.get(path);
    let found = 0;
    while (true) {
      expect(sizeOf(reply)).toBeLessThan(LAMBDA_BYTES);
      found += reply.json.results.length;
      if (reply.json.next === undefined) break;
      reply = await api.get(`${path}&before=${reply.json.next}`);
    }
    expect(found).toBe(901);
  });

  it('of pools, also when 32 of them trust a CA bundle of 200 KB', async () => {
    const api = startApi();
    const ca = `${rootCertificates[0]}\n`.repeat(140);
    for (let n = 0; n < 32; n++) await api.put(`/pools/ca-${n}`, { options: { ca } });
    const headers = { ['x'.repeat(30_000)]: 'v' };
    for (let n = 0; n < 300; n++) await api.put(`/pools/pool-${n}`, { options: { headers } });
    const found: string[] = [];
    let next: string | undefined;
    do {
      const reply = await api.get(`/pools${next ? `?cursor=${next}` : ''}`);
      expect(reply.status).toBe(200);
      expect(sizeOf(reply)).toBeLessThan(LAMBDA_BYTES);
      expect(reply.text).not.toContain('BEGIN CERTIFICATE');
      found.push(...reply.json.pools.map(({ pool }: { pool: string }) => pool));
      next = reply.json.next;
    } while (next !== undefined);
    expect(found).toHaveLength(332);
    expect(found).toEqual([...found].sort());
    expect((await api.get('/pools/ca-7')).json.options.ca).toBe(ca);
  });
});

describe('PageBudget', () => {
  it('takes entries until their number or their bytes are spent', () => {
    const few = new PageBudget(2);
    expect([1, 2, 3].map((entry) => few.takes(entry))).toEqual([true, true, false]);
    const small = new PageBudget(9, 30);
    const taken = ['a'.repeat(10), 'b'.repeat(10), 'c', 'd'].map((entry) => small.takes(entry));
    expect(taken).toEqual([true, false, false, false]);
    expect(small.entriesLeft).toBe(0);
  });

  it('takes a first entry of any size, so that every page leads on', () => {
    const budget = new PageBudget(9, 5);
    expect(budget.takes('far too long')).toBe(true);
    expect(budget.takes('')).toBe(false);
  });
});

describe('the list of pools', () => {
  it('leaves out those of inline lists, which are shown by name', async () => {
    const api = startApi();
    await api.put('/pools/fleet', {});
    const { json } = await api.post('/sweeps', '{"proxies":["8.8.8.8:80"]}');
    expect((await api.get('/pools')).json.pools).toMatchObject([{ pool: 'fleet' }]);
    expect((await api.get(`/pools/${json.pool}`)).json).toMatchObject({ pool: json.pool });
  });

  it("does not show another pool's sweep as a pool's last one", async () => {
    const api = startApi();
    await api.put('/pools/other', {});
    const { sweepId } = (await api.post('/sweeps', '{"pool":"other"}')).json;
    await api.put('/pools/fleet', {});
    await api.storage.pools.claim({ poolName: 'fleet', sweepId, batchBitCounts: [0] });
    expect((await api.get('/pools/fleet')).json).toMatchObject({ lastSweep: null });
  });
});
