import { describe, expect, it } from 'vitest';
import { type PendingProbe, probingTimeMs } from '../../src/model/batch-time.ts';

const LIMITS = { maxInFlight: 256, maxInFlightPerHost: 32 };

/** Probes that each take 1,000 ms at most, on hosts of their own unless one is given. */
function probes(count: number, host?: string, budgetMs = 1_000): PendingProbe[] {
  return Array.from({ length: count }, (_, index) => ({
    host: host ?? `host-${index}`,
    budgetMs,
  }));
}

describe('the longest that probes can take in a window', () => {
  it.each([
    ['none', [], 0],
    ['one', probes(1), 1_000],
    ['a full window', probes(256), 1_000],
    ['one more than the window', probes(257), 2_000],
    ['two batches that share the window', [...probes(200), ...probes(200)], 2_000],
    ['one gateway', probes(200, 'gateway'), 7_000],
    ['two gateways side by side', [...probes(200, 'a'), ...probes(200, 'b')], 7_000],
    ['nine gateways, one more than fit beside each other', ninePer(32), 2_000],
    ['a gateway behind many hosts', [...probes(256), ...probes(64, 'gateway')], 3_000],
    ['many hosts behind a gateway', [...probes(64, 'gateway'), ...probes(220)], 2_000],
    // The hosts that are waiting pass the gateway each time that one of its probes ends.
    ['many waves of hosts behind a gateway', [...probes(96, 'gateway'), ...probes(800)], 5_000],
    ['short probes beside long ones', [...probes(256, undefined, 500), ...probes(10)], 1_500],
    ['long probes that hold no place', [...probes(10), ...probes(500, undefined, 100)], 1_000],
  ])('%s', (_what, pending, expectedMs) => {
    expect(probingTimeMs(pending, LIMITS)).toBe(expectedMs);
  });

  it('is one after the other when one probe may be in flight', () => {
    const limits = { maxInFlight: 1, maxInFlightPerHost: 1 };
    expect(probingTimeMs([...probes(3), ...probes(2, undefined, 500)], limits)).toBe(4_000);
  });

  function ninePer(count: number): PendingProbe[] {
    return Array.from({ length: 9 }, (_, index) => probes(count, `gateway-${index}`)).flat();
  }
});
