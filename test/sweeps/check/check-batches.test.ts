import { describe, expect, it } from 'vitest';
import { InvalidInputError, NotFoundError } from '../../../src/errors.ts';
import type { FailureCode } from '../../../src/health/failure.ts';
import { batchOf } from '../../../src/model/batch-range.ts';
import { toStoredRecord } from '../../../src/model/result-record.ts';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import {
  makeOptions,
  makePolicy,
  makeProxies,
  makeProxy,
  makeSweepId,
} from '../../support/factories.ts';
import { FakeChecker, type Finding } from '../../support/fakes/fake-checker.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

const DOWN: Finding = {
  status: 'inactive',
  failure: 'refused',
  failedPhase: 'connect',
  latencyMs: 1,
  timings: { connect: 1 },
};

async function startDispatched(world: SweepWorld) {
  const { sweepId } = await world.start();
  await world.startFanOut(sweepId);
  return sweepId;
}

describe('checkBatches', () => {
  it('gives every proxy a verdict, writes rows and ledger, and closes the sweep', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(700);
    const dead = new Set(proxyIds.slice(0, 100));
    world.checker.finding = ({ id }) => (dead.has(id) ? DOWN : {});
    const sweep = await world.sweep();
    expect(sweep).toMatchObject({ state: 'complete', bitCount: 2, missingBatches: [] });
    await auditSweep(world.storage, sweep.sweepId, { events: world.events, proxyIds });
    const report = await readSweepReport(world, sweep.sweepId);
    expect(report.totals).toEqual({
      proxies: 700,
      skipped: 0,
      active: 600,
      slow: 0,
      inactive: 100,
      inconclusive: 0,
    });
    expect(report.failures).toEqual([{ code: 'refused', blame: 'proxy', count: 100 }]);
    expect(report.bytes).toBe(70_000);
    for (const row of await world.rows()) {
      expect(row.status).toBe(dead.has(row.proxy.id) ? 'inactive' : 'active');
      expect(row.rowSweepId).toBe(sweep.sweepId);
    }
  });

  it('writes no row that a verdict confirms', async () => {
    const world = new SweepWorld();
    await world.fill(5);
    const first = await world.sweep();
    world.clock.advance(60_000);
    await world.sweep();
    for (const row of await world.rows()) expect(row.rowSweepId).toBe(first.sweepId);
  });

  it('counts a message once when it comes twice in turn, and probes nothing twice', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400);
    const sweepId = await startDispatched(world);
    const messages = [...world.queue];
    await world.deliver();
    world.checker.finding = () => DOWN;
    expect(await world.check(messages)).toEqual(['done', 'done']);
    expect(world.checker.probed.toSorted()).toEqual(proxyIds);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    expect((await readSweepReport(world, sweepId)).totals.active).toBe(400);
    for (const row of await world.rows()) expect(row.status).toBe('active');
  });

  it('counts a message once when it comes twice at once, whichever wins', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(50);
    const sweepId = await startDispatched(world);
    const rival = new FakeChecker();
    rival.finding = () => DOWN;
    const outcomes = await Promise.all([
      world.check(world.queue),
      checkBatches({ ...world, checker: rival }, world.queue, world.invocation()),
    ]);
    expect(outcomes).toEqual([['done'], ['done']]);
    expect([world.checker.probed.length, rival.probed.length]).toEqual([50, 50]);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    const stored = await world.storage.results.get('fleet', '*', sweepId);
    for (const row of await world.rows()) {
      expect(row.status).toBe(stored?.results.get(row.proxy.id)?.status);
    }
  });

  it('handles one message twice in one invocation', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(50);
    const sweepId = await startDispatched(world);
    expect(await world.check([...world.queue, ...world.queue])).toEqual(['done', 'done']);
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
  });

  it('asks the target before and after, and believes no verdict when it is down', async () => {
    const down = { ok: false, latencyMs: 5, failure: 'refused' } as const;
    const up = { ok: true, latencyMs: 5, statusCode: 200 };
    for (const [before, after, probes] of [
      [down, up, 1],
      [up, down, 2],
    ] as const) {
      const world = new SweepWorld();
      await world.fill(20);
      world.checker.finding = () => DOWN;
      world.checker.control = (n) => (n === 1 ? before : after);
      const sweep = await world.sweep();
      expect(world.checker.controlProbes).toBe(probes);
      expect(sweep.totals).toMatchObject({ inactive: 0, inconclusive: 20, failures: {} });
      for (const row of await world.rows()) expect(row).toMatchObject({ status: 'unknown' });
      const result = await world.storage.results.get('fleet', '*', sweep.sweepId);
      expect(result?.control).toEqual(down);
    }
  });

  it('FAULTS 24a: lets a success stand whatever the control probe found, before or after', async () => {
    const down = { ok: false, latencyMs: 5, failure: 'target_name_unresolved' } as const;
    const up = { ok: true, latencyMs: 5, statusCode: 200 };
    for (const [before, after] of [
      [down, up],
      [up, down],
    ] as const) {
      const world = new SweepWorld();
      const proxyIds = await world.fill(20);
      const dead = new Set(proxyIds.slice(0, 5));
      world.checker.finding = ({ id }) => (dead.has(id) ? DOWN : {});
      world.checker.control = (n) => (n === 1 ? before : after);
      const sweep = await world.sweep();
      expect(sweep.totals).toMatchObject({ active: 15, inactive: 0, inconclusive: 5 });
      await auditSweep(world.storage, sweep.sweepId, { proxyIds });
      for (const row of await world.rows()) {
        expect(row.status).toBe(dead.has(row.proxy.id) ? 'unknown' : 'active');
      }
    }
  });

  it('blames no target that could not be asked for what it sets aside', async () => {
    const blamedFor = async (failure: FailureCode) => {
      const world = new SweepWorld();
      const [id = ''] = await world.fill(1);
      world.checker.finding = () => DOWN;
      world.checker.control = () => ({ ok: false, latencyMs: 5, failure });
      const { sweepId } = await world.sweep();
      const stored = await world.storage.results.get('fleet', '*', sweepId);
      const result = stored?.results.get(id);
      if (!stored || !result) throw new Error('expected a result');
      return toStoredRecord(null, id, { result, startedAt: stored.startedAt });
    };
    expect(await blamedFor('refused')).toMatchObject({ blame: 'target', failure: 'refused' });
    expect(await blamedFor('target_name_unresolved')).toMatchObject({ blame: 'unconfirmed' });
    expect(await blamedFor('resolver_unavailable')).toMatchObject({
      blame: 'us',
      errorMessage: expect.stringContaining('could not ask the target'),
    });
  });

  it('asks the target before once for all batches of an invocation', async () => {
    const world = new SweepWorld();
    await world.fill(1000);
    await startDispatched(world);
    expect(world.queue).toHaveLength(4);
    await world.deliver();
    expect(world.checker.controlProbes).toBe(1 + 4);
  });

  it('does not ask the target when the pool has the control probe turned off', async () => {
    const world = new SweepWorld();
    await world.fill(20, { control: false });
    world.checker.finding = () => DOWN;
    const sweep = await world.sweep();
    expect(world.checker.controlProbes).toBe(0);
    expect(sweep.totals).toMatchObject({ inactive: 20 });
    const result = await world.storage.results.get('fleet', '*', sweep.sweepId);
    expect(result).not.toHaveProperty('control');
  });

  it('records a batch begun after the deadline, but leaves its rows alone', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(20);
    const sweepId = await startDispatched(world);
    const { deadlineAt } = await world.current(sweepId);
    world.clock.setWallClock(Date.parse(deadlineAt) + 1);
    await world.deliver();
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    for (const row of await world.rows()) expect(row.rowSweepId).toBe('0');
  });

  it('records a batch of a closed sweep as late, and leaves the newer statuses alone', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(400);
    const older = await startDispatched(world);
    const [first, second] = world.queue.splice(0);
    if (!first || !second) throw new Error('expected two batches');
    await world.check([first]);
    world.clock.advance(3_600_000);
    await world.tick();
    expect(await world.current(older)).toMatchObject({
      state: 'incomplete',
      missingBatches: [second.bits],
    });
    const newer = await world.sweep();
    expect(newer.state).toBe('complete');
    const before = await world.rows();
    world.checker.finding = () => DOWN;
    expect(await world.check([second])).toEqual(['done']);
    expect(await world.rows()).toEqual(before);
    expect(await world.current(older)).toMatchObject({ state: 'incomplete', lateBatches: 1 });
    const { batches, totals } = await readSweepReport(world, older);
    expect(batches).toEqual({ total: 2, recorded: 2, late: 1, missing: [] });
    expect(totals.proxies).toBe(400);
    await auditSweep(world.storage, older, { events: world.events, proxyIds });
    await auditSweep(world.storage, newer.sweepId, { events: world.events, proxyIds });
  });

  it('leaves the rows alone when a sweep that was closed is delivered again in time', async () => {
    const world = new SweepWorld();
    await world.fill(20);
    const sweepId = await startDispatched(world);
    const messages = [...world.queue];
    await world.deliver();
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
    await world.storage.proxies.delete('fleet', makeProxy(3).id);
    await world.storage.proxies.insert('fleet', [makeProxy(3)]);
    expect(await world.check(messages)).toEqual(['done']);
    const row = await world.storage.proxies.get('fleet', makeProxy(3).id);
    expect(row).toMatchObject({ status: 'unknown', rowSweepId: '0' });
  });

  it('begins no batch while the window has no room for it', async () => {
    const world = new SweepWorld();
    await world.fill(800);
    await startDispatched(world);
    world.checker.finding = () => 'hang';
    const controller = new AbortController();
    world.remainingMs = () => 900_000;
    const checked = checkBatches(world, world.queue, world.invocation(controller));
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    const [first, second] = ['00', '10'].map(
      (bits) => makeProxies(800).filter(({ id }) => batchOf(id, 2) === bits).length,
    );
    expect(world.checker.probed).toHaveLength((first ?? 0) + (second ?? 0));
    controller.abort();
    await checked;
  });

  it('fails a message of a sweep that does not exist, and handles the others', async () => {
    const world = new SweepWorld();
    await world.fill(20);
    await startDispatched(world);
    const [message] = world.queue;
    if (!message) throw new Error('expected a batch');
    const outcomes = await world.check([
      { ...message, sweepId: makeSweepId(9) },
      { ...message, bits: '01' },
      message,
    ]);
    expect(outcomes).toEqual([
      { failed: expect.any(NotFoundError) },
      { failed: expect.any(InvalidInputError) },
      'done',
    ]);
  });

  it('fails every message whose work an abort cuts short, and stores nothing of it', async () => {
    const world = new SweepWorld();
    await world.fill(20);
    const sweepId = await startDispatched(world);
    const controller = new AbortController();
    world.checker.finding = () => {
      queueMicrotask(() => controller.abort());
      return 'hang';
    };
    const [outcome] = await checkBatches(world, world.queue, world.invocation(controller));
    expect(outcome).toHaveProperty('failed');
    expect(await world.storage.results.get('fleet', '*', sweepId)).toBeNull();
  });

  it('probes 1,024 proxies of a longer batch and marks it as truncated', async () => {
    const world = new SweepWorld();
    await world.fill(200);
    const sweepId = await startDispatched(world);
    await world.storage.proxies.insert('fleet', makeProxies(1100));
    await world.deliver();
    const result = await world.storage.results.get('fleet', '*', sweepId);
    expect(result?.truncated).toBe(true);
    expect(result?.results.size).toBe(1024);
  });

  it('sweeps proxies deleted or added meanwhile in or out, never half', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(50);
    const sweepId = await startDispatched(world);
    world.checker.finding = ({ id }) => {
      if (id === proxyIds[10]) void world.storage.proxies.delete('fleet', proxyIds[40] ?? '');
      if (id === proxyIds[11]) void world.storage.proxies.insert('fleet', [makeProxy(999)]);
      return {};
    };
    await world.deliver();
    await auditSweep(world.storage, sweepId, { events: world.events, proxyIds });
    expect((await world.rows()).map((row) => row.proxy.id)).not.toContain(proxyIds[40]);
    const added = await world.storage.proxies.get('fleet', makeProxy(999).id);
    expect(added).toMatchObject({ status: 'unknown', rowSweepId: '0' });
  });

  it('applies rise and fall over sweeps', async () => {
    const world = new SweepWorld();
    await world.fill(1, { riseFall: { rise: 2, fall: 3 } });
    const statuses: string[] = [];
    for (const finding of [{}, DOWN, DOWN, {}, DOWN, DOWN, DOWN, {}, {}]) {
      world.checker.finding = () => finding;
      world.clock.advance(60_000);
      await world.sweep();
      statuses.push((await world.rows())[0]?.status ?? '');
    }
    const [up, down] = ['active', 'inactive'];
    expect(statuses).toEqual([up, up, up, up, up, up, down, down, up]);
  });
});

describe('checkBatches, when time is short', () => {
  const options = makeOptions({ timeoutMs: 5000, attempts: 1 });
  const policy = makePolicy({ options });

  it.each([
    // A batch takes 5 s, the control probe afterwards 10.1 s; 5 s are kept.
    [10, [2_010, 4_020, 6_030]],
    [1, [20_100, 40_200, 60_000]],
  ])(
    'gives back, to %d checkers in turn, the batches it has no time to begin',
    async (concurrency, expectedMs) => {
      const world = new SweepWorld();
      await world.fill(800, policy);
      await startDispatched(world);
      const messages = world.queue.splice(0);
      world.limits = { ...world.limits, concurrency };
      world.remainingMs = () => 20_000;
      world.checker.finding = () => 'hang';
      const controller = new AbortController();
      const hiddenMs: number[] = [];
      const defer: SweepWorld['defer'] = async (message, ms) => {
        world.queue.push(message);
        hiddenMs.push(ms);
        if (hiddenMs.length === 3) controller.abort();
      };
      const invocation = { ...world.invocation(controller), defer };
      const outcomes = await checkBatches(world, messages, invocation);
      expect(outcomes).toEqual([{ failed: expect.anything() }, ...Array(3).fill('deferred')]);
      expect(world.queue).toEqual(messages.slice(1));
      expect(hiddenMs).toEqual(expectedMs);
    },
  );

  it('fails the one batch of several that cannot be given back', async () => {
    const world = new SweepWorld();
    await world.fill(800, policy);
    await startDispatched(world);
    world.limits = { ...world.limits, checkerTimeoutMs: 400 };
    world.remainingMs = () => 400;
    world.checker.finding = () => 'hang';
    const defer: SweepWorld['defer'] = async ({ bits }) => {
      if (bits === '01') throw new Error('queue is down');
    };
    const invocation = { ...world.invocation(), defer };
    const outcomes = await checkBatches(world, world.queue, invocation);
    const failed = { failed: new Error('queue is down') };
    expect(outcomes).toEqual(['done', 'deferred', failed, 'deferred']);
  });

  it('ends in time, with the proxies it did not get to as inconclusive', async () => {
    const world = new SweepWorld();
    const proxyIds = await world.fill(200, policy);
    const hanging = new Set(proxyIds.slice(150));
    world.checker.finding = ({ id }) => (hanging.has(id) ? 'hang' : {});
    world.limits = { ...world.limits, checkerTimeoutMs: 400 };
    const startedAt = performance.now();
    // The control probe afterwards may take 10.1 s, reads and writes a quarter of 400 ms.
    world.remainingMs = () => 10_100 + 100 + 200 - (performance.now() - startedAt);
    const sweep = await world.sweep();
    // A hanging probe ends with the cut alone.
    expect(performance.now() - startedAt).toBeLessThan(10_100);
    expect(sweep.totals).toMatchObject({
      active: 150,
      inconclusive: 50,
      failures: { checker_starved: 50 },
    });
    await auditSweep(world.storage, sweep.sweepId, { events: world.events, proxyIds });
    for (const row of await world.rows()) {
      expect(row.status).toBe(hanging.has(row.proxy.id) ? 'unknown' : 'active');
    }
  });
});
