import { describe, expect, it } from 'vitest';
import { parseFanOutEvent } from '../../functions/fan-out/fan-out-event.ts';
import { readProxyHistory } from '../../src/pools/proxy-history.ts';
import { startSweep } from '../../src/sweeps/start/start-sweep.ts';
import { readFixture, see } from '../fixtures/fixture.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { openChecker, openFixture } from './support/fixture-world.ts';

describe.each(['format-0', 'format-1'])('what a release has stored and sent (%s)', (folder) => {
  const database = useDynamoDb();
  const fixture = readFixture(folder);
  const { seen, sent } = fixture;
  const open = () => openFixture(database, fixture);

  it('is read as that release read it: pools, statuses, reports, results, history', async () => {
    const { world } = await open();
    const { pools, rows, reports, results } = seen;
    const now = await see(world.storage, seen.sweepIds);
    // What has been added to reports since is missing there, and nothing else.
    expect(now).toMatchObject({ pools, rows, reports, results });
    expect(now).toEqual({ pools, rows, reports: now.reports, results });
    for (const { totals, edge } of now.reports) expect([totals.skipped, edge]).toEqual([0, false]);
    for (const { proxyId } of rows) {
      const history = await readProxyHistory(world, 'fleet', proxyId, { limit: 10 });
      const older = history.results.filter(({ sweepId }) => sweepId !== seen.runningSweepId);
      const found = results
        .toReversed()
        .flatMap((each) => each.filter((one) => one.proxyId === proxyId));
      expect(older.map(({ sweepId: _id, ...record }) => record)).toEqual(found);
    }
  });

  it('has its messages checked with its policy, and its sweep closed with every status kept', async () => {
    const { world, before, statuses } = await open();
    const { invoke } = openChecker(world);
    expect(await invoke(sent.messages)).toEqual({ batchItemFailures: [] });
    expect(world.checker.options).toMatchObject({
      targetUrl: 'http://target.test/health',
      expectedStatusCodes: [200, 204],
      headers: { 'x-key': 'a header' },
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
      maxBodyBytes: 65_536,
    });
    const sweep = await world.current(seen.runningSweepId);
    expect(sweep).toMatchObject({ state: 'complete', missingBatches: [] });
    expect(await statuses()).toEqual(before);
    expect(world.events.map(({ type }) => type)).toEqual(['Sweep Finished']);
  });

  it('is ticked and swept: due pools begin, marked ones go, no status changes', async () => {
    const { world, before, statuses } = await open();
    await openChecker(world).invoke(sent.messages);
    world.clock.advance(120_000);
    const done = Object.fromEntries(
      (await world.tick()).map(({ poolName, action }) => [poolName, action]),
    );
    expect(done).toEqual({ fleet: 'started', doomed: 'deleting' });
    await world.deliver();
    const pool = await world.storage.pools.get('fleet');
    expect(pool?.runningSweepId).toBeUndefined();
    const sweep = await world.current(pool?.lastSweepId ?? '');
    expect(sweep).toMatchObject({ state: 'complete', trigger: 'schedule' });
    expect(await statuses()).toEqual(before);
  });

  it('keeps its leases: they hold, are found by their key, renewed and released', async () => {
    const { world, manager } = await open();
    const [proxyId] = seen.leaseId.split('.');
    const others = seen.rows.map((row) => row.proxyId).filter((id) => id !== proxyId);
    const wish = { poolName: 'fleet', consumerName: 'shop', leaseSeconds: 86_400 };
    const only = { ...wish, excludedProxyIds: others };
    expect(await manager.acquireProxy(only)).toBeNull();
    const again = await manager.acquireProxy({ ...only, idempotencyKey: seen.leaseKey });
    expect(again?.leaseId).toBe(seen.leaseId);
    for (const leaseId of [seen.leaseId, seen.signedLeaseId]) {
      world.clock.advance(1000);
      const renewed = await manager.renewLease(
        { poolName: 'fleet', leaseId },
        { leaseSeconds: 86_400 },
      );
      expect(Date.parse(renewed.expiresAt)).toBe(world.clock.now() + 86_400_000);
    }
    expect(await manager.releaseProxy({ poolName: 'fleet', leaseId: seen.leaseId }, 'ok')).toBe(
      true,
    );
    expect((await manager.acquireProxy(only))?.proxy.id).toBe(proxyId);
  });

  it('keeps its idempotency keys and its requests', async () => {
    const { world } = await open();
    const request = { poolName: 'idle', trigger: 'manual', idempotencyKey: seen.sweepKey } as const;
    expect((await startSweep(world, request)).sweepId).toBe(seen.keyedSweepId);
    const requests = sent.requests.map((payload) => parseFanOutEvent(JSON.parse(payload)));
    expect(requests).toHaveLength(4);
    expect(requests.at(-1)).toEqual({ kind: 'dispatch', sweepId: seen.runningSweepId });
  });
});
