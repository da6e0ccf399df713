import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import type { TlsPeerKind } from '../../support/peers/tls-peer-process.ts';
import { checker, proxyAt } from '../support/check.ts';

const PEER = fileURLToPath(new URL('../../support/peers/tls-peer-process.ts', import.meta.url));
/** The longest that one handshake may hold up the event loop on a quiet machine, milliseconds. */
const LONGEST_BLOCK_MS = 50;
/** Other work on this machine only adds to a block: the shortest of so many is the handshake's. */
const TRIES = 5;

interface Block {
  readonly result: HealthCheckResult;
  readonly blockMs: number;
}

const children: ChildProcess[] = [];
const ports = new Map<TlsPeerKind, number>();

/** Probes the peer and tells how long the event loop stood still at worst meanwhile. */
async function probe(kind: TlsPeerKind): Promise<Block> {
  const options = parseHealthCheckOptions({
    targetUrl: 'http://192.0.2.7/',
    // Signing with a huge key takes the peer most of a second.
    timeoutMs: 5000,
    verifyProxyTls: false,
  });
  const proxy = proxyAt(ports.get(kind) ?? 0, { protocol: 'https' });
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const result = await checker.checkProxy(proxy, { options });
  // The block counts when the loop's next turn is late.
  await delay(5);
  lag.disable();
  return { result, blockMs: lag.max / 1e6 };
}

async function shortestBlock(kind: TlsPeerKind): Promise<Block> {
  let shortest = await probe(kind);
  for (let tries = 1; tries < TRIES; tries++) {
    const next = await probe(kind);
    if (next.blockMs < shortest.blockMs) shortest = next;
  }
  return shortest;
}

beforeAll(async () => {
  const kinds: TlsPeerKind[] = ['plain', 'dhe', 'rsa-16384', 'records'];
  await Promise.all(
    kinds.map(async (kind) => {
      const child = fork(PEER, [kind]);
      children.push(child);
      const [port] = await once(child, 'message');
      ports.set(kind, port as number);
    }),
  );
});
afterAll(async () => {
  await Promise.all(children.map((child) => child.kill('SIGKILL') && once(child, 'exit')));
});

describe('FAULTS 24b: finite-field DH is not offered, and keys and groups of peers are bounded', () => {
  it.each([
    ['a 9,984-bit Diffie-Hellman group', 'dhe', 'tls_proxy_handshake'],
    ['a 16,384-bit RSA key', 'rsa-16384', undefined],
    ['a flood of handshake records', 'records', 'tls_proxy_handshake'],
  ] as const)(
    'a handshake with %s blocks the event loop for less than 50 ms',
    async (_name, kind, failure) => {
      const baseline = await shortestBlock('plain');
      expect(baseline.result.status).toBe('active');
      const { result, blockMs } = await shortestBlock(kind);
      expect(result.failure).toBe(failure);
      expect(blockMs).toBeLessThan(LONGEST_BLOCK_MS + 3 * baseline.blockMs);
    },
  );

  it('ten peers with a huge Diffie-Hellman group make no healthy one beside them wait', async () => {
    const healthy = proxyAt(ports.get('plain') ?? 0, { protocol: 'https' });
    const hostile = proxyAt(ports.get('dhe') ?? 0, { protocol: 'https' });
    const options = parseHealthCheckOptions({
      targetUrl: 'http://192.0.2.7/',
      timeoutMs: 3000,
      verifyProxyTls: false,
    });
    const proxies = Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? hostile : healthy));
    const failures: (string | undefined)[] = [];
    for await (const result of checker.streamHealthChecks(proxies, { options })) {
      failures.push(result.status === 'active' ? undefined : (result.failure ?? result.status));
    }
    const byHostile = failures.filter((failure) => failure === 'tls_proxy_handshake');
    expect([byHostile.length, failures.filter((failure) => !failure).length]).toEqual([10, 20]);
  });
});
