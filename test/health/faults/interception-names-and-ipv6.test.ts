import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../../src/health/dns/name-resolver.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import {
  createTestAuthority,
  type ServerCertificate,
  startHttpProxy,
  startSocks5Proxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { type DnsAnswer, DnsServer } from '../../support/peers/dns-server.ts';
import { absoluteForm, HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { GRACE_MS, proxyAt, watchLag } from '../support/check.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('FAULTS 17: an intercepting proxy', () => {
  let target: Target;
  let ca: string;
  let interceptWith: ServerCertificate;
  let trustedImpostor: ServerCertificate;

  beforeAll(async () => {
    const authority = await createTestAuthority();
    const mallory = await createTestAuthority('Mallory Inspection CA');
    const names = ['127.0.0.1'];
    ca = authority.caPem;
    interceptWith = await mallory.issue({ names });
    trustedImpostor = await authority.issue({ names });
    target = await startTarget({ tls: await authority.issue({ names }) });
  });
  afterAll(() => target.close());

  it.each([
    ['HTTP', startHttpProxy],
    ['SOCKS5', startSocks5Proxy],
  ])('over %s is reported with its issuer once the target has been seen', async (_name, start) => {
    const proxy = await start({ behaviour: 'intercepting', interceptWith });
    try {
      const options = parseHealthCheckOptions({ targetUrl: target.url, ca });
      const checker = new HealthChecker({ allowPrivateAddresses: true, options });
      const unseen = await checker.checkProxy(proxyAt(proxy.port, proxy));
      expect(unseen).toMatchObject({ status: 'inactive', failure: 'tls_untrusted' });
      await checker.checkTarget();
      const result = await checker.checkProxy(proxyAt(proxy.port, proxy));
      expect(result).toMatchObject({
        status: 'inactive',
        failure: 'tls_intercepted',
        failedPhase: 'targetTls',
      });
      expect(result.certificateIssuer).toContain('Mallory Inspection CA');
    } finally {
      await proxy.close();
    }
  });

  it('with a certificate that verifies is reported, not failed', async () => {
    const proxy = await startHttpProxy({
      behaviour: 'intercepting',
      interceptWith: trustedImpostor,
    });
    try {
      const options = parseHealthCheckOptions({ targetUrl: target.url, ca });
      const checker = new HealthChecker({ allowPrivateAddresses: true, options });
      await checker.checkTarget();
      const result = await checker.checkProxy(proxyAt(proxy.port));
      expect(result).toMatchObject({ status: 'active', certificateChanged: true });
    } finally {
      await proxy.close();
    }
  });

  it('is not suspected when the certificate is the one that was seen', async () => {
    const proxy = await startHttpProxy();
    try {
      const options = parseHealthCheckOptions({ targetUrl: target.url, ca, resumeTls: true });
      const checker = new HealthChecker({ allowPrivateAddresses: true, options });
      await checker.checkTarget();
      for (let again = 0; again < 3; again++) {
        const result = await checker.checkProxy(proxyAt(proxy.port));
        expect(result.status).toBe('active');
        expect(result).not.toHaveProperty('certificateChanged');
      }
    } finally {
      await proxy.close();
    }
  });
});

describe('FAULTS 18: names', () => {
  let dns: DnsServer;
  let peer: HostileProxy;
  let checker: HealthChecker;

  beforeAll(async () => {
    dns = await DnsServer.start(answerOf);
    peer = await HostileProxy.start(async (wire) => {
      await absoluteForm.enter(wire);
      wire.send(OK);
    });
    checker = new HealthChecker({ allowPrivateAddresses: true, resolver: freshResolver() });
  });
  afterAll(async () => {
    await peer.close();
    await dns.close();
  });

  const freshResolver = () =>
    new DnsResolver({ servers: [dns.address], hostsPath: '/nonexistent' });
  const options = (timeoutMs: number) =>
    parseHealthCheckOptions({ targetUrl: absoluteForm.targetUrl, timeoutMs });
  const named = (host: string): Proxy => createProxy({ protocol: 'http', host, port: peer.port });

  it.each([
    ['missing.test', 'dns_not_found'],
    ['broken.test', 'dns_failed'],
  ])('%s is %s', async (host, failure) => {
    const result = await checker.checkProxy(named(host), { options: options(6000) });
    expect(result).toMatchObject({ status: 'inactive', failure, failedPhase: 'dns' });
  });

  describe.each([
    ['before', 1000],
    ['after', 6000],
  ])('a name without an answer, with a deadline %s the look-up gives up', (when, timeoutMs) => {
    it('is dns_timeout when others are answered', async () => {
      const check = checker.checkProxy(named(`${timeoutMs}.silent.test`), {
        options: options(timeoutMs),
      });
      await checker.checkProxy(named(`${timeoutMs}.good.test`), { options: options(6000) });
      expect(await check).toMatchObject({
        status: 'inactive',
        failure: 'dns_timeout',
        failedPhase: 'dns',
      });
    });

    it('is our own failure when no name is answered', async () => {
      const lonely = new HealthChecker({ allowPrivateAddresses: true, resolver: freshResolver() });
      await lonely.checkProxy(named('good.test'), { options: options(6000) });
      const result = await lonely.checkProxy(named(`${when}.silent.test`), {
        options: options(timeoutMs),
      });
      expect(result).toMatchObject({ status: 'inconclusive', failure: 'resolver_unavailable' });
    });
  });

  it('a name with 100 addresses is dialed at one of them', async () => {
    const result = await checker.checkProxy(named('hundred.test'), { options: options(3000) });
    expect(result).toMatchObject({ status: 'active' });
    expect(Object.keys(result.timings)).toEqual(['connect', 'dns', 'firstByte']);
  });

  it('a name with one forbidden address among its answers is refused', async () => {
    const strict = new HealthChecker({ resolver: freshResolver() });
    const result = await strict.checkProxy(named('rebind.test'), { options: options(3000) });
    expect(result).toMatchObject({ status: 'inactive', failure: 'address_refused' });
  });

  it('concurrent look-ups of one name share one query', async () => {
    const before = dns.queries.length;
    const checks = Array.from({ length: 50 }, () =>
      checker.checkProxy(named('shared.test'), { options: options(3000) }),
    );
    const results = await Promise.all(checks);
    expect(results.every(({ status }) => status === 'active')).toBe(true);
    expect(dns.queries.length - before).toBe(1);
  });

  it('100 dead names do not hold up 100 literal addresses', async () => {
    const proxies = Array.from({ length: 100 }, (_, index) => [
      named(`dead-${index}.silent.test`),
      proxyAt(peer.port),
    ]).flat();
    const request = { options: options(1000), concurrency: 200 };
    const limits = { allowPrivateAddresses: true, maxInFlightPerHost: 200 };
    const impatient = new HealthChecker({ ...limits, resolver: freshResolver() });
    const results: HealthCheckResult[] = [];
    const lagMs = watchLag();
    for await (const result of impatient.streamHealthChecks(proxies, request)) results.push(result);
    const active = results.filter(({ status }) => status === 'active');
    const dead = results.filter(({ failedPhase }) => failedPhase === 'dns');
    expect([active.length, dead.length]).toEqual([100, 100]);
    const atMost = 1000 + GRACE_MS + 2 * lagMs();
    for (const { latencyMs } of dead) expect(latencyMs).toBeLessThan(atMost);
    const latencies = active.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    expect(latencies[50]).toBeLessThan(300);
  });

  it('localhost needs no name server', async () => {
    const result = await checker.checkProxy(named('localhost'), { options: options(3000) });
    expect(result.status).toBe('active');
  });
});

function answerOf(name: string): DnsAnswer {
  if (name === 'missing.test') return 'NXDOMAIN';
  if (name === 'broken.test') return 'SERVFAIL';
  if (name.endsWith('silent.test')) return 'silence';
  if (name === 'rebind.test') return ['93.184.215.14', '10.0.0.1'];
  if (name === 'hundred.test') return Array.from({ length: 100 }, () => '127.0.0.1');
  return ['127.0.0.1'];
}

describe('FAULTS 19: IPv6', () => {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const hasLoopback = addresses.some(({ address }) => address === '::1');
  const hasRoute = addresses.some(({ family, internal, address }) => {
    return family === 'IPv6' && !internal && !address.startsWith('fe80');
  });
  const checker = new HealthChecker({ allowPrivateAddresses: true });
  const options = parseHealthCheckOptions({ targetUrl: 'http://[2001:db8::7]/', timeoutMs: 2000 });

  it.skipIf(!hasLoopback)('a literal works, for the proxy and in the request', async () => {
    let request = '';
    const peer = await HostileProxy.start(async (wire) => {
      request = await wire.until('\r\n\r\n');
      wire.send(OK);
    }, '::1');
    try {
      const proxy = createProxy({ protocol: 'http', host: '::1', port: peer.port });
      const result = await checker.checkProxy(proxy, { options });
      expect(result.status).toBe('active');
      expect(request).toMatch(
        /^GET http:\/\/\[2001:db8::7\]\/ HTTP\/1\.1\r\nHost: \[2001:db8::7\]/,
      );
    } finally {
      await peer.close();
    }
  });

  it.skipIf(hasRoute)('an address without a route is inconclusive', async () => {
    const proxy = createProxy({ protocol: 'http', host: '2001:db8::1', port: 8080 });
    const result = await checker.checkProxy(proxy, { options });
    expect(result).toMatchObject({ status: 'inconclusive', failure: 'no_route' });
  });
});
