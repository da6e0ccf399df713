import { describe, expect, it } from 'vitest';
import {
  absoluteForm,
  type Behaviour,
  connectReply,
  type Entrance,
  readSocks5Greeting,
  socks4Tunnel,
  socks5Tunnel,
} from '../../support/peers/hostile-proxy.ts';
import { checkHostile } from '../support/check.ts';
import { readSocks5Credentials } from '../support/entrances.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const nothing: Behaviour = () => {};
const REPLY_407 = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n';

describe('FAULTS 12: credentials', () => {
  const authSocks5 =
    (status: number): Behaviour =>
    async (wire) => {
      await readSocks5Greeting(wire);
      wire.send(Buffer.from([5, 2]));
      await readSocks5Credentials(wire);
      wire.send(Buffer.from([1, status]));
    };
  const cases: [string, Entrance, Behaviour][] = [
    ['407 to CONNECT', connectReply, (wire) => wire.send(REPLY_407)],
    ['407 in absolute form', absoluteForm, (wire) => wire.send(REPLY_407)],
    [
      'a SOCKS4 id refused',
      { ...socks4Tunnel, enter: nothing },
      async (wire) => {
        await wire.bytes(8);
        wire.send(Buffer.from([0, 93, 0, 0, 0, 0, 0, 0]));
      },
    ],
  ];

  it.each(cases)('%s without any is auth_required, once', async (_name, entrance, behave) => {
    const { result, connections } = await checkHostile(entrance, behave, {
      options: { attempts: 3 },
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'auth_required', attempts: 1 });
    expect(connections).toBe(1);
  });

  it.each([
    ...cases,
    ['SOCKS5 auth refused', { ...socks5Tunnel, enter: nothing }, authSocks5(1)] as const,
  ])('%s with some is auth_rejected, once', async (_name, entrance, behave) => {
    const { result, connections } = await checkHostile(entrance, behave, {
      options: { attempts: 3 },
      credentials: ['canary-user', 'canary-secret'],
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'auth_rejected', attempts: 1 });
    expect(connections).toBe(1);
    expect(JSON.stringify(result)).not.toMatch(/canary/);
  });
});

describe('FAULTS 12: authentication of another kind', () => {
  const refuseMethods: Behaviour = async (wire) => {
    await readSocks5Greeting(wire);
    wire.send(Buffer.from([5, 0xff]));
  };
  it.each([
    ['without credentials', undefined],
    ['with credentials', ['user', 'canary-secret'] as [string, string]],
  ])('calls 0xFF socks_no_method, once, %s', async (_with, credentials) => {
    const entrance = { ...socks5Tunnel, enter: nothing };
    const { result, connections } = await checkHostile(entrance, refuseMethods, {
      options: { attempts: 3 },
      ...(credentials && { credentials }),
    });
    expect(result).toMatchObject({ failure: 'socks_no_method', proxySays: 'SOCKS5 method 0xFF' });
    expect(connections).toBe(1);
  });

  const demand = (...schemes: string[]) =>
    `HTTP/1.1 407 Proxy Authentication Required\r\n${schemes
      .map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`)
      .join('')}Content-Length: 0\r\n\r\n`;
  const entrances = [connectReply, absoluteForm];

  it.each([
    [['Negotiate']],
    [['NTLM']],
    [['Digest realm="x, Basic", nonce="abc", qop="auth"']],
    [['Negotiate', 'NTLM']],
    [['Digest realm="Basic", nonce=abc, NTLM']],
    [['negotiate YII=, Kerberos']],
    [['Digest realm = "x" , nonce = "abc, Basic']],
  ])('calls a demand for %s auth_scheme_unsupported, not wrong credentials', async (schemes) => {
    for (const entrance of entrances) {
      for (const credentials of [undefined, ['user', 'secret'] as [string, string]]) {
        const { result, connections } = await checkHostile(
          entrance,
          (wire) => wire.send(demand(...schemes)),
          { options: { attempts: 3 }, ...(credentials && { credentials }) },
        );
        expect(result).toMatchObject({ failure: 'auth_scheme_unsupported', statusCode: 407 });
        expect(result.proxySays).toContain('Proxy-Authenticate: ');
        expect(connections).toBe(1);
      }
    }
  });

  it.each([
    [['Basic realm="p"']],
    [['NTLM', 'basic']],
    [['Digest realm="x", nonce="abc", Basic realm="y"']],
    [['Negotiate, NTLM, BASIC realm=p']],
    [[`Negotiate ${'A'.repeat(2000)}==, Basic realm="y"`]],
    [[`Digest realm="${'\\"'.repeat(3000)}", nonce="b", Basic realm="y"`]],
    [[]],
  ])(
    'believes that a demand with Basic or nothing is about the credentials (case %#)',
    async (schemes) => {
      for (const entrance of entrances) {
        const { result } = await checkHostile(entrance, (wire) => wire.send(demand(...schemes)), {
          credentials: ['user', 'secret'],
        });
        expect(result.failure).toBe('auth_rejected');
      }
    },
  );
});

describe('FAULTS 13: the proxy has no tunnel to give', () => {
  it.each([
    [402, 'connect_payment_required'],
    [403, 'connect_forbidden'],
    [405, 'connect_not_supported'],
    [429, 'connect_rate_limited'],
    [502, 'connect_bad_gateway'],
    [503, 'connect_unavailable'],
    [504, 'connect_gateway_timeout'],
    [418, 'connect_rejected'],
  ])('%i to CONNECT is %s', async (statusCode, failure) => {
    const { result } = await checkHostile(connectReply, (wire) => {
      wire.send(`HTTP/1.1 ${statusCode} No\r\nContent-Length: 2\r\n\r\nno`);
    });
    expect(result).toMatchObject({ status: 'inactive', failure, statusCode });
    expect(result.failedPhase).toBe('handshake');
  });

  it.each([429, 502, 503, 504])("%i in absolute form may be the target's", async (statusCode) => {
    const { result } = await checkHostile(absoluteForm, (wire) => {
      wire.send(`HTTP/1.1 ${statusCode} No\r\nContent-Length: 0\r\n\r\n`);
    });
    expect(result).toMatchObject({ failure: 'unclear_status', statusCode });
  });

  it('a transient failure is tried again, and the last attempt decides', async () => {
    let calls = 0;
    const { result } = await checkHostile(
      connectReply,
      (wire) => {
        wire.send(++calls < 3 ? 'HTTP/1.1 503 Busy\r\n\r\n' : REPLY_407);
      },
      { options: { attempts: 5, timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ attempts: 3, failure: 'auth_required', statusCode: 407 });
  });
});
