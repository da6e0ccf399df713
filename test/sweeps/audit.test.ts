import { describe, expect, it } from 'vitest';
import { NO_FIGURES } from '../../src/model/lease-figures.ts';
import type { Sweep } from '../../src/model/sweep.ts';
import { findViolations } from '../support/audit/find-violations.ts';
import { PoolWatch } from '../support/audit/pool-watch.ts';
import { makeCounts, makeProxy, makeStoredResult, makeSweepId } from '../support/factories.ts';
import {
  inBatch,
  inSummary,
  type Lies,
  sweepWell,
  tellLies,
  without,
} from '../support/sweeps/lies.ts';

const STRANGER = makeProxy(77_777).id;

describe('the auditor', () => {
  it('finds nothing wrong with a sweep that went well', async () => {
    const { find } = await sweepWell();
    expect(await find({}, { acknowledged: ['0', '1'] })).toEqual([]);
  });

  it('notices a proxy that was lost', async () => {
    const { find } = await sweepWell();
    const found = await find(inBatch('0', (results) => without(results, 3)));
    expect(found.join()).toMatch(/^[0-9a-f-]{36} has no verdict/);
    expect(found.join()).toMatch(/ledger of batch 0 is not the count/);
  });

  it('notices a proxy that is counted twice', async () => {
    const { find, proxyIds } = await sweepWell();
    const first = proxyIds[0] ?? '';
    const found = await find(
      inBatch('1', (results) => new Map([...results, [first, makeStoredResult()]])),
    );
    expect(found).toContain(`${first} is counted twice`);
    expect(found).toContain(`${first} is in batch 1, not its own`);
  });

  it('notices a proxy that is not of the pool, and lets one that came or went pass', async () => {
    const { find } = await sweepWell();
    const bits = STRANGER < '8' ? '0' : '1';
    const lies = inBatch(bits, (results) => {
      const [[swapped = '', result] = []] = [...results].toReversed();
      const rest = [...results].filter(([id]) => id !== swapped);
      return result && new Map([...rest, [STRANGER, result]]);
    });
    const found = await find(lies);
    expect(found).toContain(`${STRANGER} is not of the pool`);
    expect(await find(lies, { passing: [STRANGER] })).not.toContain(
      `${STRANGER} is not of the pool`,
    );
  });

  it('notices an invalid verdict', async () => {
    const { find, proxyIds } = await sweepWell();
    const odd = [proxyIds[0] ?? '', makeStoredResult({ status: 'maybe' as never })] as const;
    const found = await find(inBatch('0', (results) => new Map([...results, odd])));
    expect(found).toContain(`${odd[0]} has the verdict maybe`);
  });

  it('notices totals that are off, and nothing else', async () => {
    const { find } = await sweepWell();
    const totals = ({ totals = makeCounts() }: Sweep) => ({
      totals: { ...totals, active: totals.active + 1 },
    });
    expect(await find(inSummary(totals))).toEqual(['the totals are not the count of the results']);
    const leasing = ({ totals = makeCounts() }: Sweep) => ({
      totals: { ...totals, leasing: { ...NO_FIGURES, leased: 7 } },
    });
    expect(await find(inSummary(leasing))).toEqual(['the totals are not the count of the results']);
  });

  it('notices a ledger that is off', async () => {
    const { find } = await sweepWell();
    const entry: Lies = { 'sweeps.readLedger': (ledger) => new Map(ledger) };
    expect(await find(entry)).toEqual([]);
    const twice = await find({
      'sweeps.readLedger': (ledger) =>
        new Map([...ledger].map(([bits, counts]) => [bits, { ...counts, slow: counts.slow + 1 }])),
    });
    expect(twice).toContain('the ledger of batch 0 is not the count of its result');
    const stranger = await find({
      'sweeps.readLedger': (ledger) => new Map([...ledger, ['01', makeCounts()]]),
    });
    expect(stranger).toContain('the ledger has 01, which is no batch of the sweep');
  });

  it('notices a late batch the summary does not know', async () => {
    const { find } = await sweepWell();
    const found = await find(inSummary(() => ({ state: 'incomplete', missingBatches: ['1'] })));
    expect(found).toEqual(['1 batches came late, of which the summary knows 0']);
  });

  it('notices a sweep that has not ended, or that its pool still points at', async () => {
    const { find, sweepId } = await sweepWell();
    expect(await find(inSummary(() => ({ state: 'running' })))).toContain(
      'the sweep has not ended',
    );
    const held = await find({
      'pools.get': (pool) => pool && { ...pool, runningSweepId: sweepId },
    });
    expect(held).toEqual(['the pool still points at the sweep']);
    const { world } = await sweepWell();
    expect(await findViolations(world.storage, makeSweepId(9), { proxyIds: [] })).toEqual([
      `sweep ${makeSweepId(9)} is not there`,
    ]);
  });

  it('notices a row that its verdict does not explain', async () => {
    const { find, proxyIds } = await sweepWell();
    const [first = ''] = proxyIds;
    const inRow = (change: object): Lies => ({
      'proxies.query': ({ rows }) => ({
        rows: rows.map((row) => (row.proxy.id === first ? { ...row, ...change } : row)),
      }),
    });
    expect(await find(inRow({ status: 'slow' }))).toEqual([
      `the row of ${first} is slow, its verdict is inactive`,
    ]);
    expect(
      await find(inRow({ rowSweepId: makeSweepId(65_000), statusSweepId: 'another' })),
    ).toEqual([`the row of ${first} was written by a sweep the pool has not had`]);
    const inconclusive = await find({
      ...inBatch(
        '0',
        (results) => new Map([...results, [first, makeStoredResult({ status: 'inconclusive' })]]),
      ),
    });
    expect(inconclusive).toContain(`the row of ${first} was written for no conclusive verdict`);
  });

  it('notices a batch that was acknowledged before it was stored', async () => {
    const { find } = await sweepWell();
    const lost: Lies = { 'sweeps.readLedger': (ledger) => new Map([...ledger].slice(1)) };
    expect(await find(lost, { acknowledged: ['0', '1'] })).toContain(
      'batch 0 was acknowledged before it was stored',
    );
  });
});

describe('the watch over a pool', () => {
  it('notices a rowSweepId that goes back and a stored result that changes', async () => {
    const { world, proxyIds, sweepId } = await sweepWell();
    const watch = new PoolWatch(world.storage, 'fleet');
    expect(await watch.look()).toEqual([]);
    world.clock.advance(60_000);
    await world.sweep();
    expect(await watch.look()).toEqual([]);
    tellLies(world.storage, {
      'proxies.query': ({ rows }) => ({
        rows: rows.map((row, index) => (index === 0 ? { ...row, rowSweepId: '0' } : row)),
      }),
      'results.get': (stored) =>
        stored?.sweepId === sweepId && stored.bits === '1' ? { ...stored, bytes: 1 } : stored,
    });
    expect(await watch.look()).toEqual([
      `the rowSweepId of ${proxyIds[0]} went back`,
      `the stored result of batch 1 of sweep ${sweepId} changed`,
    ]);
  });
});
