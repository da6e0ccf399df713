import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HealthChecker } from '../../src/health/health-checker.ts';
import { createProxy, type Proxy } from '../../src/proxies/proxy.ts';
import { checkBatches } from '../../src/sweeps/check-batches.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/sweeps/sweep-limits.ts';
import { auditSweep } from '../support/audit-sweep.ts';
import { makeOptions, makePool, TEST_SALT } from '../support/factories.ts';
import { SweepWorld } from '../support/sweep-world.ts';

const CHECKER_TIMEOUT_MS = 4000;

/** Accepts every connection and never says a word. */
class Tarpit {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  });

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '0.0.0.0', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('a batch of 500 tarpits', () => {
  const tarpit = new Tarpit();
  let port: number;

  beforeAll(async () => {
    port = await tarpit.start();
  });

  afterAll(() => tarpit.stop());

  /** One proxy each on as many loopback addresses. */
  function makeTarpits(count: number): Proxy[] {
    return Array.from({ length: count }, (_, index) => {
      const host = `127.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;
      return createProxy({ protocol: 'http', host, port }, TEST_SALT);
    });
  }

  async function sweepTarpits(proxies: readonly Proxy[], timeoutMs: number) {
    const world = new SweepWorld();
    world.limits = { ...DEFAULT_SWEEP_LIMITS, checkerTimeoutMs: CHECKER_TIMEOUT_MS };
    const options = makeOptions({ timeoutMs, targetUrl: `http://127.0.0.1:${port}/` });
    await world.storage.createPool(makePool({ options, control: false, batchBitCounts: [0] }));
    await world.storage.insertProxies('fleet', proxies);
    // k is forced to 0: the plan would split this pool.
    const claimed = world.storage.queryProxyIds;
    Object.assign(world.storage, {
      queryProxyIds: (poolName: string) => claimed(poolName, 300),
    });
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    const checker = new HealthChecker({ allowPrivateAddresses: true });
    const startedAt = performance.now();
    const remainingMs = () => CHECKER_TIMEOUT_MS - (performance.now() - startedAt);
    const signal = new AbortController().signal;
    const outcomes = await checkBatches({ ...world, checker }, world.queue, {
      remainingMs,
      signal,
    });
    expect(outcomes).toEqual(['done']);
    await auditSweep(world.storage, sweepId, { proxyIds: proxies.map(({ id }) => id) });
    const { totals } = await world.current(sweepId);
    return { tookMs: performance.now() - startedAt, totals };
  }

  it('ends in its computed time', async () => {
    const { tookMs, totals } = await sweepTarpits(makeTarpits(500), 500);
    expect(totals).toMatchObject({ inactive: 500, failures: { timeout: 500 } });
    // Two waves of 500 ms and a second for reads and writes, were the machine its own.
    expect(tookMs).toBeLessThan(CHECKER_TIMEOUT_MS);
  });

  it('ends before the checker does when its computed time is longer than that', async () => {
    const { tookMs, totals } = await sweepTarpits(makeTarpits(500), 2000);
    expect(tookMs).toBeLessThan(CHECKER_TIMEOUT_MS);
    expect((totals?.inactive ?? 0) + (totals?.inconclusive ?? 0)).toBe(500);
    expect(totals?.inconclusive).toBeGreaterThan(0);
    expect(totals?.failures.checker_starved).toBe(totals?.inconclusive);
  });
});
