import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import type { PoolPolicy } from '../../../src/model/pool.ts';
import type { BatchMessage } from '../../../src/model/sweep.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { checkBatches } from '../../../src/sweeps/check/check-batches.ts';
import { HealthCheckOrchestrator } from '../../../src/sweeps/check/health-check-orchestrator.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { makeOptions, makePool, TEST_SALT } from '../../support/factories.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** How long a gateway waits for the requests that it expects, milliseconds. */
const GENEROUS_MS = 10_000;

/** How long a gateway takes for a request, milliseconds. */
const SERVICE_MS = 20;

/** A gateway that answers nothing before `expected` requests are there at once. */
async function startGateway(expected: number) {
  const held = new Set<ServerResponse>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let most = 0;
  const server = createServer(async (_request, response) => {
    held.add(response);
    most = Math.max(most, held.size);
    if (held.size >= expected) reach();
    await reached;
    setTimeout(() => {
      held.delete(response);
      response.end('fine');
    }, SERVICE_MS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mostAtOnce: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Adds a pool of sessions of one gateway; returns the messages of a sweep of it. */
async function sweepSessions(
  world: SweepWorld,
  { poolName, port, ...policy }: Partial<PoolPolicy> & { poolName: string; port: number },
): Promise<BatchMessage[]> {
  const options = makeOptions({ timeoutMs: GENEROUS_MS, slowThresholdMs: GENEROUS_MS });
  await world.storage.pools.create(makePool({ poolName, options, control: false, ...policy }));
  const sessions = Array.from({ length: 60 }, (_, index) => {
    const credentials = new Credentials(`${poolName}-${index}`, 'secret');
    return createProxy({ protocol: 'http', host: '127.0.0.1', port, credentials }, TEST_SALT);
  });
  await world.storage.proxies.insert(poolName, sessions);
  const { sweepId } = await startSweep(world, { poolName, trigger: 'manual' });
  await dispatchSweep(world, sweepId);
  return world.queue.splice(0);
}

describe('probes in flight at one gateway', () => {
  const checker = new HealthChecker({ allowPrivateAddresses: true });

  async function check(world: SweepWorld, messages: readonly BatchMessage[]) {
    const outcomes = await checkBatches({ ...world, checker }, messages, world.invocation());
    expect(outcomes).toEqual(messages.map(() => 'done'));
    for (const { sweepId } of messages) {
      expect(await world.current(sweepId)).toMatchObject({ totals: { active: 60 } });
    }
  }

  it.each([
    ['as many as its pool allows', 5, 5],
    ['more than the checkers allow by themselves, if its pool does', 48, 48],
    ['as many as the checkers allow, if its pool says nothing', null, 32],
  ])('are %s', async (_title, maxInFlightPerHost, expected) => {
    await using gateway = await startGateway(expected);
    const world = new SweepWorld();
    const { port } = gateway;
    await check(world, await sweepSessions(world, { poolName: 'fleet', port, maxInFlightPerHost }));
    expect(gateway.mostAtOnce()).toBe(expected);
  });

  it('are as many as its pool allows for a program that checks the pool by itself', async () => {
    await using gateway = await startGateway(5);
    const world = new SweepWorld();
    const { port } = gateway;
    await sweepSessions(world, { poolName: 'fleet', port, maxInFlightPerHost: 5 });
    const orchestrator = new HealthCheckOrchestrator({ checker, storage: world.storage });
    const { rows } = await world.storage.proxies.query('fleet', { limit: 100 });
    const statuses: string[] = [];
    const proxies = rows.map(({ proxy }) => proxy);
    for await (const { status } of orchestrator.streamAndStore('fleet', proxies)) {
      statuses.push(status);
    }
    expect(statuses).toEqual(Array(60).fill('active'));
    expect(gateway.mostAtOnce()).toBe(5);
  });

  it('are as many as the more careful of two pools allows', async () => {
    await using gateway = await startGateway(5);
    const world = new SweepWorld();
    // At their slowest, 120 probes five at a time take long.
    world.remainingMs = () => 900_000;
    const { port } = gateway;
    const careful = await sweepSessions(world, {
      poolName: 'careful',
      port,
      maxInFlightPerHost: 5,
    });
    const other = await sweepSessions(world, { poolName: 'other', port, maxInFlightPerHost: 40 });
    await check(world, [...careful, ...other]);
    expect(gateway.mostAtOnce()).toBe(5);
  });
});
