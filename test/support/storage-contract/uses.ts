import { describe, expect, it } from 'vitest';
import { type CreateStorage, makeProxy } from '../factories.ts';
import { createWithRow, keyOf, makeAcquisition, PROXY_ID, rowOf } from './leases.ts';

export function describeUseStorage(create: CreateStorage): void {
  const createOne = (maxConcurrency?: number | null) => createWithRow(create, maxConcurrency);

  describe('uses', () => {
    it('records how each use went, once', async () => {
      const storage = await createOne();
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

    it('records a block by its host, not as a failure', async () => {
      const storage = await createOne(null);
      const record = (outcome: 'blocked' | 'failed', at: number, targetHost?: string) =>
        storage.leases.recordUse('fleet', PROXY_ID, {
          outcome,
          at,
          ...(targetHost !== undefined && { targetHost }),
        });
      const before = await rowOf(storage);
      expect(await record('failed', 1000)).toEqual(before);
      await record('blocked', 2000, 'shop.example');
      await record('blocked', 3000, 'constructor');
      await record('blocked', 4000, 'shop.example');
      await record('blocked', 5000);
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

    it('removes blocks only when they are still as they were read', async () => {
      const storage = await createOne(null);
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
  });
}
