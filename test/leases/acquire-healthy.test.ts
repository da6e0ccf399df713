import { describe, expect, it } from 'vitest';
import type { HealthCheckResult } from '../../src/health/health-check-result.ts';
import type { CheckProxyRequest } from '../../src/health/health-checker.ts';
import { acquireHealthyProxy } from '../../src/leases/acquire-healthy-proxy.ts';
import type { Proxy } from '../../src/proxies/proxy.ts';
import { FakeScheduler } from '../support/fakes/fake-scheduler.ts';
import { LeaseWorld } from '../support/leases/lease-world.ts';

const request = { poolName: 'fleet', consumerName: 'shop', leaseSeconds: 60 };

/** A checker that returns the findings of a list in turn, then that all is well. */
function createChecker(findings: readonly (Partial<HealthCheckResult> | Error)[]) {
  const probed: string[] = [];
  return {
    probed,
    checkProxy: async (proxy: Proxy): Promise<HealthCheckResult> => {
      const finding = findings[probed.length] ?? {};
      probed.push(proxy.id);
      if (finding instanceof Error) throw finding;
      return {
        proxyId: proxy.id,
        protocol: proxy.protocol,
        status: 'active',
        latencyMs: 10,
        attempts: 1,
        timings: {},
        bytes: 10,
        checkedAt: '2026-01-15T12:00:00.000Z',
        ...finding,
      };
    },
  };
}

const DEAD = { status: 'inactive', failure: 'refused' } as const;

describe('acquireHealthyProxy', () => {
  it('goes on until a proxy works, and reports those that did not', async () => {
    const world = new LeaseWorld();
    await world.fill(5);
    const checker = createChecker([
      DEAD,
      { status: 'inactive', failure: 'unexpected_status' },
      { status: 'inconclusive', failure: 'checker_starved' },
    ]);
    const found = await acquireHealthyProxy(world.manager, checker, request);
    const [dead = '', targets = '', ours = '', works = ''] = checker.probed;
    expect(new Set(checker.probed).size).toBe(4);
    expect(found).toMatchObject({ lease: { proxy: { id: works } }, result: { proxyId: works } });
    expect(Object.keys((await world.row(works)).leases)).toHaveLength(1);
    expect(await world.row(dead)).toMatchObject({ leases: {}, uses: { failed: 1 } });
    for (const id of [targets, ours]) {
      expect(await world.row(id)).toMatchObject({ leases: {}, uses: { failed: 0 } });
    }
  });

  it('gives up after some tries, and when no proxies are left', async () => {
    const world = new LeaseWorld();
    await world.fill(8);
    const dead = () => createChecker(new Array(20).fill(DEAD));
    const few = dead();
    expect(await acquireHealthyProxy(world.manager, few, request)).toBeNull();
    expect(few.probed).toHaveLength(5);
    const all = dead();
    const patient = { ...request, maxTries: 20 };
    expect(await acquireHealthyProxy(world.manager, all, patient)).toBeNull();
    expect(all.probed).toHaveLength(8);
    expect((await world.manager.countPool('fleet')).totalLeases).toBe(0);
    for (const maxTries of [0, 21]) {
      const refused = acquireHealthyProxy(world.manager, all, { ...request, maxTries });
      await expect(refused).rejects.toMatchObject({ issues: [{ pointer: '/maxTries' }] });
    }
  });

  it('takes a slow proxy only when slow ones are allowed', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const slow = () => createChecker([{ status: 'slow' }]);
    expect(await acquireHealthyProxy(world.manager, slow(), request)).toBeNull();
    const wanted = { ...request, allowSlow: true };
    expect(await acquireHealthyProxy(world.manager, slow(), wanted)).not.toBeNull();
  });

  it('gives the lease its whole time after the probe', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const checker = createChecker([]);
    const { checkProxy } = checker;
    const found = await acquireHealthyProxy(
      world.manager,
      {
        checkProxy: (proxy) => {
          world.clock.advance(59_000);
          return checkProxy(proxy);
        },
      },
      request,
    );
    const left = Date.parse(found?.lease.expiresAt ?? '') - world.clock.now();
    expect(left).toBe(60_000);
  });

  it('returns no proxy whose lease ended during the probe', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const { checkProxy } = createChecker([]);
    const found = await acquireHealthyProxy(
      world.manager,
      {
        checkProxy: (proxy) => {
          world.clock.advance(60_000);
          return checkProxy(proxy);
        },
      },
      { ...request, maxTries: 1 },
    );
    expect(found).toBeNull();
  });

  it('goes on with as many proxies left out as a request may leave out', async () => {
    const world = new LeaseWorld();
    await world.fill(3);
    const excludedProxyIds = Array.from({ length: 1000 }, (_, index) => `none-${index}`);
    const checker = createChecker([DEAD, DEAD]);
    const wanted = { ...request, excludedProxyIds };
    const found = await acquireHealthyProxy(world.manager, checker, wanted);
    expect(found?.lease.proxy.id).toBe(checker.probed[2]);
    expect(new Set(checker.probed).size).toBe(3);
  });

  it('ends a probe with its lease, and goes on to another proxy', async () => {
    const world = new LeaseWorld();
    await world.fill(2);
    const scheduler = new FakeScheduler(world.clock);
    const { probed, checkProxy } = createChecker([]);
    const hanging = async (proxy: Proxy, { signal }: CheckProxyRequest = {}) => {
      if (probed.length > 0) return checkProxy(proxy);
      probed.push(proxy.id);
      const { promise, reject } = Promise.withResolvers<HealthCheckResult>();
      signal?.addEventListener('abort', () => reject(signal.reason));
      return promise;
    };
    const wanted = { ...request, wait: scheduler.wait };
    const finding = acquireHealthyProxy(world.manager, { checkProxy: hanging }, wanted);
    await scheduler.advance(60_000);
    const found = await finding;
    expect(found?.lease.proxy.id).toBe(probed[1]);
    expect(scheduler.waiting).toBe(0);
  });

  it('throws why a probe failed even when its lease cannot be released', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    world.storage.tap('leases.release', () => Promise.reject(new Error('no network')));
    const checker = createChecker([new Error('no targets')]);
    await expect(acquireHealthyProxy(world.manager, checker, request)).rejects.toThrow(
      'no targets',
    );
  });

  it('leaves nothing leased when the probe throws or is aborted', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const checker = createChecker([new Error('aborted')]);
    await expect(acquireHealthyProxy(world.manager, checker, request)).rejects.toThrow('aborted');
    const signal = AbortSignal.abort(new Error('enough'));
    const stopped = acquireHealthyProxy(world.manager, checker, { ...request, signal });
    await expect(stopped).rejects.toThrow('enough');
    expect((await world.manager.countPool('fleet')).totalLeases).toBe(0);
  });
});
