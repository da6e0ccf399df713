import { describe, expect, it } from 'vitest';
import { closeSweep } from '../../src/sweeps/record/close-sweep.ts';
import { audit, findViolations } from '../support/audit/find-violations.ts';
import { MOST_ROWS } from '../support/audit/recount.ts';
import { makeBatchResult, makeCounts, makeStoredResult } from '../support/factories.ts';
import { TappedStorage } from '../support/storage/tapped-storage.ts';
import {
  inBatch,
  inSummary,
  type Lies,
  sweepWell,
  tellLies,
  without,
} from '../support/sweeps/lies.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

/** A sweep of eight batches that is closed before any of them was checked. */
async function sweepNothing() {
  const world = new SweepWorld();
  const proxyIds = await world.fill(2_000, { batchBitCounts: [3] });
  const sweep = await world.start();
  await closeSweep(world, sweep, await world.storage.sweeps.readLedger(sweep.sweepId));
  return { world, proxyIds, sweepId: sweep.sweepId };
}

describe('the auditor and what is missing', () => {
  it('notices a batch that is missing without being named', async () => {
    const { find } = await sweepWell();
    const lost: Lies = { 'sweeps.readLedger': (ledger) => new Map([...ledger].slice(1)) };
    const found = await find(lost);
    expect(found).toContain('batch 0 is missing and not named');
    expect(found).toContain('the sweep is complete without 0');
    const named = await find({ ...lost, ...inSummary(() => ({ missingBatches: ['0'] })) });
    expect(named).not.toContain('batch 0 is missing and not named');
  });

  it('takes any batch or verdict that is missing without a named cause as a violation', async () => {
    const { world, proxyIds, sweepId } = await sweepNothing();
    const closed = await world.current(sweepId);
    expect(closed).toMatchObject({ state: 'incomplete', missingBatches: { length: 8 } });
    const blind = await audit(world.storage, sweepId, { proxyIds });
    expect(blind.violations).toHaveLength(8);
    for (const each of blind.violations)
      expect(each).toMatch(
        /^batch [01]{3} is missing without a cause: \d+ proxies were not counted$/,
      );
    expect(blind).toMatchObject({ verdicts: 0, lost: 2000 });
    const causes = Object.fromEntries(
      (closed.missingBatches ?? []).map((bits) => [bits, 'it was never sent']),
    );
    const told = await audit(world.storage, sweepId, { proxyIds, causes });
    expect(told).toEqual({ violations: [], verdicts: 0, lost: 0 });
    const { 101: _untold, ...others } = causes;
    const [only, ...more] = await findViolations(world.storage, sweepId, {
      proxyIds,
      causes: others,
    });
    expect([only, more]).toEqual([expect.stringMatching(/^batch 101 is missing/), []]);
  });

  it('notices a cause that is named for a batch which is there', async () => {
    const { find } = await sweepWell();
    expect(await find({}, { causes: { 1: 'it was never sent' } })).toEqual([
      'batch 1 is not missing, though a cause is named for it',
    ]);
  });

  it('takes a proxy beyond the limit of a batch as not probed only when the batch says so', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(1_030, { batchBitCounts: [0] });
    const rest = proxyIds.slice(MOST_ROWS);
    const { sweepId } = await world.start();
    const sweep = await world.current(sweepId);
    await world.storage.results.put(
      makeBatchResult({
        sweepId,
        truncated: true,
        results: new Map(proxyIds.slice(0, MOST_ROWS).map((id) => [id, makeStoredResult()])),
      }),
    );
    expect(sweep.bitCount).toBeGreaterThan(0);
    const whole = inSummary(() => ({ bitCount: 0 }));
    const ledger: Lies = { 'sweeps.readLedger': () => new Map([['*', makeCounts()]]) };
    const lostIn = async (lies: Lies) => {
      const lying = tellLies(new TappedStorage(world.storage), { ...whole, ...ledger, ...lies });
      return (await audit(lying, sweepId, { proxyIds })).lost;
    };
    expect(await lostIn({})).toBe(0);
    const silent: Lies = {
      'results.get': (stored) => {
        const { truncated: _silent, ...untold } = stored ?? {};
        return untold;
      },
    };
    expect(await lostIn(silent)).toBe(rest.length);
    expect(await lostIn(inBatch('*', (results) => without(results, 7)))).toBe(rest.length + 1);
  });
});
