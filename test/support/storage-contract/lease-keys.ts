import { describe, expect, it } from 'vitest';
import { type CreateStorage, makeSweep, makeSweepId } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const makeRecord = (leaseId: string, keyHash = 'hash') => ({
  keyHash,
  leaseId,
  requestHash: `request of ${leaseId}`,
  expiresAtEpochSeconds: TEST_TIME / 1000 + 60,
});

export function describeLeaseKeyStorage(create: CreateStorage): void {
  describe('lease keys', () => {
    it('keeps the first of several records and returns it to every caller', async () => {
      const { storage } = await create();
      expect(await storage.leaseKeys.get('hash')).toBeNull();
      const records = ['a', 'b', 'c'].map((leaseId) => makeRecord(leaseId));
      const kept = await Promise.all(records.map((record) => storage.leaseKeys.put(record)));
      expect(new Set(kept.map(({ leaseId }) => leaseId)).size).toBe(1);
      expect(await storage.leaseKeys.get('hash')).toEqual(kept[0]);
      expect(records).toContainEqual(kept[0]);
      expect(await storage.leaseKeys.get('other')).toBeNull();
    });

    it('ignores an expired record and frees its key', async () => {
      const { storage, clock } = await create();
      await storage.leaseKeys.put(makeRecord('a'));
      clock.advance(60_000);
      expect(await storage.leaseKeys.get('hash')).toBeNull();
      const later = { ...makeRecord('b'), expiresAtEpochSeconds: TEST_TIME / 1000 + 120 };
      expect(await storage.leaseKeys.put(later)).toEqual(later);
      expect(await storage.leaseKeys.get('hash')).toEqual(later);
    });

    it('never appears as a sweep', async () => {
      const { storage } = await create();
      await storage.sweeps.put(makeSweep());
      await storage.leaseKeys.put(makeRecord('a'));
      const sweeps = await storage.sweeps.list('fleet', { limit: 9 });
      expect(sweeps.map(({ sweepId }) => sweepId)).toEqual([makeSweepId(1)]);
      expect(await storage.sweeps.get('lease-key#hash')).toBeNull();
      expect(await storage.sweeps.readLedger('lease-key#hash')).toEqual(new Map());
    });
  });
}
