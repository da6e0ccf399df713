import { describe, expect, it } from 'vitest';
import type { ProxyRow } from '../../../src/model/proxy-row.ts';
import type { LeaseAcquisition } from '../../../src/storage/lease-storage.ts';
import type { StatusIdQuery } from '../../../src/storage/proxy-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { makeProxies, makeProxy, makeProxyWithSecrets } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';
import type { CreateStorage } from './create-storage.ts';

const MINUTE = 60_000;
const PROXY_ID = makeProxy(0).id;
const NOBODY = { tokens: [], endedBy: 0 };

function makeAcquisition(token: string, changes: Partial<LeaseAcquisition> = {}): LeaseAcquisition {
  return {
    poolName: 'fleet',
    proxyId: PROXY_ID,
    token,
    lease: { consumer: token, acquiredAt: TEST_TIME, expiresAt: TEST_TIME + MINUTE },
    statuses: ['unknown', 'active'],
    maxConcurrency: 1,
    ended: NOBODY,
    ...changes,
  };
}

const keyOf = (token: string) => ({ poolName: 'fleet', proxyId: PROXY_ID, token });

export function describeLeaseStorage(create: CreateStorage): void {
  const createOne = async (maxConcurrency: number | null = 1) => {
    const { storage, clock } = await create();
    await storage.proxies.insert('fleet', [makeProxy(0)], { maxConcurrency });
    return { storage, clock };
  };
  const rowOf = async (storage: Storage): Promise<ProxyRow> => {
    const row = await storage.proxies.get('fleet', PROXY_ID);
    if (!row) throw new Error('no row');
    return row;
  };
  const tokensOf = async (storage: Storage) => Object.keys((await rowOf(storage)).leases).sort();

  describe('leases', () => {
    it('keeps a lease on its row and counts it', async () => {
      const { storage } = await createOne();
      const acquisition = makeAcquisition('a');
      const row = await storage.leases.acquire(acquisition);
      expect(row).toMatchObject({ leases: { a: acquisition.lease }, leaseCount: 1 });
      expect(await rowOf(storage)).toEqual(row);
    });

    it('returns the credentials with the lease', async () => {
      const { storage } = await create();
      const proxy = makeProxyWithSecrets();
      await storage.proxies.insert('fleet', [proxy]);
      const row = await storage.leases.acquire(makeAcquisition('a', { proxyId: proxy.id }));
      expect(row?.proxy.credentials?.password).toBe('p@ss:word');
    });

    it('gives an exclusive proxy to one of many', async () => {
      const { storage } = await createOne();
      const tokens = ['a', 'b', 'c', 'd', 'e'];
      const rows = await Promise.all(
        tokens.map((token) => storage.leases.acquire(makeAcquisition(token))),
      );
      expect(rows.filter((row) => row !== null)).toHaveLength(1);
      expect(await tokensOf(storage)).toHaveLength(1);
      expect((await rowOf(storage)).leaseCount).toBe(1);
    });

    it('gives a shared proxy to as many as may hold it, and to no more', async () => {
      const { storage } = await createOne(3);
      const acquire = (token: string) =>
        storage.leases.acquire(makeAcquisition(token, { maxConcurrency: 3 }));
      const rows = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(acquire));
      expect(rows.filter((row) => row !== null)).toHaveLength(3);
      expect(await tokensOf(storage)).toHaveLength(3);
    });

    it('succeeds again when the answer was lost, and undoes no renewal by it', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const repeated = await storage.leases.acquire(makeAcquisition('a'));
      expect(repeated).toMatchObject({ leases: { a: {} }, leaseCount: 2 });
      const expiresAt = TEST_TIME + 5 * MINUTE;
      await storage.leases.renew({ ...keyOf('a'), expiresAt, now: TEST_TIME });
      const again = await storage.leases.acquire(makeAcquisition('a'));
      expect(again?.leases.a?.expiresAt).toBe(expiresAt);
    });

    it('refuses a proxy that is gone, or whose status is not wanted', async () => {
      const { storage } = await createOne();
      const gone = makeAcquisition('a', { proxyId: makeProxy(1).id });
      expect(await storage.leases.acquire(gone)).toBeNull();
      expect(await storage.proxies.get('fleet', makeProxy(1).id)).toBeNull();
      const choosy = makeAcquisition('a', { statuses: ['active', 'slow'] });
      expect(await storage.leases.acquire(choosy)).toBeNull();
      const at = new Date(TEST_TIME).toISOString();
      const manual = { poolName: 'fleet', proxyId: PROXY_ID, at } as const;
      await storage.proxies.writeManualStatus({ ...manual, status: 'banned' });
      expect(await storage.leases.acquire(makeAcquisition('a'))).toBeNull();
      expect(await tokensOf(storage)).toEqual([]);
    });

    it('refuses when the number of consumers has changed since it was read', async () => {
      const { storage } = await createOne();
      const lowered = await storage.leases.setMaxConcurrency('fleet', PROXY_ID, 2);
      expect(lowered?.maxConcurrency).toBe(2);
      expect(await storage.leases.acquire(makeAcquisition('a'))).toBeNull();
      expect(
        await storage.leases.acquire(makeAcquisition('a', { maxConcurrency: 2 })),
      ).not.toBeNull();
      expect(
        (await storage.leases.setMaxConcurrency('fleet', PROXY_ID, null))?.maxConcurrency,
      ).toBeNull();
      expect(await tokensOf(storage)).toEqual(['a']);
      expect(await storage.leases.setMaxConcurrency('fleet', makeProxy(1).id, 2)).toBeNull();
      expect(await storage.proxies.get('fleet', makeProxy(1).id)).toBeNull();
    });

    it('removes the leases that are over in the write that takes their place', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const ended = { tokens: ['a'], endedBy: TEST_TIME + MINUTE };
      const row = await storage.leases.acquire(makeAcquisition('b', { ended }));
      expect(Object.keys(row?.leases ?? {})).toEqual(['b']);
      expect(row?.leaseCount).toBe(2);
    });

    it('gives the place of an ended lease to one of many', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const ended = { tokens: ['a'], endedBy: TEST_TIME + MINUTE };
      const rows = await Promise.all(
        ['b', 'c', 'd'].map((token) => storage.leases.acquire(makeAcquisition(token, { ended }))),
      );
      expect(rows.filter((row) => row !== null)).toHaveLength(1);
      expect(await tokensOf(storage)).toHaveLength(1);
    });

    it('refuses when a lease that was thought to be over has been renewed or is gone', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const ended = { tokens: ['a'], endedBy: TEST_TIME + MINUTE };
      const renewal = { expiresAt: TEST_TIME + 2 * MINUTE, now: TEST_TIME };
      await storage.leases.renew({ ...keyOf('a'), ...renewal });
      expect(await storage.leases.acquire(makeAcquisition('b', { ended }))).toBeNull();
      const early = { tokens: ['a'], endedBy: TEST_TIME + 2 * MINUTE - 1 };
      expect(await storage.leases.acquire(makeAcquisition('b', { ended: early }))).toBeNull();
      const gone = { tokens: ['x'], endedBy: TEST_TIME + 9 * MINUTE };
      expect(await storage.leases.acquire(makeAcquisition('b', { ended: gone }))).toBeNull();
      expect(await tokensOf(storage)).toEqual(['a']);
    });

    it('names as many ended leases in one write as it says', async () => {
      const { storage } = await createOne(100);
      const shared = { maxConcurrency: 100 };
      const tokens = Array.from({ length: 20 }, (_, index) => `token-${index}-${'x'.repeat(12)}`);
      for (const token of tokens) await storage.leases.acquire(makeAcquisition(token, shared));
      const ended = { tokens, endedBy: TEST_TIME + MINUTE };
      const row = await storage.leases.acquire(makeAcquisition('b', { ...shared, ended }));
      expect(Object.keys(row?.leases ?? {})).toEqual(['b']);
      const over = { tokens: ['b'], endedBy: TEST_TIME + MINUTE };
      expect(await storage.leases.removeEnded('fleet', PROXY_ID, over)).toBe(true);
      expect(await tokensOf(storage)).toEqual([]);
    });

    it('renews a lease that runs, never to an earlier end', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const renew = (expiresAt: number, now = TEST_TIME) =>
        storage.leases.renew({ ...keyOf('a'), expiresAt, now });
      const row = await renew(TEST_TIME + 3 * MINUTE);
      expect(row?.leases.a).toEqual({
        consumer: 'a',
        acquiredAt: TEST_TIME,
        expiresAt: TEST_TIME + 3 * MINUTE,
      });
      expect((await renew(TEST_TIME + MINUTE))?.leases.a?.expiresAt).toBe(TEST_TIME + 3 * MINUTE);
      expect(await rowOf(storage)).toEqual(row);
    });

    it('renews no lease that is over, gone, or of a banned proxy', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const renewal = { expiresAt: TEST_TIME + 9 * MINUTE, now: TEST_TIME };
      expect(
        await storage.leases.renew({ ...keyOf('a'), ...renewal, now: TEST_TIME + MINUTE }),
      ).toBeNull();
      expect(await storage.leases.renew({ ...keyOf('b'), ...renewal })).toBeNull();
      const elsewhere = { ...keyOf('a'), proxyId: makeProxy(1).id };
      expect(await storage.leases.renew({ ...elsewhere, ...renewal })).toBeNull();
      const at = new Date(TEST_TIME).toISOString();
      const manual = { poolName: 'fleet', proxyId: PROXY_ID, at } as const;
      await storage.proxies.writeManualStatus({ ...manual, status: 'banned' });
      expect(await storage.leases.renew({ ...keyOf('a'), ...renewal })).toBeNull();
      expect((await rowOf(storage)).leases.a?.expiresAt).toBe(TEST_TIME + MINUTE);
    });

    it('releases a lease once, and leaves the others', async () => {
      const { storage } = await createOne(2);
      const shared = { maxConcurrency: 2 };
      await storage.leases.acquire(makeAcquisition('a', shared));
      await storage.leases.acquire(makeAcquisition('b', shared));
      const before = await rowOf(storage);
      expect(await storage.leases.release(keyOf('a'))).toEqual(before);
      expect(await storage.leases.release(keyOf('a'))).toBeNull();
      expect(await tokensOf(storage)).toEqual(['b']);
      const elsewhere = { ...keyOf('b'), proxyId: makeProxy(1).id };
      expect(await storage.leases.release(elsewhere)).toBeNull();
      expect(await storage.proxies.get('fleet', makeProxy(1).id)).toBeNull();
      expect(await rowOf(storage)).toMatchObject({ uses: { ok: 0 }, leaseCount: 2 });
    });

    it('notes how each use went, once', async () => {
      const { storage } = await createOne();
      const use = async (token: string, outcome: 'ok' | 'slow' | 'failed', at: number) => {
        await storage.leases.acquire(makeAcquisition(token));
        await storage.leases.release({ ...keyOf(token), use: { outcome, at } });
        await storage.leases.release({ ...keyOf(token), use: { outcome, at } });
        const { uses, failuresInRow, lastFailureAt } = await rowOf(storage);
        return { uses, failuresInRow, lastFailureAt };
      };
      const none = { ok: 0, slow: 0, blocked: 0, failed: 0 };
      const first = await use('a', 'failed', 1000);
      expect(first).toEqual({
        uses: { ...none, failed: 1 },
        failuresInRow: 1,
        lastFailureAt: 1000,
      });
      const second = await use('b', 'failed', 2000);
      expect(second).toMatchObject({ uses: { failed: 2 }, failuresInRow: 2, lastFailureAt: 2000 });
      const third = await use('c', 'ok', 3000);
      expect(third).toEqual({
        uses: { ...none, ok: 1, failed: 2 },
        failuresInRow: 0,
        lastFailureAt: 2000,
      });
      await use('d', 'failed', 4000);
      expect(await use('e', 'slow', 5000)).toMatchObject({ uses: { slow: 1 }, failuresInRow: 0 });
    });

    it('notes a block by its host, and no failure', async () => {
      const { storage } = await createOne(null);
      const note = (outcome: 'blocked' | 'failed', at: number, targetHost?: string) =>
        storage.leases.recordUse('fleet', PROXY_ID, {
          outcome,
          at,
          ...(targetHost !== undefined && { targetHost }),
        });
      const before = await rowOf(storage);
      expect(await note('failed', 1000)).toEqual(before);
      await note('blocked', 2000, 'shop.example');
      await note('blocked', 3000, 'constructor');
      await note('blocked', 4000, 'shop.example');
      await note('blocked', 5000);
      expect(await rowOf(storage)).toMatchObject({
        uses: { ok: 0, slow: 0, blocked: 4, failed: 1 },
        failuresInRow: 1,
        lastFailureAt: 1000,
        blocks: { 'shop.example': 4000, constructor: 3000 },
      });
      const elsewhere = makeProxy(1).id;
      expect(
        await storage.leases.recordUse('fleet', elsewhere, { outcome: 'ok', at: 1 }),
      ).toBeNull();
      expect(await storage.proxies.get('fleet', elsewhere)).toBeNull();
    });

    it('forgets blocks that are as they were read', async () => {
      const { storage } = await createOne(null);
      for (const [targetHost, at] of [
        ['a.example', 1000],
        ['b.example', 2000],
      ] as const) {
        await storage.leases.recordUse('fleet', PROXY_ID, { outcome: 'blocked', targetHost, at });
      }
      const stale = { 'a.example': 1000, 'b.example': 1999 };
      expect(await storage.leases.removeBlocks('fleet', PROXY_ID, stale)).toBe(false);
      expect(await storage.leases.removeBlocks('fleet', PROXY_ID, {})).toBe(false);
      expect(await storage.leases.removeBlocks('fleet', PROXY_ID, { 'a.example': 1000 })).toBe(
        true,
      );
      expect((await rowOf(storage)).blocks).toEqual({ 'b.example': 2000 });
    });

    it('removes ended leases all together or not at all', async () => {
      const { storage } = await createOne(3);
      const shared = { maxConcurrency: 3 };
      for (const token of ['a', 'b', 'c']) {
        await storage.leases.acquire(makeAcquisition(token, shared));
      }
      const renewal = { expiresAt: TEST_TIME + 2 * MINUTE, now: TEST_TIME };
      await storage.leases.renew({ ...keyOf('c'), ...renewal });
      const remove = (tokens: readonly string[], endedBy = TEST_TIME + MINUTE) =>
        storage.leases.removeEnded('fleet', PROXY_ID, { tokens, endedBy });
      expect(await remove(['a', 'c'])).toBe(false);
      expect(await remove(['a', 'x'])).toBe(false);
      expect(await remove(['a', 'b'], TEST_TIME + MINUTE - 1)).toBe(false);
      expect(await remove([])).toBe(false);
      expect(await tokensOf(storage)).toEqual(['a', 'b', 'c']);
      expect(await remove(['a', 'b'])).toBe(true);
      expect(await tokensOf(storage)).toEqual(['c']);
    });

    it('keeps leases when the proxy is imported again or its status is written', async () => {
      const { storage } = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      await storage.proxies.insert('fleet', makeProxies(2), { maxConcurrency: 5 });
      const at = new Date(TEST_TIME).toISOString();
      const manual = { poolName: 'fleet', proxyId: PROXY_ID, at } as const;
      await storage.proxies.writeManualStatus({ ...manual, status: 'banned' });
      expect(await tokensOf(storage)).toEqual(['a']);
      expect((await rowOf(storage)).maxConcurrency).toBe(1);
      expect((await storage.proxies.get('fleet', makeProxy(1).id))?.maxConcurrency).toBe(5);
    });

    it('gives the ids of one status in id order, without their rows', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(40));
      const sorted = makeProxies(40)
        .map(({ id }) => id)
        .sort();
      const ids = (query: StatusIdQuery) =>
        storage.proxies.queryIdsByStatus('fleet', 'unknown', query);
      expect(await ids({ limit: 100 })).toEqual(sorted);
      expect(await ids({ limit: 7 })).toEqual(sorted.slice(0, 7));
      const [, , third = ''] = sorted;
      expect(await ids({ after: third, limit: 5 })).toEqual(sorted.slice(3, 8));
      const tenth = sorted[9] ?? '';
      expect(await ids({ after: third, upTo: tenth, limit: 50 })).toEqual(sorted.slice(3, 10));
      expect(await ids({ after: third, upTo: tenth, limit: 2 })).toEqual(sorted.slice(3, 5));
      expect(await ids({ upTo: tenth.slice(0, 4), limit: 50 })).toEqual(sorted.slice(0, 9));
      expect(await storage.proxies.queryIdsByStatus('fleet', 'active', { limit: 9 })).toEqual([]);
    });
  });
}
