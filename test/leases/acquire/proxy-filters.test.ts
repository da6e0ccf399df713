import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceKm, type ProxyFilters } from '../../../src/leases/acquire/proxy-filters.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const STOCKHOLM = { latitude: 59.3293, longitude: 18.0686 };
const GOTHENBURG = { latitude: 57.7089, longitude: 11.9746 };

describe('filters', () => {
  const tagged = async () => {
    const world = new LeaseWorld();
    const [se = '', de = '', bare = ''] = await world.fill([
      {
        endpoint: {
          protocol: 'socks5',
          tags: {
            source: 'Provider A',
            country: 'SE',
            city: 'Malmö',
            isp: 'Telia',
            asn: 0,
            ...STOCKHOLM,
          },
        },
        result: { latencyMs: 800.5 },
      },
      {
        endpoint: { tags: { country: 'DE', city: 'Berlin', asn: 3320, ...GOTHENBURG } },
        result: { latencyMs: 40, offsetMs: 30_000 },
      },
      { result: null },
    ]);
    const matching = async (filters: ProxyFilters) => {
      const found: string[] = [];
      for (let lease = await world.acquire({ filters }); lease; ) {
        found.push(lease.proxy.id);
        lease = await world.acquire({ filters, excludedProxyIds: found });
      }
      const names = new Map([
        [se, 'se'],
        [de, 'de'],
        [bare, 'bare'],
      ]);
      return found.map((id) => names.get(id)).sort();
    };
    return { world, matching };
  };

  it.for<[ProxyFilters, string[]]>([
    [{}, ['bare', 'de', 'se']],
    [{ source: 'provider a' }, ['se']],
    [{ country: 'se' }, ['se']],
    [{ country: 'FR' }, []],
    [{ city: 'MALMÖ' }, ['se']],
    [{ isp: 'telia' }, ['se']],
    [{ asn: 0 }, ['se']],
    [{ asn: 3320 }, ['de']],
    [{ protocol: 'SOCKS5' }, ['se']],
    [{ protocol: 'http' }, ['bare', 'de']],
    [{ maxLatencyMs: 800 }, ['de']],
    [{ maxLatencyMs: 801 }, ['de', 'se']],
    [{ ...STOCKHOLM, radiusKm: 1 }, ['se']],
    [{ ...STOCKHOLM, radiusKm: 390 }, ['se']],
    [{ ...STOCKHOLM, radiusKm: 400 }, ['de', 'se']],
    [{ country: 'SE', asn: 3320 }, []],
  ])('%j lets %j through', async ([filters, expected]) => {
    const { matching } = await tagged();
    expect(await matching(filters)).toEqual(expected);
  });

  it('count the age of the newest probe from its beginning', async () => {
    const { world, matching } = await tagged();
    world.clock.advance(60_011);
    expect(await matching({ verifiedWithinSeconds: 61 })).toEqual(['de', 'se']);
    world.clock.advance(400_000);
    expect(await world.acquire({ filters: { verifiedWithinSeconds: 430 } })).toBeNull();
    expect(await matching({ verifiedWithinSeconds: 431 })).toEqual(['de']);
  });

  it('ignore a probe that found the proxy unhealthy', async () => {
    const world = new LeaseWorld();
    await world.fill([
      { result: { status: 'inactive', failure: 'timeout', latencyMs: 1 } },
      { result: { status: 'inconclusive', latencyMs: 1 } },
    ]);
    expect(await world.acquire({ filters: { maxLatencyMs: 5000 } })).toBeNull();
    expect(await world.acquire({ filters: { verifiedWithinSeconds: 5000 } })).toBeNull();
    expect(await world.acquire()).not.toBeNull();
  });
});

describe('distanceKm', () => {
  it.for([
    [STOCKHOLM, GOTHENBURG, 397],
    [{ latitude: 51.5074, longitude: -0.1278 }, { latitude: 40.7128, longitude: -74.006 }, 5570],
    [{ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 }, 111],
    [{ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 }, 20_015],
  ] as const)('between %j and %j is about %i km', ([from, to, expected]) => {
    expect(Math.round(distanceKm(from, to))).toBe(expected);
  });

  it('is a number, the same both ways, and zero from a place to itself', () => {
    const position = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(position, position, (a, b) => {
        const distance = distanceKm(a, b);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(20_016);
        expect(distanceKm(b, a)).toBeCloseTo(distance, 6);
        expect(distanceKm(a, a)).toBe(0);
      }),
    );
  });
});
