import { expect, it } from 'vitest';
import { countSweeps } from '../../functions/count-sweeps.ts';
import type { BatchCounts, Sweep } from '../../src/model/sweep.ts';
import { type SweepEvent, sweepFinished } from '../../src/sweeps/record/sweep-events.ts';
import { makeCounts, makeSweep } from '../support/factories.ts';
import { recordTelemetry } from './support/recorded-telemetry.ts';

function finished(
  totals: BatchCounts,
  missingBatches: readonly string[] = [],
  changes: Partial<Sweep> = {},
): SweepEvent {
  const state = missingBatches.length > 0 ? 'incomplete' : 'complete';
  const closedAt = '2026-01-15T12:00:09.118Z';
  const event = sweepFinished(makeSweep({ state, closedAt, totals, missingBatches, ...changes }));
  if (!event) throw new Error('the sweep is not finished');
  return event;
}

async function count(event: SweepEvent) {
  const telemetry = recordTelemetry();
  const published: SweepEvent[] = [];
  await countSweeps(telemetry, async (events) => void published.push(...events))([event]);
  expect(published).toEqual([event]);
  const lines = telemetry.logger.lines.map((line) => JSON.parse(line));
  return { lines, metrics: telemetry.sweepMetrics.recorded };
}

it('logs an ended sweep in the form that the dashboard reads', async () => {
  const failures = { refused: 2, timeout: 1, dns_not_found: 1 };
  const counts = makeCounts({ active: 5, slow: 1, inactive: 4, inconclusive: 2, failures });
  const { lines, metrics } = await count(finished(counts));
  expect(metrics).toEqual({});
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'INFO',
      message: 'sweep finished',
      poolName: 'fleet',
      state: 'complete',
      availability: 0.6,
      edge: false,
      totals: { proxies: 12, active: 5, slow: 1, inactive: 4, inconclusive: 2, skipped: 0 },
      known: { active: 5, slow: 1, inactive: 4, inconclusive: 2 },
      latencyMs: expect.objectContaining({ p95: expect.any(Number) }),
    }),
  ]);
  const sums = Object.values<number>(lines[0].blame);
  expect(sums.reduce((sum, each) => sum + each, 0)).toBe(4);
  expect(lines[0].blame.proxy).toBeGreaterThanOrEqual(2);
});

it('counts sweeps that are incomplete or without any verdict', async () => {
  expect((await count(finished(makeCounts(), ['01']))).metrics).toEqual({ SweepsIncomplete: 1 });
  const blind = makeCounts({ active: 0, inconclusive: 3 });
  expect((await count(finished(blind))).metrics).toEqual({ SweepsInconclusive: 1 });
});

it('logs skipped proxies by their last verdict, and expects little of an edge sweep', async () => {
  const skipped = { active: 3, slow: 1, inactive: 5, inconclusive: 0 };
  const counts = makeCounts({ active: 1, inactive: 0, skipped });
  const { lines } = await count(finished(counts));
  expect(lines[0]).toMatchObject({
    availability: 0.5,
    totals: { proxies: 10, active: 1, skipped: 9 },
    known: { active: 4, slow: 1, inactive: 5, inconclusive: 0 },
  });
  const blind = makeCounts({ active: 0, inconclusive: 3, skipped });
  expect((await count(finished(blind))).metrics).toEqual({ SweepsInconclusive: 1 });
  expect((await count(finished(blind, [], { edge: true }))).metrics).toEqual({});
});

it('counts and logs nothing of an event that was not published', async () => {
  const telemetry = recordTelemetry();
  const publish = countSweeps(telemetry, async () => {
    throw new Error('refused');
  });
  await expect(publish([finished(makeCounts(), ['01'])])).rejects.toThrow('refused');
  expect(telemetry.sweepMetrics.recorded).toEqual({});
  expect(telemetry.logger.lines).toEqual([]);
});
