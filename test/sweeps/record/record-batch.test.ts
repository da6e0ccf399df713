import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { batchesOf, inSendingOrder } from '../../../src/model/batch-range.ts';
import type { StoredResult } from '../../../src/model/batch-result.ts';
import { type BatchCounts, SweepState } from '../../../src/model/sweep.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { recordBatch } from '../../../src/sweeps/record/record-batch.ts';
import { makeSweep } from '../../support/factories.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { countUnits } from '../../support/storage/count-units.ts';
import { Crash, crashAfterWrite } from '../../support/storage/crashing-storage.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';

const CODES = [
  'timeout',
  'refused',
  'connection_reset',
  'connection_closed',
  'auth_rejected',
  'connect_bad_gateway',
  'unclear_status',
  'tls_intercepted',
  'dns_not_found',
  'protocol_error',
] as const;

const LEASING = { total: 244, active: 200, available: 150, leased: 50, totalLeases: 61 };

/** A batch of 244 proxies of which a third fail, in ten ways. */
const RESULTS = new Map(Array.from({ length: 244 }, (_, i) => [`id${i}`, makeResult(i)]));

function makeResult(i: number): StoredResult {
  const base = { protocol: 'http', offsetMs: i, latencyMs: 20 + i * 7 };
  if (i % 3 > 0) return { ...base, status: 'active' };
  return { ...base, status: 'inactive', failure: CODES[(i / 3) % 10] ?? 'timeout' };
}

async function record(storage: Storage, bitCount: number, batches: readonly string[]) {
  const sweep = makeSweep({ bitCount });
  await storage.sweeps.put(sweep);
  const states: string[] = [];
  for (const bits of batches) {
    const result = { bits, results: RESULTS, bytes: 123_456, leasing: LEASING };
    await recordBatch({ storage, clock: new FakeClock() }, sweep, result);
    states.push((await storage.sweeps.get(sweep.sweepId))?.state ?? 'none');
  }
  return states;
}

/** The batches of 2^k from the middle outwards, so that sections are completed by turns. */
function fromTheMiddle(bitCount: number): string[] {
  const batches = [...batchesOf(bitCount)];
  const middle = batches.length / 2;
  const upper = batches.slice(middle);
  return batches
    .slice(0, middle)
    .toReversed()
    .flatMap((bits, i) => [upper[i] ?? '', bits]);
}

describe('the batch that completes the ledger closes the sweep, and none before it', () => {
  for (const bitCount of [0, 1, 2, 7, 8, 9, 11]) {
    it(`in a sweep of ${2 ** bitCount} batches`, async () => {
      const batches = bitCount === 0 ? ['*'] : fromTheMiddle(bitCount);
      const storage = new MemoryStorage({ clock: new FakeClock() });
      const states = await record(storage, bitCount, batches);
      expect(states.indexOf(SweepState.complete)).toBe(batches.length - 1);
      const { totals } = (await storage.sweeps.get(makeSweep().sweepId)) ?? {};
      expect((totals as BatchCounts).active).toBe(batches.length * 162);
    });
  }
});

const database = useDynamoDb();

it('a crash after any write of the last batch leaves a sweep that its redelivery closes', async () => {
  const sweep = makeSweep({ bitCount: 9 });
  const batches = fromTheMiddle(9);
  const last = { bits: batches.pop() ?? '', results: RESULTS, bytes: 1 };
  const clock = new FakeClock();
  // Its entry, the mark of its part, the mark of its section, the close, the pool's pointer.
  for (const n of [1, 2, 3, 4, 5]) {
    const storage = new MemoryStorage({ clock });
    await record(storage, 9, batches);
    const crashing = crashAfterWrite(storage, n);
    await expect(recordBatch({ storage: crashing, clock }, sweep, last)).rejects.toThrow(Crash);
    const before = await storage.sweeps.get(sweep.sweepId);
    expect(before?.state).toBe(n < 4 ? SweepState.running : SweepState.complete);
    await recordBatch({ storage, clock }, sweep, last);
    const after = await storage.sweeps.get(sweep.sweepId);
    expect(after).toMatchObject({ state: SweepState.complete, missingBatches: [] });
  }
});

it('a part of an earlier version, with other batches in it, completes no sweep', async () => {
  const { client } = database;
  const tables = await database.createTables();
  const storage = (await database.openStorage({ tables }))(new FakeClock());
  const sweep = makeSweep({ bitCount: 2 });
  await storage.sweeps.put(sweep);
  const ledger = { sweepId: { S: sweep.sweepId }, part: { S: 'ledger#0' }, b10: { M: {} } };
  await client.send(new PutItemCommand({ TableName: tables.sweeps, Item: ledger }));
  const context = { storage, clock: new FakeClock() };
  const states: unknown[] = [];
  for (const bits of ['10', '11', '00', '01']) {
    await recordBatch(context, sweep, { bits, results: RESULTS, bytes: 1 });
    states.push((await storage.sweeps.get(sweep.sweepId))?.state);
  }
  expect(states).toEqual(['running', 'running', 'running', 'complete']);
});

describe('the ledger costs at most 1.6 write units a batch', () => {
  for (const bitCount of [0, 1, 3, 6, 9]) {
    it(`in a sweep of ${2 ** bitCount} batches, a third of them failing in ten ways`, async () => {
      const storage = (await database.openStorage())(new FakeClock());
      const spent = countUnits(database.client);
      await record(storage, bitCount, inSendingOrder([...batchesOf(bitCount)]));
      // Besides the ledger a sweep writes its summary when it starts and when it closes.
      const summary = 2 * 2;
      expect((spent.write - summary) / 2 ** bitCount).toBeLessThanOrEqual(1.6);
    });
  }
});
