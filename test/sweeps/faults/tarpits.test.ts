import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import type { Proxy } from '../../../src/proxies/proxy.ts';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { makeOptions, makePool } from '../../support/factories.ts';
import { Tarpit } from '../../support/peers/tarpit.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const CHECKER_TIMEOUT_MS = 4000;

describe('FAULTS 38: a batch of 500 tarpits', () => {
  const tarpit = new Tarpit();

  beforeAll(() => tarpit.start());

  afterAll(() => tarpit.stop());

  async function sweepTarpits(proxies: readonly Proxy[], timeoutMs: number) {
    const world = new SweepWorld();
    world.limits = { ...DEFAULT_SWEEP_LIMITS, checkerTimeoutMs: CHECKER_TIMEOUT_MS };
    const options = makeOptions({ timeoutMs, targetUrl: `http://127.0.0.1:${tarpit.port}/` });
    await world.storage.pools.create(makePool({ options, control: false, batchBitCounts: [0] }));
    await world.storage.proxies.insert('fleet', proxies);
    // k is forced to 0: the plan would split this pool.
    world.storage.tap('proxies.queryIds', (queryIds, poolName) => queryIds(poolName, 300));
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const checker = new HealthChecker({ allowPrivateAddresses: true });
    const startedAt = performance.now();
    world.remainingMs = () => CHECKER_TIMEOUT_MS - (performance.now() - startedAt);
    const outcomes = await checkBatches({ ...world, checker }, world.queue, world.invocation());
    expect(outcomes).toEqual(['done']);
    await auditSweep(world.storage, sweepId, {
      events: world.events,
      proxyIds: proxies.map(({ id }) => id),
    });
    const { totals } = await world.current(sweepId);
    return { tookMs: performance.now() - startedAt, totals };
  }

  it('ends in its computed time', async () => {
    const { tookMs, totals } = await sweepTarpits(tarpit.proxies(500), 500);
    expect(totals).toMatchObject({ inactive: 500, failures: { timeout: 500 } });
    // On a machine of its own: two waves of 500 ms, and a second for reads and writes.
    expect(tookMs).toBeLessThan(CHECKER_TIMEOUT_MS);
  });

  it('ends before the checker does when its computed time is longer than that', async () => {
    const { tookMs, totals } = await sweepTarpits(tarpit.proxies(500), 2000);
    expect(tookMs).toBeLessThan(CHECKER_TIMEOUT_MS);
    expect((totals?.inactive ?? 0) + (totals?.inconclusive ?? 0)).toBe(500);
    expect(totals?.inconclusive).toBeGreaterThan(0);
    expect(totals?.failures.checker_starved).toBe(totals?.inconclusive);
  });
});
