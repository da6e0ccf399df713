import { describe, expect, it } from 'vitest';
import type { StatusIdQuery, StatusWrite } from '../../../src/storage/proxy-storage.ts';
import { type CreateStorage, makeProxies, makeProxy, makeSweepId } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const AT = new Date(TEST_TIME + 1000).toISOString();
const UNKNOWN = { status: 'unknown', streak: null } as const;
const ACTIVE = { status: 'active', streak: null } as const;

export function makeWrite(changes: Partial<StatusWrite> = {}): StatusWrite {
  return {
    poolName: 'fleet',
    proxyId: makeProxy(0).id,
    sweepId: makeSweepId(1),
    expectedRowSweepId: '0',
    before: UNKNOWN,
    after: ACTIVE,
    at: AT,
    ...changes,
  };
}

export function describeStatusStorage(create: CreateStorage): void {
  describe('statuses', () => {
    it('writes a transition with its sweep, its time and the previous status', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      expect(await storage.proxies.writeStatus(makeWrite())).toBe(true);
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toMatchObject({
        status: 'active',
        streak: null,
        rowSweepId: makeSweepId(1),
        previousStatus: 'unknown',
        statusSince: AT,
        statusSweepId: makeSweepId(1),
      });
    });

    it('writes a streak without touching the last transition', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      await storage.proxies.writeStatus(makeWrite());
      const streak = { verdict: 'inactive', count: 1 } as const;
      const write = makeWrite({
        sweepId: makeSweepId(2),
        expectedRowSweepId: makeSweepId(1),
        before: ACTIVE,
        after: { status: 'active', streak },
        at: new Date(TEST_TIME + 5000).toISOString(),
      });
      expect(await storage.proxies.writeStatus(write)).toBe(true);
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toMatchObject({
        status: 'active',
        streak,
        rowSweepId: makeSweepId(2),
        previousStatus: 'unknown',
        statusSince: AT,
        statusSweepId: makeSweepId(1),
      });
    });

    it('refuses a status when the row was written since it was read', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      await storage.proxies.writeStatus(makeWrite({ sweepId: makeSweepId(2) }));
      const row = await storage.proxies.get('fleet', makeProxy(0).id);
      expect(await storage.proxies.writeStatus(makeWrite({ sweepId: makeSweepId(3) }))).toBe(false);
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toEqual(row);
    });

    it('lets one of several sweeps write a row that all have read', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      const written = await Promise.all(
        [1, 2, 3, 4].map((n) =>
          storage.proxies.writeStatus(makeWrite({ sweepId: makeSweepId(n) })),
        ),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
    });

    it('never brings a deleted row back when it writes a status', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      expect(await storage.proxies.delete('fleet', makeProxy(0).id)).toBe(true);
      expect(await storage.proxies.delete('fleet', makeProxy(0).id)).toBe(false);
      expect(await storage.proxies.writeStatus(makeWrite())).toBe(false);
      const manual = { poolName: 'fleet', proxyId: makeProxy(0).id, at: AT } as const;
      expect(await storage.proxies.writeManualStatus({ ...manual, status: 'banned' })).toBeNull();
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toBeNull();
    });

    it('refuses a sweep that writes a banned row until the status is unknown again', async () => {
      const { storage } = await create();
      await storage.proxies.insert('fleet', makeProxies(1));
      const manual = { poolName: 'fleet', proxyId: makeProxy(0).id, at: AT } as const;
      const banned = await storage.proxies.writeManualStatus({ ...manual, status: 'banned' });
      expect(banned).toMatchObject({
        status: 'banned',
        previousStatus: 'unknown',
        rowSweepId: '0',
      });
      expect(await storage.proxies.writeStatus(makeWrite())).toBe(false);
      expect(await storage.proxies.get('fleet', makeProxy(0).id)).toEqual(banned);
      await storage.proxies.writeManualStatus({ ...manual, status: 'unknown' });
      expect(await storage.proxies.writeStatus(makeWrite())).toBe(true);
    });

    it('finds the rows of one status, page by page in id order', async () => {
      const { storage } = await create();
      const proxies = makeProxies(30);
      await storage.proxies.insert('fleet', proxies);
      const active = proxies.slice(0, 18).map(({ id }) => id);
      for (const proxyId of active) await storage.proxies.writeStatus(makeWrite({ proxyId }));
      for (const limit of [1, 5, 18, 100]) {
        const ids: string[] = [];
        let after: string | undefined;
        do {
          const query = { limit, ...(after && { after }) };
          const page = await storage.proxies.queryByStatus('fleet', 'active', query);
          for (const row of page.rows) expect(row.status).toBe('active');
          ids.push(...page.rows.map((row) => row.proxy.id));
          after = page.next;
        } while (after);
        expect(ids).toEqual([...active].sort());
      }
      const unknown = await storage.proxies.queryByStatus('fleet', 'unknown', { limit: 100 });
      expect(unknown.rows).toHaveLength(12);
      const none = await storage.proxies.queryByStatus('fleet', 'slow', { limit: 100 });
      expect(none).toEqual({ rows: [] });
    });

    it('returns the ids of one status in id order, without their rows', async () => {
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
