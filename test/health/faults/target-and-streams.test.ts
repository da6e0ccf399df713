import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import {
  createTestAuthority,
  findDeadPort,
  startHttpProxy,
  startHttpsProxy,
  startSocks4Proxy,
  startSocks5Proxy,
  startTarget,
  type TestAuthority,
} from '../../../src/local/fleet/index.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { checker, proxyAt } from '../support/check.ts';

describe('FAULTS 23b and 24: the target', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await createTestAuthority();
  });

  it.each(['http', 'https'])(
    'FAULTS 23b: nothing but the control probe reaches an %s: target past a proxy',
    async (scheme) => {
      const tls = await authority.issue({ names: ['127.0.0.1'] });
      const target = await startTarget(scheme === 'https' ? { tls } : {});
      const proxies = [
        await startHttpProxy(),
        await startHttpsProxy({ tls }),
        await startSocks4Proxy(),
        await startSocks5Proxy(),
      ];
      try {
        const options = parseHealthCheckOptions({ targetUrl: target.url, ca: authority.caPem });
        for (const proxy of proxies) {
          const result = await checker.checkProxy(proxyAt(proxy.port, proxy), { options });
          expect(result.status).toBe('active');
        }
        const dead = proxyAt(await findDeadPort());
        expect((await checker.checkProxy(dead, { options })).failure).toBe('refused');
        expect(target.connectionsPast(proxies)).toEqual([]);
        await checker.checkTarget({ options });
        expect(target.connectionsPast(proxies)).toHaveLength(1);
      } finally {
        for (const server of [target, ...proxies]) await server.close();
      }
    },
  );

  it('FAULTS 24: the control probe fails when the target is down or answers 500', async () => {
    const target = await startTarget();
    const options = parseHealthCheckOptions({ targetUrl: target.url, timeoutMs: 1000 });
    expect(await checker.checkTarget({ options })).toMatchObject({ ok: true, statusCode: 200 });
    target.answerWith({ statusCode: 500 });
    expect(await checker.checkTarget({ options })).toMatchObject({
      ok: false,
      statusCode: 500,
      failure: 'unexpected_status',
    });
    await target.close();
    expect(await checker.checkTarget({ options })).toMatchObject({ ok: false, failure: 'refused' });
  });
});

describe('a stream of checks', () => {
  let peer: HostileProxy;
  const options = parseHealthCheckOptions({ targetUrl: 'http://192.0.2.7/', timeoutMs: 2000 });
  beforeAll(async () => {
    peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  afterAll(() => peer.close());

  function* endless(taken: { count: number }) {
    for (;;) {
      taken.count++;
      yield proxyAt(peer.port);
    }
  }

  it('takes from an endless source only what it can start', async () => {
    const taken = { count: 0 };
    const results: HealthCheckResult[] = [];
    for await (const result of checker.streamHealthChecks(endless(taken), {
      options,
      concurrency: 10,
    })) {
      results.push(result);
      if (results.length === 50) break;
    }
    expect(results.every(({ status }) => status === 'active')).toBe(true);
    expect(taken.count).toBeLessThanOrEqual(50 + 10 + 10 + 1);
  });

  it('throws the reason of an abort and leaves nothing open', async () => {
    const silent = await HostileProxy.start(() => {});
    const controller = new AbortController();
    const proxies = Array.from({ length: 20 }, () => proxyAt(silent.port));
    const stream = checker.streamHealthChecks(proxies, { options, signal: controller.signal });
    const first = stream.next();
    await vi.waitUntil(() => silent.open === 20);
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await vi.waitUntil(() => silent.open === 0);
    await silent.close();
  });

  it('yields nothing for an empty source, and a result for an unknown protocol', async () => {
    const none: HealthCheckResult[] = [];
    for await (const result of checker.streamHealthChecks([], { options })) none.push(result);
    expect(none).toEqual([]);
    const odd = createProxy({ protocol: 'gopher', host: '127.0.0.1', port: peer.port });
    expect(await checker.checkProxy(odd, { options })).toMatchObject({
      status: 'inconclusive',
      failure: 'unsupported_protocol',
    });
  });

  it('hands registered protocols to their strategy, with their own options', async () => {
    const own = new HealthChecker({ allowPrivateAddresses: true });
    const seen: number[] = [];
    own.registerStrategy('gopher', {
      check: async (proxy, { timeoutMs }) => {
        seen.push(timeoutMs);
        return own.checkProxy({ ...proxy, protocol: 'http' }, { options });
      },
    });
    own.setProtocolOptions('gopher', { timeoutMs: 1234 });
    const odd = createProxy({ protocol: 'gopher', host: '127.0.0.1', port: peer.port });
    expect((await own.checkProxy(odd, { options })).status).toBe('active');
    expect(seen).toEqual([1234]);
  });
});
