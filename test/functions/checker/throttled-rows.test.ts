import { describe, expect, it } from 'vitest';
import { jitteredWaitMs } from '../../../src/async/back-off.ts';
import { BusyError } from '../../../src/errors.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { TimedChecker } from '../../support/fakes/timed-checker.ts';
import type { TappedStorage } from '../../support/storage/tapped-storage.ts';
import { CheckerFleet } from '../support/checker-fleet.ts';
import { startGatewayWorld, useVirtualTime } from '../support/gateway-world.ts';

const ROWS = 3_200;
const BATCHES = 16;

useVirtualTime();

/**
 * Lets the storage take only so many row writes a second, as one partition does. As with
 * `createRetryStrategy`, a call that is throttled is repeated nine times before it fails.
 */
function throttleRows(storage: TappedStorage, writesPerSecond: number) {
  const counts = { writes: 0, throttled: 0 };
  let second = 0;
  let left = 0;
  const isTaken = () => {
    const now = Math.floor(Date.now() / 1000);
    if (now > second) left = writesPerSecond;
    second = now;
    left -= 1;
    return left >= 0;
  };
  storage.tap('proxies.writeStatus', async (call, write) => {
    for (let retry = 1; retry <= 10; retry++) {
      if (isTaken()) {
        counts.writes += 1;
        return call(write);
      }
      counts.throttled += 1;
      const waitMs = jitteredWaitMs({ firstMs: 25, maxMs: 1000 }, retry);
      if (retry < 10) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    throw new BusyError('the partition takes no more');
  });
  return counts;
}

describe('the first sweep of a pool whose partition takes few row writes', () => {
  it.for([
    [100, 5],
    [20, 5],
    [20, 40],
  ] as const)(
    'loses nothing at %d a second with %d checkers, and takes little longer than they need',
    async ([perSecond, checkers], { annotate }) => {
      const gateway = { count: ROWS, bitCount: 4, concurrency: checkers, timeoutMs: 5_000 };
      const { world, proxies, sweepId } = await startGatewayWorld(gateway);
      const counts = throttleRows(world.storage, perSecond);
      const dead = new Set(proxies.filter((_, index) => index % 10 === 0).map(({ id }) => id));
      const checker = new TimedChecker(world.limits, ({ id }) =>
        dead.has(id)
          ? { takesMs: 20, status: 'inactive', failure: 'refused' }
          : { takesMs: 20, status: 'active' },
      );
      const fleet = new CheckerFleet(world, { checker });
      const { tookMs } = await fleet.drain();
      const { recorded } = fleet.telemetry.metrics;
      await annotate(
        `${ROWS} rows at ${perSecond} a second, ${checkers} checkers: ${tookMs / 1000} s, ` +
          `${counts.throttled} throttles, ${recorded.BatchesDeferred ?? 0} of ${BATCHES} batches ` +
          'given back',
      );

      expect(fleet.queue.deadLetters).toEqual([]);
      expect(fleet.timedOut).toBe(0);
      expect(recorded).not.toHaveProperty('BatchesFailed');
      expect(recorded).toMatchObject({ BatchesChecked: BATCHES });
      expect(tookMs / 1000).toBeLessThan(1.5 * (ROWS / perSecond));
      const proxyIds = proxies.map(({ id }) => id).sort();
      await auditSweep(world.storage, sweepId, { proxyIds });
      expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
      for (const { proxy, status, rowSweepId } of await world.rows()) {
        expect([status, rowSweepId]).toEqual([dead.has(proxy.id) ? 'inactive' : 'active', sweepId]);
      }
      expect(checker.probed).toHaveLength(ROWS);
      expect(counts.writes).toBe(ROWS);
    },
  );
});
