import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestAuthority,
  type FleetProxy,
  type FleetProxyOptions,
  findDeadPort,
  LOOPBACK,
  type ServerCertificate,
  startHttpProxy,
  startHttpsProxy,
  startSocks4Proxy,
  startSocks5Proxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import {
  type CurlOptions,
  type CurlVerdict,
  checkWithCurl,
} from '../../real-proxies/support/curl.ts';
import { findProgram } from '../../real-proxies/support/installed.ts';

const skipped = findProgram('curl') === null;
if (skipped) process.stderr.write('\nfleet proxies: SKIPPED, curl is not installed\n');

const RIGHT = { username: 'user', password: 'p@ss:word' };
const names = ['localhost', LOOPBACK];
const directory = mkdtempSync(join(tmpdir(), 'fleet-'));
const caFile = join(directory, 'ca.pem');
const targets: { http: Target; https: Target }[] = [];
let tls: ServerCertificate;
let interceptWith: ServerCertificate;

beforeAll(async () => {
  const authority = await createTestAuthority();
  writeFileSync(caFile, authority.caPem);
  tls = await authority.issue({ names });
  interceptWith = await (await createTestAuthority('Interception')).issue({ names });
  targets.push({ http: await startTarget(), https: await startTarget({ tls }) });
});
afterAll(async () => {
  await Promise.all(targets.flatMap(({ http, https }) => [http.close(), https.close()]));
  rmSync(directory, { recursive: true });
});

const started: FleetProxy[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((proxy) => proxy.close()));
});

const STARTERS = {
  http: startHttpProxy,
  https: (options: FleetProxyOptions) => startHttpsProxy({ ...options, tls }),
  socks4: startSocks4Proxy,
  socks5: startSocks5Proxy,
};
type Protocol = keyof typeof STARTERS;
const PROTOCOLS: readonly Protocol[] = ['http', 'https', 'socks4', 'socks5'];
const CELLS = PROTOCOLS.flatMap((protocol) =>
  (['http', 'https'] as const).map((scheme) => ({ protocol, scheme })),
);

describe.skipIf(skipped).each(CELLS)('$protocol proxy, $scheme target', ({ protocol, scheme }) => {
  const start = async (options: FleetProxyOptions = {}): Promise<FleetProxy> => {
    const proxy = await STARTERS[protocol](options);
    started.push(proxy);
    return proxy;
  };
  const curl = (
    { host, port }: FleetProxy,
    credentials?: typeof RIGHT,
    more: Partial<CurlOptions> & { remoteDns?: true } = {},
  ): Promise<CurlVerdict> => {
    const { remoteDns, ...options } = more;
    const endpoint = {
      ...{ protocol, host, port },
      ...(credentials
        ? { credentials: new Credentials(credentials.username, credentials.password) }
        : {}),
      ...(remoteDns ? { remoteDns } : {}),
    };
    return checkWithCurl(endpoint, {
      ...{ targetUrl: targetUrl(), timeoutMs: 10_000, expectedStatusCodes: [200] },
      ...{ allowRedirects: true, verifyTls: true, verifyProxyTls: true, caFile, ...options },
    });
  };
  const targetUrl = (): string => targets[0]?.[scheme].url ?? '';

  it('passes a request on', async () => {
    const target = targets[0]?.[scheme];
    const proxy = await start();
    const before = target?.connections.length;
    expect(await curl(proxy)).toMatchObject({ healthy: true });
    expect(target?.connections).toHaveLength((before ?? 0) + 1);
    expect(target?.connectionsPast([proxy])).toHaveLength(before ?? 0);
  });

  it('resolves the target name itself', async () => {
    const url = targetUrl().replace(LOOPBACK, 'localhost');
    const verdict = await curl(await start(), undefined, { targetUrl: url, remoteDns: true });
    expect(verdict).toMatchObject({ healthy: true });
  });

  it('serves only callers with the right credentials', async () => {
    const proxy = await start({ credentials: RIGHT });
    expect(await curl(proxy, RIGHT)).toMatchObject({ healthy: true });
    expect(await curl(proxy)).toMatchObject({ healthy: false });
    expect(await curl(proxy, { ...RIGHT, username: 'other' })).toMatchObject({ healthy: false });
    const wrongPassword = await curl(proxy, { ...RIGHT, password: 'wrong' });
    expect(wrongPassword.healthy).toBe(protocol === 'socks4');
  });

  it('refuses every caller when unauthorized', async () => {
    const proxy = await start({ credentials: RIGHT, behaviour: 'unauthorized' });
    expect(await curl(proxy, RIGHT)).toMatchObject({ healthy: false });
    expect(await curl(proxy)).toMatchObject({ healthy: false });
  });

  it('waits before it answers when slow', async () => {
    const proxy = await start({ behaviour: 'slow', delayMs: 150 });
    const before = performance.now();
    expect(await curl(proxy)).toMatchObject({ healthy: true });
    expect(performance.now() - before).toBeGreaterThanOrEqual(149);
  });

  it('serves every other connection when flapping', async () => {
    const proxy = await start({ behaviour: 'flapping' });
    const verdicts = [await curl(proxy), await curl(proxy), await curl(proxy), await curl(proxy)];
    expect(verdicts.map(({ healthy }) => healthy)).toEqual([true, false, true, false]);
    expect(proxy.connectionCount).toBe(4);
  });

  it('reports a target that is down', async () => {
    const url = `${scheme}://${LOOPBACK}:${await findDeadPort()}/`;
    const verdict = await curl(await start(), undefined, { targetUrl: url });
    expect(verdict).toMatchObject({ healthy: false });
    expect(verdict.exitCode).not.toBe(28);
  });

  if (scheme === 'https') {
    it('shows its own certificate when intercepting', async () => {
      const proxy = await start({ behaviour: 'intercepting', interceptWith });
      // Through a TLS proxy, curl calls the same refusal "connect error" (35).
      expect([35, 60]).toContain((await curl(proxy)).exitCode);
      expect(await curl(proxy, undefined, { verifyTls: false })).toMatchObject({ healthy: true });
    });
  }
});
