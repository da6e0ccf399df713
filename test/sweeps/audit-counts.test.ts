import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchesOf, batchOf } from '../../src/model/batch-range.ts';
import { countBatch, sumCounts } from '../../src/sweeps/record/batch-counts.ts';
import { findViolations } from '../support/audit/find-violations.ts';
import { batchNames, ownBatch, recount, sumOf } from '../support/audit/recount.ts';
import type { SentEvent } from '../support/audit/sweep-evidence.ts';
import { makeBatchResult, makeProxy, makeStoredResult } from '../support/factories.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

describe('the auditor counts events', () => {
  /** A pool whose second sweep finds other things than its first. */
  async function sweepTwice() {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400);
    await world.sweep();
    world.clock.advance(60_000);
    world.events.splice(0);
    const dead = proxyIds.slice(0, 9);
    world.checker.finding = ({ id }) => (dead.includes(id) ? { status: 'inactive' } : {});
    const { sweepId } = await world.sweep();
    const find = (events: readonly SentEvent[]) =>
      findViolations(world.storage, sweepId, { proxyIds, events });
    const changes = world.events.filter(({ type }) => type === 'Proxy Status Changed');
    const ends = world.events.filter(({ type }) => type === 'Sweep Finished');
    return { find, dead, alive: proxyIds.slice(9), sweepId, changes, ends, events: world.events };
  }

  const changed = ({ type, detail }: SentEvent, change: object): SentEvent => ({
    type,
    detail: { ...detail, ...change },
  });

  it('and finds nothing wrong when each was sent, once or more', async () => {
    const { find, events, changes, ends } = await sweepTwice();
    expect([changes.length, ends.length]).toEqual([9, 1]);
    expect(await find(events)).toEqual([]);
    expect(await find([...events, ...events])).toEqual([]);
  });

  it('and notices one that is missing', async () => {
    const { find, dead, changes, ends } = await sweepTwice();
    const [proxyId = ''] = dead;
    const rest = changes.filter(({ detail }) => !detail.eventId.endsWith(proxyId));
    expect(rest).toHaveLength(8);
    expect(await find([...rest, ...ends])).toEqual([
      `no event says that ${proxyId} went from active to inactive`,
    ]);
    expect(await find(changes)).toEqual(['no event says that the sweep has finished']);
    expect(await find([])).toHaveLength(10);
  });

  it('and notices one that tells of what did not happen', async () => {
    const { find, alive, events, changes } = await sweepTwice();
    const [first] = changes;
    if (!first) throw new Error('expected events');
    const [proxyId = ''] = alive;
    const told = changed(first, { proxyId, statusSince: '2999-01-01T00:00:00.000Z' });
    expect(await find([...events, told])).toEqual([
      `an event says that ${proxyId} went from active to inactive, its verdict is active`,
      `an event says that ${proxyId} went from active to inactive, and its row does not`,
    ]);
    const contrary = changed(first, { previousStatus: 'slow' });
    expect((await find([...events, contrary])).join()).toMatch(/events contradict each other/);
  });

  it('and notices an end with other totals or other batches', async () => {
    const { find, changes, ends } = await sweepTwice();
    const [end] = ends;
    if (!end) throw new Error('expected the end');
    const { totals } = end.detail as { totals: { active: number } };
    const off = changed(end, { totals: { ...totals, active: totals.active - 1 } });
    expect(await find([...changes, off])).toEqual(['the event of the end has other totals']);
    const lacking = changed(end, { batches: { total: 2, missing: 1 } });
    expect(await find([...changes, lacking])).toEqual(['the event of the end lacks other batches']);
  });
});

describe('the auditor is independent of the product', () => {
  it('and takes nothing but types from it', async () => {
    const folder = join(import.meta.dirname, '../support/audit');
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8');
      const imports = text.match(/^import [^;]+;/gm) ?? [];
      const ofProduct = imports.filter((line) => /from '(?:\.\.\/)+(?:src|functions)\//.test(line));
      expect(ofProduct.filter((line) => !line.startsWith('import type '))).toEqual([]);
    }
  });

  it('and comes to the same buckets, batches and sums', async () => {
    const latencies = [0, 5, 5.1, 17.9, 18, 56, 100, 999, 1000, 17_999, 18_000, 30_000];
    const results = new Map(
      latencies.map((latencyMs, index) => [makeProxy(index).id, makeStoredResult({ latencyMs })]),
    );
    const failed = [
      makeStoredResult({ status: 'inactive', failure: 'refused' }),
      makeStoredResult({ status: 'inactive', failure: 'connect_bad_gateway', blame: 'proxy' }),
      makeStoredResult({ status: 'inconclusive', failure: 'timeout', blame: 'us' }),
    ];
    for (const [at, result] of failed.entries()) results.set(makeProxy(100 + at).id, result);
    const leasing = { total: 15, active: 12, available: 9, leased: 4, totalLeases: 6 };
    const batch = makeBatchResult({ results, leasing });
    const expected = { refused: 1, 'connect_bad_gateway/proxy': 1, 'timeout/us': 1 };
    expect(recount(batch)).toMatchObject({ failures: expected, leasing });
    const targetDown = makeBatchResult({
      results,
      control: { ok: false, latencyMs: 5, failure: 'timeout' },
    });
    for (const each of [batch, targetDown]) expect(recount(each)).toEqual(countBatch(each));
    const recounts = [recount(batch), recount(targetDown), recount(batch)];
    expect(sumOf(recounts)).toEqual(sumCounts(recounts));
    for (let k = 0; k <= 12; k += 1) {
      expect(batchNames(k)).toEqual([...batchesOf(k)]);
      for (const id of results.keys()) expect(ownBatch(id, k)).toBe(batchOf(id, k));
    }
  });
});
