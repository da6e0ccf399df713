import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { createProxy } from '../../../src/proxies/proxy.ts';
import { HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { proxyAt } from '../support/check.ts';

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
