import { setImmediate as turn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LineRecord } from '../../../../src/cli/output/report.ts';
import { isHealthy } from '../../../../src/health/health-check-result.ts';
import {
  createTestAuthority,
  type ServerCertificate,
  startHttpProxy,
  startTarget,
} from '../../../../src/local/fleet/index.ts';
import { type CountingProxies, startCountingProxies } from './counting-proxies.ts';
import { runCheck } from './run-check.ts';

// Threads load their code from its sources, and a busy machine does so slowly.
vi.setConfig({ testTimeout: 120_000 });

const LINES = 5_000;

let proxies: CountingProxies;
beforeEach(async () => {
  proxies = await startCountingProxies();
});
afterEach(() => proxies[Symbol.asyncDispose]());

const sessionsOf = (records: readonly LineRecord[]) => new Set(records.map(({ proxy }) => proxy));

it('writes one record after the other, however slowly that goes', async () => {
  let writing = 0;
  let most = 0;
  const { records } = await runCheck({
    ...{ lines: proxies.lines(200), workers: 1, hiresAtOnce: false },
    onRecord: async () => {
      writing += 1;
      most = Math.max(most, writing);
      await turn();
      writing -= 1;
    },
  });
  expect([records.length, most]).toEqual([200, 1]);
});

it('gives one record for every line, and its limits hold over all threads', async () => {
  const limits = { concurrency: 40, maxInFlightPerHost: 10 };
  const { records, summary, threads, losses } = await runCheck({
    ...{ lines: proxies.lines(LINES), ...limits },
  });
  expect(records).toHaveLength(LINES);
  expect(new Set(records.map(({ line }) => line)).size).toBe(LINES);
  expect(sessionsOf(records).size).toBe(LINES);
  expect(records.every(isHealthy)).toBe(true);
  expect(proxies.requests()).toBe(LINES);
  expect(proxies.most().inAll).toBeLessThanOrEqual(limits.concurrency);
  expect(proxies.most().onOneHost).toBeLessThanOrEqual(limits.maxInFlightPerHost);
  expect(summary).toMatchObject({ checked: LINES, pacing: { threads: 2, started: LINES } });
  expect(threads.results).toBeGreaterThan(LINES / 10);
  expect([threads.started, threads.ended, losses]).toEqual([1, 1, []]);
});

it('gives records in the order in which the probes end', async () => {
  const { records } = await runCheck({
    lines: proxies.lines(1_000),
  });
  expect(records.at(-1)?.line).toBe(1);
});

it('gives a proxy the same id in every thread', async () => {
  const check = () => runCheck({ lines: proxies.lines(1_000) });
  const { records, threads } = await check();
  expect(threads.results).toBeGreaterThan(0);
  const ids = (found: readonly LineRecord[]) => found.map(({ proxyId }) => proxyId).sort();
  const alone = await runCheck({ lines: proxies.lines(1_000), workers: 1, hiresAtOnce: false });
  expect(ids(alone.records)).toEqual(ids(records));
});

it('loses and repeats nothing when a thread dies halfway', async () => {
  let worker: Worker | undefined;
  const { records, summary, threads, losses } = await runCheck({
    lines: proxies.lines(LINES),
    onReady: (ready) => {
      worker = ready;
    },
    onRecord: (recorded) => {
      if (recorded === LINES / 5) void worker?.terminate();
    },
  });
  expect(sessionsOf(records).size).toBe(LINES);
  expect(records).toHaveLength(LINES);
  expect(records.every(isHealthy)).toBe(true);
  expect(summary).toMatchObject({ checked: LINES, interrupted: false });
  expect([threads.started, losses.length]).toEqual([1, 1]);
  expect(threads.results).toBeGreaterThan(0);
});

it('ends its threads and keeps the results so far when it is interrupted', async () => {
  const stop = new AbortController();
  const { records, summary, threads, losses } = await runCheck({
    lines: proxies.lines(LINES),
    signal: stop.signal,
    onRecord: (recorded) => {
      if (recorded === LINES / 2) stop.abort();
    },
  });
  expect(summary).toMatchObject({ interrupted: true, checked: records.length });
  expect(records.length).toBeGreaterThanOrEqual(LINES / 2);
  expect(records.length).toBeLessThan(LINES);
  expect(sessionsOf(records).size).toBe(records.length);
  expect(threads.results).toBeGreaterThan(0);
  expect([threads.started, threads.ended, losses]).toEqual([1, 1, []]);
});

it.each([
  { workers: 1, lines: 2_000 },
  { workers: 8, lines: 300 },
])('starts no thread with $workers workers for $lines lines', async ({ workers, lines }) => {
  const list = { lines: proxies.lines(lines), workers, hiresAtOnce: false };
  const { records, summary, threads } = await runCheck(list);
  expect(records).toHaveLength(lines);
  expect(threads.started).toBe(0);
  expect(summary.pacing?.threads).toBe(1);
});

it('compares certificates with the one the control probe saw in every thread', async () => {
  const authority = await createTestAuthority();
  const mallory = await createTestAuthority('Mallory Inspection CA');
  const [own, impostor] = await Promise.all(
    [authority, mallory].map((each) => each.issue({ names: ['127.0.0.1'] })),
  );
  const [target, proxy] = await Promise.all([
    startTarget({ tls: own as ServerCertificate }),
    startHttpProxy({ behaviour: 'intercepting', interceptWith: impostor as ServerCertificate }),
  ]);
  const lines = Array.from({ length: 600 }, (_, index) =>
    proxy.url.replace('://', `://session-${index}:secret@`),
  );
  const options = { targetUrl: target.url, ca: authority.caPem, control: true };
  const { records, threads } = await runCheck({ lines, ...options });
  await Promise.all([target, proxy].map((server) => server.close()));
  expect(threads.results).toBeGreaterThan(0);
  const found = Map.groupBy(records, ({ failure, blame }) => `${failure} ${blame}`);
  expect([...found.keys()]).toEqual(['tls_intercepted interception']);
});
