import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { leasedAgent, leasedDispatcher } from '../../src/leases/leased-agent.ts';
import {
  createTestAuthority,
  startHttpProxy,
  startHttpsProxy,
  startSocks4Proxy,
  startSocks5Proxy,
  startTarget,
} from '../../src/local/fleet/index.ts';
import { Credentials } from '../../src/proxies/credentials.ts';
import type { BuiltInProtocol } from '../../src/proxies/endpoint.ts';
import { createProxy } from '../../src/proxies/proxy.ts';
import { makeEndpoint } from '../support/factories.ts';

const authority = await createTestAuthority();
const certificate = await authority.issue({ names: ['127.0.0.1'] });
const { caPem: ca } = authority;
const { caPem: stranger } = await createTestAuthority();
const credentials = { username: 'ann', password: 'p@ss:word' };

const leaseOf = (
  protocol: BuiltInProtocol,
  { host, port }: { readonly host: string; readonly port: number },
  remoteDns?: true,
) => ({
  proxy: createProxy(
    makeEndpoint(0, {
      protocol,
      host,
      port,
      credentials: new Credentials(credentials.username, credentials.password),
      ...(remoteDns && { remoteDns }),
    }),
  ),
});

it.each([
  ['socks4', startSocks4Proxy, undefined],
  ['socks5', startSocks5Proxy, true],
] as const)(
  'an agent of a leased %s proxy never goes past it',
  async (protocol, start, remoteDns) => {
    const [target, proxy] = await Promise.all([startTarget(), start({ credentials })]);
    const agent = leasedAgent(leaseOf(protocol, proxy, remoteDns));
    const [response] = (await once(get(target.url, { agent }), 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, 'ok\n']);
    expect(target.requests.map(({ remote }) => proxy.hasOpened(remote))).toEqual([true]);
    agent.destroy();
    await Promise.all([target.close(), proxy.close()]);
  },
);

it('an agent of an HTTP proxy is refused with what to use instead', () => {
  const proxy = createProxy(makeEndpoint(0, { protocol: 'http' }));
  expect(() => leasedAgent({ proxy })).toThrow(/speaks http; use leasedDispatcher/);
});

describe.each([
  ['http', startHttpProxy],
  ['https', startHttpsProxy],
  ['socks4', startSocks4Proxy],
  ['socks5', startSocks5Proxy],
] as const)('a dispatcher of a leased %s proxy', (protocol, start) => {
  it.each(['http:', 'https:'])('never goes past it to an %s target', async (scheme) => {
    const tls = certificate;
    const [target, proxy] = await Promise.all([
      startTarget(scheme === 'https:' ? { tls } : {}),
      start({ credentials, tls }),
    ]);
    const dispatcher = leasedDispatcher(leaseOf(protocol, proxy), { ca });
    for (const _again of [1, 2]) {
      const { statusCode, body } = await request(target.url, { dispatcher });
      expect([statusCode, await body.text()]).toEqual([200, 'ok\n']);
    }
    expect(target.requests.map(({ remote }) => proxy.hasOpened(remote))).toEqual([true, true]);
    await dispatcher.destroy();
    await Promise.all([target.close(), proxy.close()]);
  });

  it('verifies the certificate of the target', async () => {
    const [target, proxy] = await Promise.all([
      startTarget({ tls: certificate }),
      start({ credentials, tls: certificate }),
    ]);
    const dispatcher = leasedDispatcher(leaseOf(protocol, proxy), { ca: stranger });
    await expect(request(target.url, { dispatcher })).rejects.toThrow();
    expect(target.requests).toEqual([]);
    await dispatcher.destroy();
    await Promise.all([target.close(), proxy.close()]);
  });
});

it.each(['http', 'https'] as const)(
  'a dispatcher of a leased %s proxy ends a request that the proxy leaves unanswered when it is destroyed',
  async (protocol) => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const dispatcher = leasedDispatcher(leaseOf(protocol, { host: '127.0.0.1', port }), { ca });
    const asked = request('http://target.test/', { dispatcher }).catch((error: Error) => error);
    await once(silent, 'connection');
    await dispatcher.destroy();
    expect(await asked).toBeInstanceOf(Error);
    silent.close();
  },
);
