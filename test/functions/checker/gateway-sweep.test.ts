import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makeEndpoint, makeOptions, makePool, TEST_SALT } from '../../support/factories.ts';
import { TEST_TIME } from '../../support/fakes/fake-clock.ts';
import { TimedChecker, type TimedFinding } from '../../support/fakes/timed-checker.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';
import { CheckerFleet } from '../support/checker-fleet.ts';

const POOL_SIZE = 12_800;
const BATCHES = 64;
const CHECKERS = 5;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
    now: TEST_TIME,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Sessions of one gateway, each of which has a login of its own port. */
function gatewayProxies(): Proxy[] {
  return Array.from({ length: POOL_SIZE }, (_, index) =>
    createProxy(makeEndpoint(0, { port: 1024 + index }), TEST_SALT),
  );
}

async function sweepGateway(timeoutMs: number, find: (proxy: Proxy) => TimedFinding) {
  const world = new SweepWorld();
  world.limits = { ...world.limits, concurrency: CHECKERS };
  const proxies = gatewayProxies();
  const options = makeOptions({ timeoutMs });
  await world.storage.pools.create(makePool({ options, batchBitCounts: [6] }));
  await world.storage.proxies.insert('fleet', proxies);
  const { sweepId } = await world.start();
  await world.startFanOut(sweepId);
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
