import { describe, expect, it } from 'vitest';
import { alternativesTo, vmUsdPerMonth } from '../../src/cost/alternatives.ts';
import { playInvocation } from '../../src/cost/checker-time.ts';
import { estimateCost } from '../../src/cost/estimate-cost.ts';
import { QUANTITIES, type Quantities } from '../../src/cost/quantities.ts';
import { SCENARIOS, USUAL } from '../../src/cost/scenarios.ts';
import { type FleetPlan, useOfSweep } from '../../src/cost/sweep-use.ts';

const PLAN: FleetPlan = { ...USUAL, proxies: 10_000, everySeconds: 300, changes: 0 };
const FULL = { batches: 8, rowsPerBatch: 200 };

/** A checker for which the processor is no limit. */
const FAST: Quantities['checker'] = {
  cpuMs: { http: 0.001, https: 0.002, failed: 0.001 },
  overheadMs: 0,
  initMs: 400,
};

function itemsOf(plan: Partial<FleetPlan>) {
  const { items } = estimateCost({ ...PLAN, ...plan });
  return new Map(items.map(({ name, amount }) => [name, amount]));
}

describe('the time of a checker', () => {
  it.each(SCENARIOS)(
    'is figured as it was measured: $name',
    ({ name, goalUsd: _, ...scenario }) => {
      const measured = QUANTITIES.scenarios.find((each) => each.name === name);
      const { billedMs, checked } = playInvocation(scenario, FULL, QUANTITIES.checker);
      const figured = (billedMs / (checked * FULL.rowsPerBatch)) * 1000;
      expect(figured / Number(measured?.secondsPerMillion)).toBeGreaterThan(0.75);
      expect(figured / Number(measured?.secondsPerMillion)).toBeLessThan(1.25);
    },
  );

  it('is that of the window: waves of 256, and the slowest at last', () => {
    const alive = playInvocation({ ...USUAL, alive: 1 }, FULL, FAST);
    expect(alive.checked).toBe(8);
    expect(alive.billedMs / 800).toBeCloseTo(Math.ceil(1600 / 256), 1);
    const oneHost = playInvocation({ ...USUAL, alive: 1, latencyMs: 100, hosts: 1 }, FULL, FAST);
    expect(oneHost.billedMs / (oneHost.checked * 200)).toBeCloseTo(100 / 32, 0);
  });

  it('is that of the processor where it cannot keep up', () => {
    const slow = { ...FAST, cpuMs: { http: 1, https: 4, failed: 1 } };
    const { billedMs } = playInvocation(
      { ...USUAL, alive: 1, latencyMs: 1, https: true },
      FULL,
      slow,
    );
    expect(billedMs).toBeCloseTo((1600 * 4) / (512 / 1769) + 1, -1);
  });

  it('gives back the batches whose slowest course would not fit', () => {
    const dead = playInvocation({ ...USUAL, alive: 0, hosts: 1 }, FULL, FAST);
    // Seven waves of 32, each until the time-out.
    expect(dead.checked).toBe(1);
    expect(dead.billedMs).toBeCloseTo(7 * 5000, -1);
    const use = useOfSweep({ ...PLAN, alive: 0, hosts: 1 }, { ...QUANTITIES, checker: FAST });
    expect(use.invocations).toBe(use.batches);
    expect(use.sqsRequests).toBeGreaterThan(use.batches * (2 + 2 * 7));
  });
});

describe('an estimate', () => {
  it('adds up', () => {
    const { items, usdPerMonth, usdPerMillionChecks, checksPerMonth } = estimateCost(PLAN);
    expect(checksPerMonth).toBe(86_400_000);
    const sum = items.reduce((total, item) => total + item.usdPerMonth, 0);
    expect(usdPerMonth.total).toBeCloseTo(sum, 9);
    const { sweeps, stack, egress } = usdPerMonth;
    expect(sweeps + stack + egress).toBeCloseTo(usdPerMonth.total, 9);
    expect(usdPerMillionChecks.total).toBeCloseTo(usdPerMonth.total / 86.4, 9);
    for (const { name, usdPerMonth: usd } of items) expect(usd, name).toBeGreaterThan(0);
  });

  it('counts a change of a status as the writes of the row and of the index, and an event', () => {
    const [without, changes] = [itemsOf({}), itemsOf({ changes: 0.01 })];
    const more = (name: string) => Number(changes.get(name)) - Number(without.get(name));
    expect(more('DynamoDB writes') / 864_000).toBeCloseTo(1, 6);
    expect(more('DynamoDB index writes') / 864_000).toBeCloseTo(2, 6);
    expect(more('EventBridge') / 864_000).toBeCloseTo(1, 6);
  });

  it('costs more a check where sweeps are small or seldom', () => {
    const perMillion = (plan: Partial<FleetPlan>) =>
      estimateCost({ ...PLAN, ...plan }).usdPerMillionChecks;
    expect(perMillion({ proxies: 100 }).sweeps).toBeGreaterThan(perMillion({}).sweeps * 1.5);
    expect(perMillion({ everySeconds: 3600 }).stack).toBeGreaterThan(perMillion({}).stack * 10);
    expect(perMillion({ everySeconds: 3600 }).sweeps).toBeGreaterThan(perMillion({}).sweeps);
    expect(perMillion({ https: true }).egress).toBeGreaterThan(perMillion({}).egress * 2);
  });

  it('stands beside an item for every check and a machine that is always on', () => {
    const estimate = estimateCost(PLAN);
    const { itemPerCheck, alwaysOnVm } = alternativesTo(estimate);
    const writes = estimate.items.find(({ name }) => name === 'DynamoDB writes');
    expect(itemPerCheck.usdPerMillionChecks).toBeCloseTo(
      estimate.usdPerMillionChecks.total - Number(writes?.usdPerMonth) / 86.4 + 0.625,
      9,
    );
    const { breakEvenChecksPerMonth } = alwaysOnVm;
    const proxies = Math.round(breakEvenChecksPerMonth / 8640);
    const there = estimateCost({ ...PLAN, proxies }).usdPerMonth;
    expect((there.sweeps + there.stack) / vmUsdPerMonth()).toBeCloseTo(1, 1);
  });
});
