import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { idRange } from '../../../src/model/batch-range.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type CreateStorage, makeProxies, makeProxy, makeProxyWithSecrets } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';
import { makeWrite } from './statuses.ts';

async function readAllIds(storage: Storage, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await storage.proxies.query('fleet', { limit, ...(after && { after }) });
    ids.push(...page.rows.map((row) => row.proxy.id));
    after = page.next;
  } while (after);
  return ids;
}

export function describeProxyStorage(create: CreateStorage): void {
  describe('proxies', () => {
    it('returns the row of a new proxy with its credentials, tags and labels', async () => {
      const { storage } = await create();
      const proxy = makeProxyWithSecrets();
      const outcome = await storage.proxies.insert('fleet', [proxy]);
      expect(outcome).toEqual({ added: 1, existing: 0 });
      const row = await storage.proxies.get('fleet', proxy.id);
      expect(row).toEqual({
        poolName: 'fleet',
        proxy: expect.objectContaining({
          id: proxy.id,
          host: proxy.host,
          tags: proxy.tags,
          labels: proxy.labels,
        }),
        status: 'unknown',
        streak: null,
        rowSweepId: '0',
        statusSince: new Date(TEST_TIME).toISOString(),
        maxConcurrency: 1,
        leases: {},
        leaseCount: 0,
        uses: { ok: 0, slow: 0, blocked: 0, failed: 0 },
        blocks: {},
      });
      expect(row?.proxy.credentials?.username).toBe('user');
      expect(row?.proxy.credentials?.password).toBe('p@ss:word');
      expect(inspect(row, { depth: 9 })).not.toContain('p@ss:word');
    });

    it('does not change a row when its proxy is imported again', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(3));
      await storage.proxies.writeStatus(makeWrite());
      const before = await storage.proxies.get('fleet', makeProxy(0).id);
      const outcome = await storage.proxies.insert('fleet', makeProxies(5));
      expect(outcome).toEqual({ added: 2, existing: 3 });
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toEqual(before);
    });

    it('adds each proxy once, however often it is named and by however many at once', async () => {
      const { storage } = await create();
      const twice = [...makeProxies(3), ...makeProxies(4)];
      expect(await storage.proxies.insert('fleet', twice)).toEqual({ added: 4, existing: 3 });
      const rivals = Array.from({ length: 3 }, () =>
        storage.proxies.insert('fleet', makeProxies(150)),
      );
      const outcomes = await Promise.all(rivals);
      expect(outcomes.reduce((sum, { added }) => sum + added, 0)).toBe(146);
      expect(outcomes.reduce((sum, { existing }) => sum + existing, 0)).toBe(3 * 150 - 146);
      expect(await readAllIds(storage, 200)).toHaveLength(150);
    });

    it('adds a proxy again as soon as it was deleted', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(3));
      await storage.proxies.delete('fleet', makeProxy(1).id);
      const outcome = await storage.proxies.insert('fleet', makeProxies(3));
      expect(outcome).toEqual({ added: 1, existing: 2 });
    });

    it('keeps the proxies of two pools apart', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(2));
      await storage.proxies.insert('other', [makeProxy(7)]);
      expect(await readAllIds(storage, 10)).toEqual(
        makeProxies(2)
          .map(({ id }) => id)
          .sort(),
      );
      expect(await storage.proxies.get('fleet', makeProxy(7).id)).toBeNull();
    });

    it('pages through a pool in id order, each row once', async () => {
      const { storage } = await create();
      const proxies = makeProxies(25);
      await storage.proxies.insert('fleet', proxies);
      const sorted = proxies.map(({ id }) => id).sort();
      for (const limit of [1, 7, 24, 25, 26]) {
        expect(await readAllIds(storage, limit)).toEqual(sorted);
      }
      const whole = await storage.proxies.query('fleet', { limit: 25 });
      expect(whole).not.toHaveProperty('next');
    });

    it('splits a pool into batches without gap or overlap', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(60));
      const ids: string[] = [];
      for (const bits of ['00', '01', '10', '11']) {
        const query = { range: idRange(bits), limit: 100, consistent: true };
        ids.push(...(await storage.proxies.query('fleet', query)).rows.map((r) => r.proxy.id));
      }
      expect(ids).toEqual(await readAllIds(storage, 100));
    });

    it('continues after an id inside a range and ignores an id before it', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(40));
      const range = idRange('1');
      const all = await storage.proxies.query('fleet', { range, limit: 100 });
      const third = all.rows[2]?.proxy.id ?? '';
      const rest = await storage.proxies.query('fleet', { range, after: third, limit: 100 });
      expect(rest.rows).toEqual(all.rows.slice(3));
      const before = await storage.proxies.query('fleet', { range, after: '0', limit: 100 });
      expect(before.rows).toEqual(all.rows);
    });

    it('accepts any text as the id to continue after', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(5));
      const last = makeProxies(5)
        .map(({ id }) => id)
        .sort()
        .at(-1);
      for (const [after, found] of [
        ['', 5],
        ['0', 5],
        ['!', 5],
        [last ?? '', 0],
        ['zzz', 0],
        ['\u{1F980}', 0],
      ] as const) {
        const all = await storage.proxies.query('fleet', { after, limit: 10 });
        const byStatus = await storage.proxies.queryByStatus('fleet', 'unknown', {
          after,
          limit: 10,
        });
        expect([after, all.rows.length, byStatus.rows.length]).toEqual([after, found, found]);
      }
    });

    it('returns the first ids of a pool, to estimate its size', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(20));
      const sorted = await readAllIds(storage, 100);
      expect(await storage.proxies.queryIds('fleet', 5)).toEqual(sorted.slice(0, 5));
      expect(await storage.proxies.queryIds('fleet', 50)).toEqual(sorted);
      expect(await storage.proxies.queryIds('nobody', 50)).toEqual([]);
    });

    it('deletes any number of named rows in one pool, and succeeds when repeated', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(60));
      await storage.proxies.insert('other', makeProxies(60));
      const ids = makeProxies(58).map(({ id }) => id);
      await storage.proxies.deleteMany('fleet', []);
      expect(await readAllIds(storage, 100)).toHaveLength(60);
      await storage.proxies.deleteMany('fleet', ids);
      await storage.proxies.deleteMany('fleet', ids.slice(0, 3));
      const left = [makeProxy(58).id, makeProxy(59).id].sort();
      expect(await readAllIds(storage, 100)).toEqual(left);
      expect(await storage.proxies.queryIds('other', 100)).toHaveLength(60);
      const byStatus = await storage.proxies.queryByStatus('fleet', 'unknown', { limit: 100 });
      expect(byStatus.rows.map(({ proxy }) => proxy.id)).toEqual(left);
    });

    it('ignores expired rows and lets their proxies be imported again', async () => {
      const { storage, clock } = await create();
      const expiresAtEpochSeconds = TEST_TIME / 1000 + 60;
      await storage.proxies.insert('fleet', makeProxies(3), { expiresAtEpochSeconds });
      const row = await storage.proxies.get('fleet', makeProxy(0).id);
      expect(row?.expiresAtEpochSeconds).toBe(expiresAtEpochSeconds);
      clock.advance(60_000);
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toBeNull();
      expect(await readAllIds(storage, 10)).toEqual([]);
      expect(await storage.proxies.queryIds('fleet', 10)).toEqual([]);
      const byStatus = await storage.proxies.queryByStatus('fleet', 'unknown', { limit: 10 });
      expect(byStatus.rows).toEqual([]);
      expect(await storage.proxies.insert('fleet', makeProxies(3))).toEqual({
        added: 3,
        existing: 0,
      });
      expect(await readAllIds(storage, 10)).toHaveLength(3);
    });
  });
}
