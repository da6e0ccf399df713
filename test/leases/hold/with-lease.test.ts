import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  ConflictError,
  InvalidInputError,
  LeaseEndedError,
  NotFoundError,
} from '../../../src/errors.ts';
import type { UseFunction } from '../../../src/leases/hold/use-lease.ts';
import type { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import { FakeScheduler } from '../../support/fakes/fake-scheduler.ts';
import { LeaseWorld, type PlannedProxy } from '../../support/leases/lease-world.ts';

const SECOND = 1000;
const request = { poolName: 'fleet', consumerName: 'shop', leaseSeconds: 60 };

async function createUser(planned: readonly PlannedProxy[] = [{}]) {
  const world = new LeaseWorld();
  const ids = await world.fill(planned);
  const scheduler = new FakeScheduler(world.clock);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const manager: ProxyManager = world.createManager({ wait: scheduler.wait, onError });
  return { world, ids, id: ids[0] ?? '', scheduler, manager, errors };
}

/** A task that ends when it is told to. */
function createTask() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const use: UseFunction<string> = (_lease, { signal }) => {
    signals.push(signal);
    return promise;
  };
  return { use, finish: () => resolve('done'), fail: reject, signal: () => signals[0] };
}

describe('withLease', () => {
  it('holds a proxy while it is used, and releases it as ok', async () => {
    const { world, id, manager, scheduler } = await createUser();
    const value = await manager.withLease(request, async (lease) => {
      expect(Object.keys((await world.row(id)).leases)).toHaveLength(1);
      return lease.proxy.id;
    });
    expect(value).toBe(id);
    expect(await world.row(id)).toMatchObject({ leases: {}, uses: { ok: 1 } });
    expect(scheduler.waiting).toBe(0);
  });

  it('releases it as failed when the function throws, and lets the error through', async () => {
    const { world, id, manager } = await createUser();
    const broken = new Error('no');
    const thrown = manager.withLease(request, () => Promise.reject(broken));
    await expect(thrown).rejects.toBe(broken);
    expect(await world.row(id)).toMatchObject({ leases: {}, uses: { ok: 0, failed: 1 } });
  });

  it('reports what the function says instead', async () => {
    const { world, id, manager } = await createUser();
    await manager.withLease(request, (_lease, { report }) => {
      report({ outcome: 'blocked', targetHost: 'shop.example' });
    });
    const thrown = manager.withLease(request, (_lease, { report }) => {
      report('slow');
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect((await world.row(id)).uses).toEqual({ ok: 0, slow: 1, blocked: 1, failed: 0 });
  });

  it('blames no proxy for a report that cannot be used', async () => {
    const { world, id, manager } = await createUser();
    const targetHost = 'https://shop.example/';
    const thrown = manager.withLease(request, (_lease, { report }) => {
      report({ outcome: 'blocked', targetHost });
    });
    await expect(thrown).rejects.toMatchObject({ code: 'invalid_input' });
    await manager.withLease(request, (_lease, { report }) => {
      expect(() => report({ outcome: 'blocked', targetHost })).toThrow();
    });
    expect((await world.row(id)).uses).toEqual({ ok: 0, slow: 0, blocked: 0, failed: 0 });
    await manager.withLease(request, (_lease, { report }) => {
      expect(() => report({ outcome: 'blocked', targetHost })).toThrow();
      report('slow');
    });
    expect((await world.row(id)).uses).toMatchObject({ ok: 0, slow: 1 });
  });

  it('throws NoProxyAvailableError when no proxy is free', async () => {
    const { manager, world } = await createUser();
    await world.mustAcquire();
    await expect(manager.withLease(request, () => 'used')).rejects.toMatchObject({
      name: 'NoProxyAvailableError',
      code: 'no_proxy_available',
    });
  });

  it('renews the lease a third before its end for as long as it is used', async () => {
    const { world, manager, scheduler } = await createUser();
    const renewedAt = recordRenewals(world);
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(39 * SECOND);
    expect(await runningSeconds(world)).toBe(21);
    await scheduler.advance(SECOND);
    expect(await runningSeconds(world)).toBe(60);
    await scheduler.advance(140 * SECOND);
    expect(await runningSeconds(world)).toBe(40);
    expect(renewedAt).toEqual([40, 80, 120, 160]);
    expect(await world.acquire()).toBeNull();
    expect(task.signal()?.aborted).toBe(false);
    task.finish();
    expect(await used).toBe('done');
    expect(await world.acquire()).not.toBeNull();
    expect(scheduler.waiting).toBe(0);
  });

  it('keeps the lease of an unlimited proxy, whose id changes', async () => {
    const { world, id, manager, scheduler } = await createUser([{ maxConcurrency: null }]);
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(600 * SECOND);
    task.finish();
    await used;
    expect((await world.row(id)).uses.ok).toBe(1);
  });

  it('tells the function when the lease is lost, and blames no proxy for what follows', async () => {
    const { world, id, manager, scheduler } = await createUser();
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(0);
    await world.setStatus(id, 'banned');
    await scheduler.advance(41 * SECOND);
    expect(task.signal()?.reason).toBeInstanceOf(LeaseEndedError);
    task.fail(new Error('aborted'));
    await expect(used).rejects.toThrow('aborted');
    expect(await world.row(id)).toMatchObject({ leases: {}, uses: { failed: 0, ok: 0 } });
    expect(scheduler.waiting).toBe(0);
  });

  it('retries a failed renewal, and ends by its own clock when none succeeds', async () => {
    const { world, manager, scheduler } = await createUser();
    let failing = true;
    world.storage.tap('leases.renew', async (renew, renewal) => {
      if (failing) throw new Error('no network');
      return renew(renewal);
    });
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(55 * SECOND);
    failing = false;
    await scheduler.advance(3 * SECOND);
    expect(await runningSeconds(world)).toBeGreaterThan(50);
    failing = true;
    await scheduler.advance((await runningSeconds(world)) * SECOND - 1);
    expect(task.signal()?.aborted).toBe(false);
    await scheduler.advance(SECOND);
    expect(task.signal()?.reason).toMatchObject({ code: 'lease_ended' });
    task.finish();
    expect(await used).toBe('done');
    expect(scheduler.waiting).toBe(0);
  });

  it('retries a renewal that keeps failing less and less often', async () => {
    const { world, manager, scheduler } = await createUser();
    const renewedAt = recordRenewals(world);
    failRenewals(world, () => new Error('throttled'));
    const task = createTask();
    const used = manager.withLease({ ...request, leaseSeconds: 600 }, task.use);
    await scheduler.advance(600 * SECOND);
    expect(task.signal()?.reason).toMatchObject({ code: 'lease_ended' });
    task.finish();
    await used;
    expect(renewedAt.length).toBeGreaterThan(20);
    expect(renewedAt.length).toBeLessThan(60);
    const pauses = renewedAt.slice(1).map((at, index) => at - (renewedAt[index] ?? 0));
    expect(Math.min(...pauses.slice(0, -1))).toBeGreaterThan(0.199);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10);
    expect(renewedAt.at(-1)).toBeGreaterThan(595);
  });

  it.for([
    new NotFoundError('there is no such pool'),
    new ConflictError('the pool is being deleted'),
    new InvalidInputError('the id does not belong to this pool'),
  ])('loses the lease at once to an error that no retry can fix ($code)', async (error) => {
    const { world, manager, scheduler } = await createUser();
    failRenewals(world, () => error);
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(41 * SECOND);
    expect(task.signal()?.reason).toMatchObject({ code: 'lease_ended', cause: error });
    task.finish();
    await used;
    expect(scheduler.waiting).toBe(0);
  });

  it('ends by its own clock while a renewal hangs, and does not wait for it when done', async () => {
    const { world, manager, scheduler } = await createUser();
    world.storage.tap('leases.renew', () => new Promise(() => {}));
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(59 * SECOND);
    expect(task.signal()?.aborted).toBe(false);
    await scheduler.advance(SECOND);
    expect(task.signal()?.reason).toMatchObject({ code: 'lease_ended' });
    task.finish();
    expect(await used).toBe('done');
    const second = createTask();
    const usedAgain = manager.withLease(request, second.use);
    await scheduler.advance(50 * SECOND);
    second.finish();
    expect(await usedAgain).toBe('done');
    expect(scheduler.waiting).toBe(0);
  });

  it('repeats a renewal that has no answer, and so keeps the lease', async () => {
    const { world, manager, scheduler } = await createUser();
    world.storage.justBefore('leases.renew', () => new Promise(() => {}));
    const tries = world.storage.record('leases.renew');
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(120 * SECOND);
    expect(task.signal()?.aborted).toBe(false);
    expect(tries.length).toBeGreaterThan(1);
    task.finish();
    expect(await used).toBe('done');
    expect(scheduler.waiting).toBe(0);
  });

  it('ends in time when its wall clock was set back, so that no renewal extends it', async () => {
    const { world, manager, scheduler } = await createUser();
    const task = createTask();
    const used = manager.withLease(request, task.use);
    await scheduler.advance(50 * SECOND);
    const renewedAt = recordRenewals(world);
    world.clock.setWallClock(world.clock.now() - 600 * SECOND);
    await scheduler.advance(49 * SECOND);
    expect(task.signal()?.aborted).toBe(false);
    await scheduler.advance(SECOND);
    expect(task.signal()?.reason).toMatchObject({ code: 'lease_ended' });
    task.finish();
    await used;
    expect(renewedAt[0]).toBe(30);
  });

  it("passes on the caller's signal, and leaves no listener on it", async () => {
    const { world, id, manager } = await createUser();
    const controller = new AbortController();
    const { signal } = controller;
    await manager.withLease({ ...request, signal }, () => 'used');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const task = createTask();
    const used = manager.withLease({ ...request, signal }, task.use);
    await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    expect(task.signal()?.reason).toMatchObject({ message: 'enough' });
    task.fail(new Error('stopped'));
    await expect(used).rejects.toThrow('stopped');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect((await world.row(id)).uses).toEqual({ ok: 1, slow: 0, blocked: 0, failed: 0 });
    await expect(manager.withLease({ ...request, signal }, task.use)).rejects.toThrow('enough');
  });

  it('returns the result although the release fails', async () => {
    const { world, manager, errors } = await createUser();
    world.storage.tap('leases.release', () => Promise.reject(new Error('no network')));
    expect(await manager.withLease(request, () => 'done')).toBe('done');
    expect(errors).toMatchObject([{ message: 'no network' }]);
  });

  it('waits by the timers of the process by default', async () => {
    const world = new LeaseWorld();
    await world.fill(1);
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await world.manager.withLease(request, () => new Promise(setImmediate));
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBe(before);
  });
});

/** Records when leases are renewed, seconds from now. */
function recordRenewals({ storage, clock }: LeaseWorld): readonly number[] {
  const began = clock.monotonic();
  const renewedAt: number[] = [];
  storage.tap('leases.renew', (renew, renewal) => {
    renewedAt.push((clock.monotonic() - began) / SECOND);
    return renew(renewal);
  });
  return renewedAt;
}

function failRenewals({ storage }: LeaseWorld, createError: () => Error): void {
  storage.tap('leases.renew', async (renew, renewal) => {
    await renew({ ...renewal, token: 'none' });
    throw createError();
  });
}

async function runningSeconds({ storage, clock }: LeaseWorld): Promise<number> {
  const { rows } = await storage.proxies.query('fleet', { limit: 9 });
  const [lease] = rows.flatMap((row) => Object.values(row.leases));
  return ((lease?.expiresAt ?? 0) - clock.now()) / SECOND;
}
