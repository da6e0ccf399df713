import { describe, expect, it } from 'vitest';
import type { LeaseCandidate } from '../../../src/leases/acquire/candidate.ts';
import { SELECTORS } from '../../../src/leases/acquire/selectors.ts';
import type { AcquireRequest } from '../../../src/leases/lease-request.ts';
import { makeProxies } from '../../support/factories.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';

const [first, second, third] = makeProxies(3).sort((a, b) => (a.id < b.id ? -1 : 1));

function makeCandidate(index: 0 | 1 | 2, changes: Partial<LeaseCandidate> = {}): LeaseCandidate {
  const proxy = [first, second, third][index];
  if (!proxy) throw new Error('no proxy');
  return {
    proxy,
    status: 'active',
    maxConcurrency: 1,
    leaseCount: 0,
    currentLeases: 0,
    latencyMs: null,
    verifiedAt: null,
    ...changes,
  };
}

describe('selectors', () => {
  it('pick nothing from nothing', () => {
    for (const select of Object.values(SELECTORS)) expect(select([], () => 0)).toBeUndefined();
  });

  it('firstAvailable picks the first by its id', () => {
    const candidates = [makeCandidate(2), makeCandidate(0), makeCandidate(1)];
    expect(SELECTORS.firstAvailable(candidates, () => 0.9)).toBe(candidates[1]);
  });

  it('random picks each with the same chance', () => {
    const candidates = [makeCandidate(0), makeCandidate(1), makeCandidate(2)];
    const picked = [0, 0.33, 0.34, 0.66, 0.67, 0.999].map((value) =>
      candidates.indexOf(SELECTORS.random(candidates, () => value) ?? makeCandidate(0)),
    );
    expect(picked).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('leastUsed picks the fewest leases, then the fewest now, then any', () => {
    const used = makeCandidate(0, { leaseCount: 5 });
    const busy = makeCandidate(1, { leaseCount: 2, currentLeases: 1 });
    const idle = makeCandidate(2, { leaseCount: 2 });
    expect(SELECTORS.leastUsed([used, busy, idle], () => 0)).toBe(idle);
    const other = makeCandidate(1, { leaseCount: 2 });
    expect(SELECTORS.leastUsed([idle, used, other], () => 0)).toBe(idle);
    expect(SELECTORS.leastUsed([idle, used, other], () => 0.9)).toBe(other);
  });

  it('fastest picks the least latency, and one without only when there is no other', () => {
    const unknown = makeCandidate(0);
    const slow = makeCandidate(1, { latencyMs: 900 });
    const fast = makeCandidate(2, { latencyMs: 30 });
    expect(SELECTORS.fastest([unknown, slow, fast], () => 0)).toBe(fast);
    expect(SELECTORS.fastest([unknown], () => 0)).toBe(unknown);
  });

  it('are asked for by name, and work on what the pool knows', async () => {
    const world = new LeaseWorld();
    const [slow = '', fast = ''] = await world.fill([
      { result: { latencyMs: 300 } },
      { result: { latencyMs: 20 } },
    ]);
    const use = async (request: Partial<AcquireRequest>) => {
      const lease = await world.mustAcquire(request);
      await world.manager.releaseProxy(lease);
      return lease.proxy.id;
    };
    for (let n = 0; n < 4; n++) expect(await use({ selector: 'fastest' })).toBe(fast);
    for (let n = 0; n < 4; n++) expect(await use({ selector: 'leastUsed' })).toBe(slow);
    for (let n = 0; n < 4; n++) await use({ excludedProxyIds: [fast] });
    for (let n = 0; n < 4; n++) expect(await use({ selector: 'leastUsed' })).toBe(fast);
    const [first] = [slow, fast].sort();
    for (let n = 0; n < 4; n++) expect(await use({ selector: 'firstAvailable' })).toBe(first);
  });

  it('leastUsed spreads over unlimited proxies, whose leases are not counted', async () => {
    const world = new LeaseWorld();
    await world.fill(new Array(5).fill({ maxConcurrency: null }));
    const ids = new Set<string>();
    for (let n = 0; n < 60; n++)
      ids.add((await world.mustAcquire({ selector: 'leastUsed' })).proxy.id);
    expect(ids.size).toBe(5);
  });

  it('may be functions of the caller', async () => {
    const world = new LeaseWorld();
    const ids = await world.fill(3);
    const offered: string[] = [];
    const lease = await world.mustAcquire({
      selector: (candidates) => {
        offered.push(...candidates.map(({ proxy }) => proxy.id));
        return candidates.at(-1);
      },
    });
    expect(offered.sort()).toEqual(ids.sort());
    expect(ids).toContain(lease.proxy.id);
    expect(await world.acquire({ selector: () => undefined })).toBeNull();
    const stranger = makeCandidate(0);
    await expect(world.acquire({ selector: () => stranger })).rejects.toThrow(/candidates/);
  });
});
