import { describe, expect, it } from 'vitest';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { TimedChecker, type TimedFinding } from '../../support/fakes/timed-checker.ts';
import { CheckerFleet } from '../support/checker-fleet.ts';
import { startGatewayWorld, useVirtualTime } from '../support/gateway-world.ts';

const POOL_SIZE = 12_800;
const BATCHES = 64;
const CHECKERS = 5;

useVirtualTime();

async function sweepGateway(timeoutMs: number, find: (proxy: Proxy) => TimedFinding) {
  const gateway = { count: POOL_SIZE, bitCount: 6, concurrency: CHECKERS, timeoutMs };
  const { world, proxies, sweepId } = await startGatewayWorld(gateway);
  const checker = new TimedChecker(world.limits, find);
  const fleet = new CheckerFleet(world, { checker });
  const { tookMs, worstReceives } = await fleet.drain();
  expect(fleet.queue.sent).toBe(BATCHES);
  expect(world.sent).toHaveLength(BATCHES);
  expect(fleet.queue.deadLetters).toEqual([]);
  expect(fleet.timedOut).toBe(0);
  const proxyIds = proxies.map(({ id }) => id).sort();
  await auditSweep(world.storage, sweepId, { proxyIds });
  const sweep = await world.current(sweepId);
  expect(sweep).toMatchObject({ state: 'complete', missingBatches: [] });
  const { recorded } = fleet.telemetry.metrics;
  const receives = [...fleet.queue.receives.values()].reduce((sum, each) => sum + each, 0);
  const says =
    `${BATCHES} batches, ${CHECKERS} checkers: ${Math.round(tookMs / 1000)} s, ` +
    `${fleet.invocations} invocations, ${recorded.BatchesDeferred} deferrals; receives ` +
    `${(receives / BATCHES).toFixed(1)} on average, ${worstReceives} of the worst batch`;
  return { says, worstReceives, totals: sweep.totals, probed: checker.probed, recorded };
}

describe('a sweep of 12,800 sessions of one gateway', () => {
  it('sends no batch twice, and gives few back while the gateway answers', async ({ annotate }) => {
    const sweep = await sweepGateway(5_000, () => ({ takesMs: 300, status: 'active' }));
    await annotate(sweep.says);
    expect(sweep.totals).toMatchObject({ active: POOL_SIZE });
    expect(sweep.probed).toHaveLength(POOL_SIZE);
    expect(sweep.worstReceives).toBeLessThanOrEqual(5);
    expect(sweep.recorded.BatchesDeferred).toBeLessThan(BATCHES);
  });

  it.for([
    [5_000, 'and each gets its verdict', true] as const,
    [9_000, 'more than a checker has time for', false] as const,
  ])(
    'loses no batch to the dead-letter queue when all proxies time out after %d ms, %s',
    async ([timeoutMs, , isConclusive], { annotate }) => {
      const dead = { takesMs: timeoutMs, status: 'inactive', failure: 'timeout' } as const;
      const sweep = await sweepGateway(timeoutMs, () => dead);
      await annotate(sweep.says);
      const { inactive = 0, inconclusive = 0 } = sweep.totals ?? {};
      expect(inactive + inconclusive).toBe(POOL_SIZE);
      expect(inconclusive === 0).toBe(isConclusive);
      // More than may fail, so that it matters that waiting is no failure.
      expect(sweep.worstReceives).toBeGreaterThan(5);
      expect(sweep.worstReceives).toBeLessThan(50);
      expect(sweep.recorded).toMatchObject({ BatchesChecked: BATCHES });
      expect(sweep.recorded).not.toHaveProperty('BatchesFailed');
    },
  );
});
