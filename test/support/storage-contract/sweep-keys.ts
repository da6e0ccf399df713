import { describe, expect, it } from 'vitest';
import type { CreateStorage } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const record = (answer: string, changes = {}) => ({
  keyHash: 'hash',
  answer,
  requestHash: 'request',
  expiresAtEpochSeconds: TEST_TIME / 1000 + 60,
  ...changes,
});

export function describeSweepKeyStorage(create: CreateStorage): void {
  describe('idempotency keys of sweeps', () => {
    it('keep the first answer, also when several come at once', async () => {
      const { storage } = await create();
      expect(await storage.sweepKeys.get('hash')).toBeNull();
      const stored = await Promise.all(
        ['a', 'b', 'c'].map((answer) => storage.sweepKeys.put(record(answer))),
      );
      expect(new Set(stored.map(({ answer }) => answer)).size).toBe(1);
      expect(await storage.sweepKeys.get('hash')).toEqual(stored[0]);
      const other = record('d', { keyHash: 'other' });
      expect(await storage.sweepKeys.put(other)).toEqual(other);
    });

    it('replace just the answer that is named', async () => {
      const { storage } = await create();
      await storage.sweepKeys.put(record('a'));
      expect(await storage.sweepKeys.put(record('b'), 'x')).toEqual(record('a'));
      expect(await storage.sweepKeys.put(record('b'), 'a')).toEqual(record('b'));
      expect(await storage.sweepKeys.put(record('c'), 'a')).toEqual(record('b'));
      expect(await storage.sweepKeys.get('hash')).toEqual(record('b'));
    });

    it('are free again when they expire', async () => {
      const { storage, clock } = await create();
      await storage.sweepKeys.put(record('a'));
      clock.advance(60_000);
      expect(await storage.sweepKeys.get('hash')).toBeNull();
      const later = record('b', { expiresAtEpochSeconds: TEST_TIME / 1000 + 600 });
      expect(await storage.sweepKeys.put(later)).toEqual(later);
    });
  });
}
