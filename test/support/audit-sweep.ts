import { expect } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import { countBatch, sumCounts } from '../../src/sweeps/batch-counts.ts';
import { batchesOf, batchOf } from '../../src/sweeps/batch-range.ts';

export interface AuditExpectation {
  /** The ids of the rows that were there throughout the sweep. */
  readonly proxyIds: readonly string[];
}

/**
 * Asserts that a closed sweep lost nothing and counted nothing twice: every proxy has one verdict
 * in the batch it belongs to, or stands in a batch named as missing; the ledger and the totals
 * equal a recount of the results; no row was written by a later sweep than its pool has had; the
 * pool no longer points at the sweep.
 */
export async function auditSweep(
  storage: Storage,
  sweepId: string,
  { proxyIds }: AuditExpectation,
): Promise<void> {
  const sweep = await storage.getSweep(sweepId);
  if (!sweep) throw new Error(`sweep ${sweepId} is not there`);
  expect(sweep.state).not.toBe('running');
  const ledger = await storage.readLedger(sweepId);
  const verdicts = new Map<string, string>();
  const missing: string[] = [];
  for (const bits of batchesOf(sweep.bitCount)) {
    const result = await storage.getBatchResult(sweep.poolName, bits, sweepId);
    const entry = ledger.get(bits);
    if (!entry) missing.push(bits);
    if (!entry) continue;
    const recount = countBatch(result ?? { results: new Map(), bytes: 0 });
    expect(entry, `ledger of batch ${bits}`).toEqual(recount);
    for (const [id, { status }] of result?.results ?? []) {
      expect(batchOf(id, sweep.bitCount), `batch of ${id}`).toBe(bits);
      expect(verdicts.has(id), `${id} counted before`).toBe(false);
      verdicts.set(id, status);
    }
  }
  for (const id of proxyIds) {
    const accounted = verdicts.has(id) || missing.includes(batchOf(id, sweep.bitCount));
    expect(accounted, `${id} has a verdict`).toBe(true);
  }
  expect(missing.every((bits) => sweep.missingBatches?.includes(bits))).toBe(true);
  expect(sweep.totals).toEqual(sumCounts(ledger.values()));
  const pool = await storage.getPool(sweep.poolName);
  expect(pool?.runningSweepId).not.toBe(sweepId);
}
