import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { acceptSocks5, HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { checker, proxyAt } from '../support/check.ts';

const TIMEOUT_MS = 500;

it('FAULTS 23a: an attempt gets back the time its event loop was blocked for', async () => {
  const peer = await HostileProxy.start(async (wire) => {
    await acceptSocks5(wire);
    await wire.until('\r\n\r\n');
    wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  try {
    const options = parseHealthCheckOptions({
      targetUrl: 'http://192.0.2.7/',
      timeoutMs: TIMEOUT_MS,
    });
    const check = checker.checkProxy(proxyAt(peer.port, { protocol: 'socks5' }), { options });
    // The deadline passes before the proxy's first reply can be read; two more are to come.
    blockFor(TIMEOUT_MS + 300);
    expect(await check).toMatchObject({ status: 'active' });
  } finally {
    await peer.close();
  }
});

function blockFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
