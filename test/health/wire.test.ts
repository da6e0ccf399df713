import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HealthCheckOptions } from '../../src/health/health-check-options.ts';
import { createTestAuthority } from '../../src/local/fleet/index.ts';
import {
  absoluteForm,
  acceptConnect,
  connectReply,
  readSocks5Greeting,
  socks4Tunnel,
  socks5Tunnel,
} from '../support/peers/hostile-proxy.ts';
import { checkHostile } from './support/check.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const HEAD_END = '\r\n\r\n';
const CANARY = 'canary-p4ssw0rd';
const CREDENTIALS: [string, string] = ['user', CANARY];
const TOKEN = Buffer.from(`user:${CANARY}`).toString('base64');
const raw = (entrance: typeof absoluteForm) => ({ ...entrance, enter: () => {} });

describe('what goes over the wire', () => {
  it('to a forwarding proxy: absolute form, the fields for the target and for the proxy', async () => {
    let request = '';
    const { result } = await checkHostile(
      raw(absoluteForm),
      async (wire) => {
        request = await wire.until(HEAD_END);
        wire.send(OK);
      },
      {
        credentials: CREDENTIALS,
        options: { headers: { 'X-Mine': 'yes' }, proxyHeaders: { 'x-session': '7' } },
      },
    );
    expect(result.status).toBe('active');
    expect(request.split('\r\n').sort()).toEqual(
      [
        'GET http://192.0.2.7/path?q=1 HTTP/1.1',
        'Host: 192.0.2.7',
        'Connection: close',
        'User-Agent: Lighthouse/0.1',
        'Accept: */*',
        'Accept-Encoding: identity',
        'X-Mine: yes',
        `Proxy-Authorization: Basic ${TOKEN}`,
        'x-session: 7',
        '',
        '',
      ].sort(),
    );
  });

  it('through CONNECT: the proxy gets its fields, the target only its own', async () => {
    const authority = await createTestAuthority();
    const certificate = await authority.issue({ names: ['target.test'] });
    let connect = '';
    let request = '';
    const { result } = await checkHostile(
      raw(connectReply),
      async (wire) => {
        connect = await wire.until(HEAD_END);
        wire.send('HTTP/1.1 200 OK\r\n\r\n');
        await wire.secure(certificate);
        request = await wire.until(HEAD_END);
        wire.send(OK);
      },
      {
        credentials: CREDENTIALS,
        options: {
          ca: authority.caPem,
          headers: { authorization: 'Bearer mine' },
          proxyHeaders: { 'x-session': '7' },
        },
      },
    );
    expect(result.status).toBe('active');
    expect(connect).toBe(
      'CONNECT target.test:443 HTTP/1.1\r\nHost: target.test:443\r\n' +
        `Proxy-Authorization: Basic ${TOKEN}\r\nUser-Agent: Lighthouse/0.1\r\nx-session: 7\r\n\r\n`,
    );
    expect(request).toMatch(/^GET \/path\?q=1 HTTP\/1\.1\r\nHost: target\.test\r\n/);
    expect(request).toContain('authorization: Bearer mine');
    expect(request).not.toMatch(/proxy-|x-session|target\.test:443/i);
  });

  it('through SOCKS5: RFC 1928 and 1929 to the byte, the name left to the proxy', async () => {
    const seen: Buffer[] = [];
    const entrance = { ...raw(socks5Tunnel), targetUrl: 'http://target.test:8080/' };
    const { result } = await checkHostile(
      entrance,
      async (wire) => {
        seen.push(await readSocks5Greeting(wire));
        wire.send(Buffer.from([5, 2]));
        seen.push(await wire.bytes(3 + 4 + CANARY.length));
        wire.send(Buffer.from([1, 0]));
        seen.push(await wire.bytes(5 + 'target.test'.length + 2));
        wire.send(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        seen.push(Buffer.from(await wire.until(HEAD_END)));
        wire.send(OK);
      },
      { credentials: CREDENTIALS },
    );
    expect(result.status).toBe('active');
    const length = String.fromCharCode(CANARY.length);
    expect(seen.slice(0, 3).map((bytes) => bytes.toString('latin1'))).toEqual([
      '\x00\x02',
      `\x01\x04user${length}${CANARY}`,
      '\x05\x01\x00\x03\x0btarget.test\x1f\x90',
    ]);
    expect(seen[3]?.toString()).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: target\.test:8080\r\n/);
  });

  it('through SOCKS4: the address, the user name as user id, and no password', async () => {
    let request = '';
    const { result } = await checkHostile(
      raw(socks4Tunnel),
      async (wire) => {
        request = (await wire.bytes(8 + 5)).toString('latin1');
        wire.send(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
        await wire.until(HEAD_END);
        wire.send(OK);
      },
      { credentials: CREDENTIALS },
    );
    expect(result.status).toBe('active');
    expect(request).toBe('\x04\x01\x00\x50\xc0\x00\x02\x07user\0');
  });

  it('after a redirect to another origin: the user’s fields stay behind', async () => {
    const requests: string[] = [];
    const { result } = await checkHostile(
      raw(absoluteForm),
      async (wire) => {
        requests.push(await wire.until(HEAD_END));
        const away = 'HTTP/1.1 302 Found\r\nLocation: http://192.0.2.8/\r\n\r\n';
        wire.send(requests.length === 1 ? away : OK);
      },
      { options: { headers: { authorization: 'Bearer mine' } }, credentials: CREDENTIALS },
    );
    expect(result.status).toBe('active');
    expect(requests[0]).toContain('Bearer mine');
    expect(requests[1]).toMatch(/^GET http:\/\/192\.0\.2\.8\/ /);
    expect(requests[1]).not.toContain('Bearer mine');
    expect(requests[1]).toContain(TOKEN);
  });
});

describe('what clients in practice send', () => {
  /** The head of the request that a proxy gets; a CONNECT is refused. */
  async function headSent(
    entrance: typeof absoluteForm,
    options: Partial<HealthCheckOptions> = {},
  ): Promise<string> {
    let head = '';
    const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
    await checkHostile(
      raw(entrance),
      async (wire) => {
        head = await wire.until(HEAD_END);
        wire.send(refusal);
      },
      { options, credentials: CREDENTIALS },
    );
    return head;
  }
  const fieldNames = (head: string) =>
    head
      .split('\r\n')
      .slice(1, -2)
      .map((line) => line.slice(0, line.indexOf(':')));

  it('field names go out in their usual spelling', async () => {
    expect(fieldNames(await headSent(connectReply))).toEqual([
      'Host',
      'Proxy-Authorization',
      'User-Agent',
    ]);
    expect(fieldNames(await headSent(absoluteForm))).toEqual([
      'Host',
      'Connection',
      'User-Agent',
      'Accept',
      'Accept-Encoding',
      'Proxy-Authorization',
    ]);
  });

  it('a request is the same to the byte where the body is searched', async () => {
    const options = { headers: { 'X-Mine': 'yes' }, proxyHeaders: { 'x-session': '7' } };
    const alone = await headSent(absoluteForm, options);
    expect(alone).toMatch(/^GET http.*x-session: 7/s);
    expect(await headSent(absoluteForm, { ...options, bodyIncludes: 'text' })).toBe(alone);
  });

  it.each([
    ['its own', {}, 'User-Agent: Lighthouse/0.1'],
    ['that of headers', { headers: { 'user-AGENT': 'Mine/1' } }, 'user-AGENT: Mine/1'],
    [
      'that of proxyHeaders',
      { headers: { 'User-Agent': 'Mine/1' }, proxyHeaders: { 'user-agent': 'Mine/2' } },
      'user-agent: Mine/2',
    ],
  ])('CONNECT has a User-Agent: %s', async (_name, options, line) => {
    const lines = (await headSent(connectReply, options)).split('\r\n');
    expect(lines.filter((other) => /^user-agent:/i.test(other))).toEqual([line]);
  });

  it.each([
    ['CONNECT', connectReply],
    ['absolute form', absoluteForm],
  ])(
    'the spelling of own fields is kept in %s, and none is sent twice',
    async (_name, entrance) => {
      const options = {
        headers: { 'X-aBc': '1', ACCEPT: 'text/html', 'user-agent': 'Mine/1' },
        proxyHeaders: { 'x-SESSION': '7', 'X-ABC': '2' },
      };
      const head = await headSent(entrance, options);
      expect(head).toContain('\r\nx-SESSION: 7\r\n');
      expect(head).toContain('\r\nX-ABC: 2\r\n');
      expect(head).toContain('\r\nuser-agent: Mine/1\r\n');
      if (entrance === absoluteForm) expect(head).toContain('\r\nACCEPT: text/html\r\n');
      const names = fieldNames(head).map((name) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it('a value that looks like a field of ours stays as it is', async () => {
    const head = await headSent(absoluteForm, { headers: { 'X-Mine': 'host: connection: a' } });
    expect(head).toContain('\r\nX-Mine: host: connection: a\r\n');
  });
});

describe('a password', () => {
  it.each([
    ['rejected', 'HTTP/1.1 407 No\r\n\r\n'],
    ['echoed by the peer', `HTTP/1.1 500 ${CANARY} ${TOKEN}\r\n\r\n`],
    ['echoed as garbage', `${CANARY}\r\n\r\n`],
  ])('%s appears in no result', async (_name, reply) => {
    for (const entrance of [
      absoluteForm,
      connectReply,
      { ...connectReply, enter: acceptConnect },
    ]) {
      const { result } = await checkHostile(entrance, (wire) => wire.send(reply), {
        credentials: CREDENTIALS,
      });
      const shown = `${inspect(result, { depth: 9, showHidden: true })}${JSON.stringify(result)}`;
      expect(shown).not.toContain(CANARY);
      expect(shown).not.toContain(TOKEN);
    }
  });
});

describe('bytes', () => {
  it('are those on the wire, both ways', async () => {
    let request = '';
    const { result } = await checkHostile(raw(absoluteForm), async (wire) => {
      request = await wire.until(HEAD_END);
      wire.send(OK);
    });
    expect(result.bytes).toBe(request.length + OK.length);
  });
});
