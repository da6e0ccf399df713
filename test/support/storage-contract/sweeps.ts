import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../src/model/batch-range.ts';
import { type CreateStorage, makeCounts, makeSweep, makeSweepId } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const AT = new Date(TEST_TIME + 1000).toISOString();

export function describeSweepStorage(create: CreateStorage): void {
  describe('sweeps', () => {
    it('returns a sweep as it was stored', async () => {
      const { storage } = await create();
      const sweep = makeSweep({ bitCount: 7, policyVersion: 'version-7' });
      expect(await storage.sweeps.put(sweep)).toEqual(sweep);
      expect(await storage.sweeps.get(sweep.sweepId)).toEqual(sweep);
      expect(await storage.sweeps.get(makeSweepId(2))).toBeNull();
    });

    it('keeps the first of two summaries', async () => {
      const { storage } = await create();
      await storage.sweeps.put(makeSweep());
      expect(await storage.sweeps.put(makeSweep({ bitCount: 4 }))).toEqual(makeSweep());
      expect(await storage.sweeps.get(makeSweepId(1))).toEqual(makeSweep());
    });

    it("lists a pool's sweeps newest first", async () => {
      const { storage } = await create();
      for (const order of [2, 1, 3]) {
        await storage.sweeps.put(makeSweep({ sweepId: makeSweepId(order) }));
      }
      await storage.sweeps.put(makeSweep({ sweepId: makeSweepId(4), poolName: 'other' }));
      await storage.sweeps.recordBatch(makeSweep(), '*', makeCounts());
      const list = async (query: { limit: number; beforeSweepId?: string }) =>
        (await storage.sweeps.list('fleet', query)).map(({ sweepId }) => sweepId);
      expect(await list({ limit: 9 })).toEqual([3, 2, 1].map(makeSweepId));
      expect(await list({ limit: 2 })).toEqual([3, 2].map(makeSweepId));
      expect(await list({ limit: 2, beforeSweepId: makeSweepId(2) })).toEqual([makeSweepId(1)]);
    });

    it('marks a sweep as dispatched and does not create a missing one', async () => {
      const { storage } = await create();
      await storage.sweeps.put(makeSweep());
      await storage.sweeps.markDispatched(makeSweepId(1), AT);
      expect(await storage.sweeps.get(makeSweepId(1))).toEqual(makeSweep({ dispatchedAt: AT }));
      await storage.sweeps.markDispatched(makeSweepId(2), AT);
      expect(await storage.sweeps.get(makeSweepId(2))).toBeNull();
    });

    it('enters every batch in the ledger once, even when repeated and concurrent', async () => {
      const { storage } = await create();
      const sweep = makeSweep({ bitCount: 2 });
      const counts = makeCounts({ failures: { timeout: 2 }, inactive: 2 });
      const record = (bits: string) => storage.sweeps.recordBatch(sweep, bits, counts);
      expect(await record('01')).toEqual({ part: 0, recordedInPart: 1 });
      expect(await record('01')).toEqual({ part: 0, recordedInPart: 1 });
      await Promise.all(['00', '10', '11', '10', '00'].map(record));
      expect(await record('01')).toEqual({ part: 0, recordedInPart: 2 });
      expect(await record('11')).toEqual({ part: 1, recordedInPart: 2 });
      const ledger = await storage.sweeps.readLedger(sweep.sweepId);
      expect([...ledger]).toEqual(['00', '01', '10', '11'].map((bits) => [bits, counts]));
    });

    it('enters the only batch of an unsplit sweep', async () => {
      const { storage } = await create();
      const outcome = await storage.sweeps.recordBatch(makeSweep(), '*', makeCounts());
      expect(outcome).toEqual({ part: 0, recordedInPart: 1 });
      expect(await storage.sweeps.readLedger(makeSweepId(1))).toEqual(
        new Map([['*', makeCounts()]]),
      );
    });

    it('splits a large ledger into parts of 2 and reads all of it in order', async () => {
      const { storage } = await create();
      const sweep = makeSweep({ bitCount: 8 });
      const batches = [...batchesOf(8)];
      const outcomes = new Map<string, unknown>();
      for (const [index, bits] of batches.toReversed().entries()) {
        const outcome = await storage.sweeps.recordBatch(sweep, bits, makeCounts({ bytes: index }));
        outcomes.set(bits, outcome);
      }
      expect(outcomes.get(batches[255] ?? '')).toEqual({ part: 127, recordedInPart: 1 });
      expect(outcomes.get(batches[64] ?? '')).toEqual({ part: 32, recordedInPart: 2 });
      const ledger = await storage.sweeps.readLedger(sweep.sweepId);
      expect([...ledger.keys()]).toEqual(batches);
      expect([...ledger.values()].map(({ bytes }) => bytes)).toEqual(
        batches.map((_, index) => 255 - index),
      );
    });

    it('returns an empty ledger for a sweep that does not exist', async () => {
      const { storage } = await create();
      expect(await storage.sweeps.readLedger(makeSweepId(1))).toEqual(new Map());
    });

    it('marks complete parts within their section, and sections apart from both', async () => {
      const { storage } = await create();
      const sweep = await storage.sweeps.put(makeSweep());
      const mark = (complete: number, within: number | null) =>
        storage.sweeps.markComplete(sweep, { within, complete });
      expect(await mark(2, 0)).toEqual(new Set([2]));
      expect(await mark(0, 0)).toEqual(new Set([0, 2]));
      expect(await mark(2, 0)).toEqual(new Set([0, 2]));
      expect(await mark(128, 1)).toEqual(new Set([128]));
      expect(await mark(1, null)).toEqual(new Set([1]));
      expect(await storage.sweeps.get(makeSweepId(1))).toEqual(makeSweep());
      expect(await storage.sweeps.readLedger(makeSweepId(1))).toEqual(new Map());
    });

    it('lets only one caller close a sweep', async () => {
      const { storage } = await create();
      await storage.sweeps.put(makeSweep());
      const closing = {
        state: 'incomplete',
        closedAt: AT,
        totals: makeCounts(),
        missingBatches: ['01'],
      } as const;
      const closed = await Promise.all(
        [1, 2, 3].map(() => storage.sweeps.close(makeSweepId(1), closing)),
      );
      expect(closed.filter(Boolean)).toHaveLength(1);
      expect(await storage.sweeps.get(makeSweepId(1))).toEqual(makeSweep(closing));
      const again = { ...closing, state: 'complete', missingBatches: [] } as const;
      expect(await storage.sweeps.close(makeSweepId(1), again)).toBe(false);
      expect((await storage.sweeps.get(makeSweepId(1)))?.state).toBe('incomplete');
      expect(await storage.sweeps.close(makeSweepId(2), closing)).toBe(false);
      expect(await storage.sweeps.get(makeSweepId(2))).toBeNull();
    });

    it('never lowers the number of late batches', async () => {
      const { storage } = await create();
      await storage.sweeps.put(makeSweep());
      const record = (late: number) =>
        storage.sweeps.recordLateBatches(makeSweepId(1), late, makeCounts({ active: late }));
      await Promise.all([1, 3, 2].map(record));
      await record(1);
      const sweep = await storage.sweeps.get(makeSweepId(1));
      expect(sweep?.lateBatches).toBe(3);
      expect(sweep?.totals?.active).toBe(3);
    });

    it('notes each deferral of a message once, apart from other messages and sweeps', async () => {
      const { storage } = await create();
      const sweep = await storage.sweeps.put(makeSweep());
      const { sweepId, expiresAtEpochSeconds } = sweep;
      const note = (receive: number, messageId = 'm-1') =>
        storage.sweeps.noteDeferral({ sweepId, messageId, receive, expiresAtEpochSeconds });
      expect(await storage.sweeps.readDeferrals(sweepId, 'm-1')).toEqual(new Set());
      await Promise.all([note(1), note(3), note(3), note(12), note(2, 'm-2')]);
      expect(await storage.sweeps.readDeferrals(sweepId, 'm-1')).toEqual(new Set([1, 3, 12]));
      expect(await storage.sweeps.readDeferrals(sweepId, 'm-2')).toEqual(new Set([2]));
      expect(await storage.sweeps.readDeferrals(makeSweepId(2), 'm-1')).toEqual(new Set());
      expect(await storage.sweeps.get(sweepId)).toEqual(sweep);
      expect(await storage.sweeps.readLedger(sweepId)).toEqual(new Map());
    });

    it('ignores expired deferrals', async () => {
      const { storage, clock } = await create();
      const deferral = { sweepId: makeSweepId(1), messageId: 'm-1', receive: 1 };
      const expiresAtEpochSeconds = TEST_TIME / 1000 + 60;
      await storage.sweeps.noteDeferral({ ...deferral, expiresAtEpochSeconds });
      clock.advance(60_000);
      expect(await storage.sweeps.readDeferrals(makeSweepId(1), 'm-1')).toEqual(new Set());
    });

    it('ignores expired sweeps', async () => {
      const { storage, clock } = await create();
      await storage.sweeps.put(makeSweep({ expiresAtEpochSeconds: TEST_TIME / 1000 + 60 }));
      clock.advance(60_000);
      expect(await storage.sweeps.get(makeSweepId(1))).toBeNull();
      expect(await storage.sweeps.list('fleet', { limit: 9 })).toEqual([]);
    });
  });
}
