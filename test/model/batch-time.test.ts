import { describe, expect, it } from 'vitest';
import { HostLimits, type PendingProbe, probingTimeMs } from '../../src/model/batch-time.ts';

const WINDOW = { maxInFlight: 256, hosts: new HostLimits() };

/**
 * Probes that each take 1,000 ms at most, on hosts of their own unless one is given, of a pool that
 * allows 32 of them on one host.
 */
function probes(
  count: number,
  host?: string,
  budgetMs = 1_000,
  maxInFlightPerHost = 32,
): PendingProbe[] {
  return Array.from({ length: count }, (_, index) => ({
    host: host ?? `host-${index}`,
    budgetMs,
    maxInFlightPerHost,
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
    ['one gateway that takes 100 at once', probes(200, 'gateway', 1_000, 100), 2_000],
    [
      'one gateway of two pools, one of which allows 8',
      [...probes(64, 'a'), ...probes(16, 'a', 1_000, 8)],
      10_000,
    ],
    [
      'the gateway of a pool that allows 8, beside others',
      [...probes(64, 'a'), ...probes(16, 'b', 1_000, 8)],
      2_000,
    ],
    ['two gateways side by side', [...probes(200, 'a'), ...probes(200, 'b')], 7_000],
    ['nine gateways, one more than fit beside each other', ninePer(32), 2_000],
    ['a gateway behind many hosts', [...probes(256), ...probes(64, 'gateway')], 3_000],
    ['many hosts behind a gateway', [...probes(64, 'gateway'), ...probes(220)], 2_000],
    // The hosts that are waiting pass the gateway each time that one of its probes ends.
    ['many waves of hosts behind a gateway', [...probes(96, 'gateway'), ...probes(800)], 5_000],
    ['short probes beside long ones', [...probes(256, undefined, 500), ...probes(10)], 1_500],
    ['long probes that hold no place', [...probes(10), ...probes(500, undefined, 100)], 1_000],
  ])('%s', (_what, pending, expectedMs) => {
    expect(probingTimeMs(pending, WINDOW)).toBe(expectedMs);
  });

  it('is one after the other when one probe may be in flight', () => {
    const window = { ...WINDOW, maxInFlight: 1 };
    expect(probingTimeMs([...probes(3), ...probes(2, undefined, 500)], window)).toBe(4_000);
  });

  it('keeps to what another pool has asked for on the same host', () => {
    const hosts = new HostLimits();
    hosts.lower(probes(1, 'gateway', 1_000, 8));
    hosts.lower(probes(1, 'gateway', 1_000, 100));
    const window = { maxInFlight: 256, hosts };
    expect(probingTimeMs(probes(16, 'gateway'), window)).toBe(2_000);
    expect(probingTimeMs(probes(16, 'another'), window)).toBe(1_000);
  });

  function ninePer(count: number): PendingProbe[] {
    return Array.from({ length: 9 }, (_, index) => probes(count, `gateway-${index}`)).flat();
  }
});
