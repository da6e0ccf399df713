import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { leasedAgent } from '../../src/leases/leased-agent.ts';
import { startSocks4Proxy, startSocks5Proxy, startTarget } from '../../src/local/fleet/index.ts';
import { Credentials } from '../../src/proxies/credentials.ts';
import { createProxy } from '../../src/proxies/proxy.ts';
import { makeEndpoint } from '../support/factories.ts';

const credentials = { username: 'ann', password: 'p@ss:word' };

it.each([
  ['socks4', startSocks4Proxy, undefined],
  ['socks5', startSocks5Proxy, true],
] as const)(
  'an agent of a leased %s proxy never goes past it',
  async (protocol, start, remoteDns) => {
    const [target, proxy] = await Promise.all([startTarget(), start({ credentials })]);
    const { host, port } = proxy;
    const agent = leasedAgent({
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
    const [response] = (await once(get(target.url, { agent }), 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, 'ok\n']);
    expect(target.requests.map(({ remote }) => proxy.hasOpened(remote))).toEqual([true]);
    agent.destroy();
    await Promise.all([target.close(), proxy.close()]);
  },
);

it('an agent of an HTTP proxy is refused with what to use instead', () => {
  const proxy = createProxy(makeEndpoint(0, { protocol: 'http' }));
  expect(() => leasedAgent({ proxy })).toThrow(/speaks http; use undici's ProxyAgent/);
});
