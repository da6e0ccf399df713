import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../src/proxies/credentials.ts';
import { formatHostPort, formatRedactedUrl, formatSecretUrl } from '../../src/proxies/endpoint.ts';
import { createProxy, createSalt, proxyIdOf } from '../../src/proxies/proxy.ts';

const endpoint = { protocol: 'http', host: '1.2.3.4', port: 8080 };

describe('the id of a proxy', () => {
  it('is the HMAC-SHA-256 of its URL under the salt, as a UUID of version 8', () => {
    const salts = fc.oneof(fc.string(), fc.string({ minLength: 60, maxLength: 200 }));
    const hosts = fc.oneof(fc.domain(), fc.constant('a.'.repeat(3000)));
    fc.assert(
      fc.property(salts, hosts, fc.string(), (salt, host, password) => {
        const proxy = { ...endpoint, host, credentials: new Credentials('user', password) };
        const digest = createHmac('sha256', salt).update(formatSecretUrl(proxy)).digest();
        digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
        digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
        const id = proxyIdOf(proxy, salt);
        expect(id.replaceAll('-', '')).toBe(digest.toString('hex', 0, 16));
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  it('tells protocol, host, port, user, password and salt apart, and nothing else', () => {
    const salt = createSalt();
    const variants = [
      endpoint,
      { ...endpoint, protocol: 'https' },
      { ...endpoint, host: '1.2.3.5' },
      { ...endpoint, port: 8081 },
      { ...endpoint, credentials: new Credentials('a', 'b') },
      { ...endpoint, credentials: new Credentials('a', 'c') },
      { ...endpoint, credentials: new Credentials('c', 'b') },
      { ...endpoint, credentials: new Credentials('a:b', '') },
    ];
    const ids = variants.map((variant) => createProxy(variant, salt).id);
    expect(new Set([...ids, createProxy(endpoint, createSalt()).id]).size).toBe(
      variants.length + 1,
    );
    expect(createProxy({ ...endpoint, tags: { country: 'US' } }, salt).id).toBe(ids[0]);
    expect(createProxy(endpoint, salt).id).toBe(ids[0]);
  });
});

describe('the URL of a proxy', () => {
  it('brackets an IPv6 literal', () => {
    expect(formatHostPort({ host: '2606:4700::1', port: 80 })).toBe('[2606:4700::1]:80');
  });

  it.each([
    ['http', 'us er', 'p@ss', 'http://us%20er:***@1.2.3.4:8080'],
    ['http', '', 'pass', 'http://:***@1.2.3.4:8080'],
    ['http', 'token', '', 'http://***@1.2.3.4:8080'],
    ['socks5', 'token', '', 'socks5://***@1.2.3.4:8080'],
    ['socks4', 'user', '', 'socks4://user:***@1.2.3.4:8080'],
  ])('hides the secrets among %s user %j and password %j', (protocol, user, password, url) => {
    const credentials = new Credentials(user, password);
    expect(formatRedactedUrl({ ...endpoint, protocol, credentials })).toBe(url);
  });

  it.each([
    ['socks4', 'socks4a'],
    ['socks5', 'socks5h'],
    ['http', 'http'],
  ])('remembers that %s was listed as %s, and is the same proxy', (protocol, scheme) => {
    const plain = createProxy({ ...endpoint, protocol });
    const listed = createProxy({ ...endpoint, protocol, remoteDns: true });
    expect(formatRedactedUrl(listed)).toBe(`${scheme}://1.2.3.4:8080`);
    expect(formatRedactedUrl(plain)).toBe(`${protocol}://1.2.3.4:8080`);
    expect(listed.id).toBe(plain.id);
  });

  it('shows no credentials where there are none', () => {
    expect(formatRedactedUrl(endpoint)).toBe('http://1.2.3.4:8080');
    expect(formatSecretUrl(endpoint)).toBe('http://1.2.3.4:8080');
  });
});
