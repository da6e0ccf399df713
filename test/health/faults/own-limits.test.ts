import { type ChildProcess, fork, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTestAuthority } from '../../../src/local/fleet/index.ts';
import { HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { throttle } from '../../support/throttle.ts';

const CHECK_MANY = fileURLToPath(new URL('../../support/check-many.ts', import.meta.url));

describe('FAULTS 23: our own limits', () => {
  it('without file descriptors, probes are inconclusive and none is inactive', async () => {
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    try {
      const order = { port: peer.port, count: 400, concurrency: 400, timeoutMs: 20_000 };
      const limited = ['-c', 'ulimit -n 256 && exec "$0" "$@"', process.execPath, CHECK_MANY];
      const child = spawn('/bin/sh', [...limited, JSON.stringify(order)]);
      const { counts, failures, left } = await readReport(child);
      expect(counts.inactive ?? 0).toBe(0);
      expect((counts.active ?? 0) + (counts.slow ?? 0) + counts.inconclusive).toBe(400);
      expect(counts.inconclusive).toBeGreaterThan(100);
      expect(Object.keys(failures)).toEqual(['out_of_resources']);
      expect(left).toEqual([]);
    } finally {
      await peer.close();
    }
  }, 60_000);

  it('FAULTS 23a: on a tenth of a CPU, none of 300 healthy proxies is inactive', async () => {
    const authority = await createTestAuthority();
    const certificate = await authority.issue({ names: ['target.test'] });
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 50));
      wire.send('HTTP/1.1 200 OK\r\n\r\n');
      await wire.secure(certificate);
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const order = {
      ...{ port: peer.port, count: 300, concurrency: 256, timeoutMs: 5000, waitForStart: true },
      ...{ targetUrl: 'https://target.test/', ca: authority.caPem },
    };
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'];
    const child = fork(CHECK_MANY, [JSON.stringify(order)], { stdio });
    const report = readReport(child);
    await new Promise((resolve) => child.once('message', resolve));
    const release = throttle(child.pid ?? 0, { share: 0.1, periodMs: 100 });
    try {
      child.send('start');
      await report;
    } finally {
      release();
      await peer.close();
    }
    const { counts } = await report;
    expect(counts.inactive ?? 0).toBe(0);
    expect((counts.active ?? 0) + (counts.slow ?? 0)).toBe(300);
  }, 180_000);

  it('a stream of checks leaves neither socket nor timer behind', async () => {
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      if (Math.random() < 0.5) wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    try {
      const order = { port: peer.port, count: 200, concurrency: 100, timeoutMs: 300 };
      const child = spawn(process.execPath, [CHECK_MANY, JSON.stringify(order)]);
      expect((await readReport(child)).left).toEqual([]);
    } finally {
      await peer.close();
    }
  });
});

/** Waits for a process of check-many.ts to end, and reads what it printed. */
async function readReport(child: ChildProcess) {
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return JSON.parse(output);
}
