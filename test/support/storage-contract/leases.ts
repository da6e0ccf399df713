import { describe, expect, it } from 'vitest';
import type { ProxyRow } from '../../../src/model/proxy-row.ts';
import type { LeaseAcquisition } from '../../../src/storage/lease-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type CreateStorage, makeProxies, makeProxy, makeProxyWithSecrets } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const MINUTE = 60_000;
export const PROXY_ID = makeProxy(0).id;
const NONE_ENDED = { tokens: [], endedBy: 0 };

export function makeAcquisition(
  token: string,
  changes: Partial<LeaseAcquisition> = {},
): LeaseAcquisition {
  return {
    poolName: 'fleet',
    proxyId: PROXY_ID,
    token,
    lease: { consumer: token, acquiredAt: TEST_TIME, expiresAt: TEST_TIME + MINUTE },
    statuses: ['unknown', 'active'],
    maxConcurrency: 1,
    ended: NONE_ENDED,
    ...changes,
  };
}

export const keyOf = (token: string) => ({ poolName: 'fleet', proxyId: PROXY_ID, token });

/** Creates a storage with one row: the proxy `PROXY_ID`. */
export async function createWithRow(
  create: CreateStorage,
  maxConcurrency: number | null = 1,
): Promise<Storage> {
  const { storage } = await create();
  await storage.proxies.insert('fleet', [makeProxy(0)], { maxConcurrency });
  return storage;
}

export async function rowOf(storage: Storage): Promise<ProxyRow> {
  return (await storage.proxies.get('fleet', PROXY_ID)) ?? expect.unreachable('no row');
}

async function ban(storage: Storage): Promise<void> {
  const at = new Date(TEST_TIME).toISOString();
  const write = { poolName: 'fleet', proxyId: PROXY_ID, status: 'banned', at } as const;
  await storage.proxies.writeManualStatus(write);
}

export function describeLeaseStorage(create: CreateStorage): void {
  const createOne = (maxConcurrency?: number | null) => createWithRow(create, maxConcurrency);
  const tokensOf = async (storage: Storage) => Object.keys((await rowOf(storage)).leases).sort();

  describe('leases', () => {
    it('keeps a lease on its row and counts it', async () => {
      const storage = await createOne();
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
      const storage = await createOne();
      const tokens = ['a', 'b', 'c', 'd', 'e'];
      const rows = await Promise.all(
        tokens.map((token) => storage.leases.acquire(makeAcquisition(token))),
      );
      expect(rows.filter((row) => row !== null)).toHaveLength(1);
      expect(await tokensOf(storage)).toHaveLength(1);
      expect((await rowOf(storage)).leaseCount).toBe(1);
    });

    it('gives a shared proxy to as many consumers as may hold it, and no more', async () => {
      const storage = await createOne(3);
      const acquire = (token: string) =>
        storage.leases.acquire(makeAcquisition(token, { maxConcurrency: 3 }));
      const rows = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(acquire));
      expect(rows.filter((row) => row !== null)).toHaveLength(3);
      expect(await tokensOf(storage)).toHaveLength(3);
    });

    it('succeeds again after a lost answer, without undoing a renewal', async () => {
      const storage = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const repeated = await storage.leases.acquire(makeAcquisition('a'));
      expect(repeated).toMatchObject({ leases: { a: {} }, leaseCount: 2 });
      const expiresAt = TEST_TIME + 5 * MINUTE;
      await storage.leases.renew({ ...keyOf('a'), expiresAt, now: TEST_TIME });
      const again = await storage.leases.acquire(makeAcquisition('a'));
      expect(again?.leases.a?.expiresAt).toBe(expiresAt);
    });

    it('refuses a proxy that is gone or has another status than requested', async () => {
      const storage = await createOne();
      const gone = makeAcquisition('a', { proxyId: makeProxy(1).id });
      expect(await storage.leases.acquire(gone)).toBeNull();
      expect(await storage.proxies.get('fleet', makeProxy(1).id)).toBeNull();
      const choosy = makeAcquisition('a', { statuses: ['active', 'slow'] });
      expect(await storage.leases.acquire(choosy)).toBeNull();
      await ban(storage);
      expect(await storage.leases.acquire(makeAcquisition('a'))).toBeNull();
      expect(await tokensOf(storage)).toEqual([]);
    });

    it('refuses when the number of consumers has changed since it was read', async () => {
      const storage = await createOne();
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

    it('removes ended leases in the write that replaces them', async () => {
      const storage = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const ended = { tokens: ['a'], endedBy: TEST_TIME + MINUTE };
      const row = await storage.leases.acquire(makeAcquisition('b', { ended }));
      expect(Object.keys(row?.leases ?? {})).toEqual(['b']);
      expect(row?.leaseCount).toBe(2);
    });

    it('gives the place of an ended lease to one of many', async () => {
      const storage = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const ended = { tokens: ['a'], endedBy: TEST_TIME + MINUTE };
      const rows = await Promise.all(
        ['b', 'c', 'd'].map((token) => storage.leases.acquire(makeAcquisition(token, { ended }))),
      );
      expect(rows.filter((row) => row !== null)).toHaveLength(1);
      expect(await tokensOf(storage)).toHaveLength(1);
    });

    it('refuses when a lease taken for ended has been renewed or is gone', async () => {
      const storage = await createOne();
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

    it('names up to 20 ended leases in one write', async () => {
      const storage = await createOne(100);
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

    it('renews a running lease, never to an earlier end', async () => {
      const storage = await createOne();
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

    it('does not renew a lease that has ended, is gone or is on a banned proxy', async () => {
      const storage = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      const renewal = { expiresAt: TEST_TIME + 9 * MINUTE, now: TEST_TIME };
      expect(
        await storage.leases.renew({ ...keyOf('a'), ...renewal, now: TEST_TIME + MINUTE }),
      ).toBeNull();
      expect(await storage.leases.renew({ ...keyOf('b'), ...renewal })).toBeNull();
      const elsewhere = { ...keyOf('a'), proxyId: makeProxy(1).id };
      expect(await storage.leases.renew({ ...elsewhere, ...renewal })).toBeNull();
      await ban(storage);
      expect(await storage.leases.renew({ ...keyOf('a'), ...renewal })).toBeNull();
      expect((await rowOf(storage)).leases.a?.expiresAt).toBe(TEST_TIME + MINUTE);
    });

    it('releases a lease once and keeps the others', async () => {
      const storage = await createOne(2);
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

    it('removes either all of the ended leases or none', async () => {
      const storage = await createOne(3);
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
      const storage = await createOne();
      await storage.leases.acquire(makeAcquisition('a'));
      await storage.proxies.insert('fleet', makeProxies(2), { maxConcurrency: 5 });
      await ban(storage);
      expect(await tokensOf(storage)).toEqual(['a']);
      expect((await rowOf(storage)).maxConcurrency).toBe(1);
      expect((await storage.proxies.get('fleet', makeProxy(1).id))?.maxConcurrency).toBe(5);
    });
  });
}
