import { describe, expect, it } from 'vitest';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { sweepWithCrash } from '../../support/sweeps/sweep-recovery.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** Sweeps a pool with a crash after the n-th write, and asserts that nothing was lost. */
async function surviveCrash(world: SweepWorld, n: number, proxyIds: readonly string[]) {
  const crashed = await sweepWithCrash(world, n);
  const pool = await world.storage.pools.get('fleet');
  const sweepId = pool?.lastSweepId ?? '';
  await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  expect((await world.current(sweepId)).state).toBe('complete');
  expect((await readSweepReport(world, sweepId)).totals.proxies).toBe(proxyIds.length);
  for (const row of await world.rows()) {
    expect(row).toMatchObject({ status: 'active', rowSweepId: sweepId });
  }
  return crashed;
}

describe('FAULTS 31: a crash right after any one write of a sweep loses nothing', () => {
  it('in memory, with several batches', async () => {
    let n = 0;
    let crashed = true;
    while (crashed) {
      n += 1;
      const world = new SweepWorld();
      const proxyIds = await world.fill(8, { batchBitCounts: [0] });
      crashed = await surviveCrash(world, n, proxyIds);
    }
    // The claim, the summary, the dispatch, the result, 8 rows, ledger, close, pointer.
    expect(n).toBe(3 + 1 + 8 + 3 + 1);
  });

  it('in memory, with a ledger of several parts', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(4 * 120, { batchBitCounts: [2] });
    await world.sweep();
    // No row changes any more. The claim, the summary, the dispatch; of each batch its result and
    // ledger entry, of each two the mark of their part; close and pointer.
    for (let n = 1; n <= 3 + 4 * 2 + 2 + 2; n += 1) {
      world.clock.advance(60_000);
      expect(await sweepWithCrash(world, n), `a write ${n}`).toBe(true);
      const sweepId = (await world.storage.pools.get('fleet'))?.lastSweepId ?? '';
      await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
      expect((await world.current(sweepId)).state).toBe('complete');
    }
  });
});

describe('FAULTS 31: a crash right after any one write of a sweep, on DynamoDB', () => {
  const database = useDynamoDb();

  it('loses nothing', async () => {
    let n = 0;
    let crashed = true;
    while (crashed) {
      n += 1;
      const world = new SweepWorld(await database.openStorage());
      const proxyIds = await world.fill(3);
      crashed = await surviveCrash(world, n, proxyIds);
    }
    expect(n).toBe(3 + 1 + 3 + 3 + 1);
  });
});
