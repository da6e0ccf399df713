import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestAuthority,
  type ServerCertificate,
  type TestAuthority,
} from '../../../src/local/fleet/index.ts';
import {
  absoluteForm,
  acceptConnect,
  acceptSocks5,
  type Behaviour,
  connectReply,
  type Entrance,
  readSocks5Greeting,
  readSocks5Request,
  socks4Tunnel,
  socks5Tunnel,
  tlsTunnel,
  type Wire,
} from '../../support/peers/hostile-proxy.ts';
import { checkHostile, GRACE_MS, TIMEOUT_MS } from '../support/check.ts';
import { noteResources } from '../support/leftovers.ts';

let authority: TestAuthority;
let certificate: ServerCertificate;
let ca: string;

beforeAll(async () => {
  authority = await createTestAuthority();
  certificate = await authority.issue({ names: ['target.test', '127.0.0.1'] });
  ca = authority.caPem;
});

let noted: ReturnType<typeof noteResources>;
beforeEach(() => {
  noted = noteResources();
});
afterEach(async () => {
  expect(await noted.after(), 'sockets left').toBe(noted.before);
});

const nothing: Behaviour = () => {};
const HEAD_END = '\r\n\r\n';
const SOCKS4_GRANTED = Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]);

/** The steps of a peer up to the phase in which it goes away. */
const PHASES: [string, () => Entrance, Behaviour][] = [
  ['connect', () => ({ ...absoluteForm, enter: nothing }), nothing],
  ['firstByte', () => absoluteForm, nothing],
  ['firstByte', () => absoluteForm, (wire) => wire.send('HTTP/1.1 200 OK\r\nX-Half: a')],
  ['handshake', () => connectReply, nothing],
  ['handshake', () => connectReply, (wire) => wire.send('HTTP/1.1 20')],
  ['targetTls', () => ({ ...connectReply, enter: acceptConnect }), (wire) => readSome(wire)],
  ['firstByte', () => tlsTunnel(certificate), nothing],
  [
    'handshake',
    () => ({ ...socks5Tunnel, enter: async (wire) => void (await readSocks5Greeting(wire)) }),
    nothing,
  ],
  [
    'handshake',
    () => ({ ...socks5Tunnel, enter: greetSocks5 }),
    async (wire) => {
      await readSocks5Request(wire);
    },
  ],
  ['firstByte', () => socks5Tunnel, nothing],
  ['handshake', () => ({ ...socks4Tunnel, enter: nothing }), (wire) => readSome(wire)],
  ['firstByte', () => socks4Tunnel, nothing],
];

async function readSome(wire: Wire): Promise<void> {
  await wire.bytes(1);
}

async function greetSocks5(wire: Wire): Promise<void> {
  await readSocks5Greeting(wire);
  wire.send(Buffer.from([5, 0]));
}

describe('FAULTS 11: a peer that goes away', () => {
  it.each(PHASES)('with a reset in %s (case %#)', async (phase, entrance, behave) => {
    const { result } = await checkHostile(
      entrance(),
      async (wire) => {
        await behave(wire);
        wire.reset();
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result.status).toBe('inactive');
    expect(result.failure).toMatch(/^connection_(reset|closed)$/);
    // A reset at once is seen while connecting, or with the first bytes sent after it.
    if (phase === 'connect') expect(result.failedPhase).toMatch(/^(connect|firstByte)$/);
    else expect(result.failedPhase).toBe(phase);
  });

  it.each(PHASES.filter(([phase]) => phase !== 'connect'))(
    'with an end in %s (case %#)',
    async (phase, entrance, behave) => {
      const { result } = await checkHostile(
        entrance(),
        async (wire) => {
          await behave(wire);
          wire.end();
        },
        { options: { ca, timeoutMs: 2000 } },
      );
      expect(result).toMatchObject({ status: 'inactive', failedPhase: phase });
      expect(result.failure).toMatch(/^connection_(reset|closed)$/);
    },
  );

  it.each(PHASES.filter(([phase]) => phase !== 'connect'))(
    'into silence in %s (case %#)',
    async (phase, entrance, behave) => {
      const { result, elapsedMs } = await checkHostile(entrance(), behave, { options: { ca } });
      expect(result).toMatchObject({
        status: 'inactive',
        failure: 'timeout',
        failedPhase: phase,
      });
      expect(elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
    },
  );

  it('in the body that is asserted on', async () => {
    const { result } = await checkHostile(
      absoluteForm,
      (wire) => {
        wire.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
        wire.end();
      },
      { options: { bodyIncludes: 'all of it' } },
    );
    expect(result).toMatchObject({ failure: 'connection_closed', failedPhase: 'body' });
  });
});

const REPLY_407 = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n';

describe('FAULTS 12: credentials', () => {
  const authSocks5 =
    (status: number): Behaviour =>
    async (wire) => {
      await readSocks5Greeting(wire);
      wire.send(Buffer.from([5, 2]));
      const [, length = 0] = await wire.bytes(2);
      await wire.bytes(length);
      await wire.bytes((await wire.bytes(1))[0] ?? 0);
      wire.send(Buffer.from([1, status]));
    };
  const cases: [string, Entrance, Behaviour][] = [
    ['407 to CONNECT', connectReply, (wire) => wire.send(REPLY_407)],
    ['407 in absolute form', absoluteForm, (wire) => wire.send(REPLY_407)],
    [
      'no SOCKS5 method',
      { ...socks5Tunnel, enter: nothing },
      async (wire) => {
        await readSocks5Greeting(wire);
        wire.send(Buffer.from([5, 0xff]));
      },
    ],
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

describe('FAULTS 14: SOCKS replies one byte at a time', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

  it('work with SOCKS5, credentials included', async () => {
    const { result } = await checkHostile(
      { ...socks5Tunnel, enter: nothing },
      async (wire) => {
        await readSocks5Greeting(wire);
        await wire.drip(Buffer.from([5, 2]), 1);
        const [, length = 0] = await wire.bytes(2);
        await wire.bytes(length);
        await wire.bytes((await wire.bytes(1))[0] ?? 0);
        await wire.drip(Buffer.from([1, 0]), 1);
        await readSocks5Request(wire);
        await wire.drip(Buffer.from([5, 0, 0, 4, ...new Array(18).fill(7)]), 1);
        await wire.until(HEAD_END);
        wire.send(OK);
      },
      { credentials: ['user', 'secret'], options: { timeoutMs: 3000 } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });

  it('work with SOCKS4', async () => {
    const { result } = await checkHostile(
      { ...socks4Tunnel, enter: nothing },
      async (wire) => {
        await wire.bytes(9);
        await wire.drip(SOCKS4_GRANTED, 1);
        await wire.until(HEAD_END);
        wire.send(OK);
      },
      { options: { timeoutMs: 3000 } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });
});

describe('FAULTS 15: SOCKS replies that are wrong', () => {
  const entrance: Entrance = { ...socks5Tunnel, enter: greetSocks5 };
  const answer = (...bytes: number[]): Behaviour => {
    return async (wire) => {
      await readSocks5Request(wire);
      wire.send(Buffer.from(bytes));
    };
  };
  const tail = [0, 1, 0, 0, 0, 0, 0, 0];

  it.each([
    [1, 'socks_general_failure'],
    [2, 'socks_not_allowed'],
    [3, 'socks_network_unreachable'],
    [4, 'socks_host_unreachable'],
    [5, 'socks_target_refused'],
    [6, 'socks_ttl_expired'],
    [7, 'socks_command_not_supported'],
    [8, 'socks_address_not_supported'],
    [9, 'socks_rejected'],
    [255, 'socks_rejected'],
  ])('reply %i is %s', async (reply, failure) => {
    const { result } = await checkHostile(entrance, answer(5, reply, ...tail));
    expect(result).toMatchObject({ status: 'inactive', failure, failedPhase: 'handshake' });
  });

  it('a bad address type is socks_bad_reply', async () => {
    const { result } = await checkHostile(entrance, answer(5, 0, 0, 9, 1, 2, 3, 4, 0, 0));
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_bad_reply' });
  });

  it('a wrong version in the reply is socks_bad_reply', async () => {
    const { result } = await checkHostile(entrance, answer(4, 0, ...tail));
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_bad_reply' });
  });

  it.each([
    ['SOCKS4 to SOCKS5', { ...socks5Tunnel, enter: nothing }, Buffer.from([0, 90])],
    ['HTTP to SOCKS5', { ...socks5Tunnel, enter: nothing }, Buffer.from('HTTP/1.1 400 Bad\r\n')],
    ['SOCKS5 to SOCKS4', { ...socks4Tunnel, enter: nothing }, Buffer.from([5, 0])],
  ] as const)('%s is socks_version', async (_name, where, bytes) => {
    const { result } = await checkHostile(where, async (wire) => {
      await wire.bytes(3);
      wire.send(bytes);
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_version' });
  });

  it('a method that was not offered is socks_no_method', async () => {
    const { result } = await checkHostile({ ...socks5Tunnel, enter: nothing }, async (wire) => {
      await readSocks5Greeting(wire);
      wire.send(Buffer.from([5, 1]));
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_no_method' });
  });

  it('SOCKS4 reply 91 is socks_rejected', async () => {
    const { result } = await checkHostile({ ...socks4Tunnel, enter: nothing }, async (wire) => {
      await wire.bytes(9);
      wire.send(Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]));
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_rejected' });
  });

  it('a truncated reply is a timeout or a closed connection, in time', async () => {
    const half = await checkHostile(entrance, answer(5, 0, 0));
    expect(half.result).toMatchObject({ failure: 'timeout', failedPhase: 'handshake' });
    expect(half.elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
    const ended = await checkHostile(entrance, async (wire) => {
      await answer(5, 0, 0, 1)(wire);
      wire.end();
    });
    expect(ended.result).toMatchObject({ failure: 'connection_closed', failedPhase: 'handshake' });
  });

  it('a bound address that is a name of 255 bytes works', async () => {
    const { result } = await checkHostile(entrance, async (wire) => {
      await answer(5, 0, 0, 3, 255, ...new Array(255).fill(97), 0, 80)(wire);
      await wire.until(HEAD_END);
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    expect(result).toMatchObject({ status: 'active' });
  });
});

describe('FAULTS 16: TLS', () => {
  const certificates: [string, (own: TestAuthority) => Promise<ServerCertificate>, string][] = [
    [
      'self-signed',
      (own) => own.issue({ names: ['target.test'], selfSigned: true }),
      'self_signed',
    ],
    [
      'expired',
      (own) => own.issue({ names: ['target.test', '127.0.0.1'], expired: true }),
      'expired',
    ],
    ['for another name', (own) => own.issue({ names: ['other.test'] }), 'wrong_name'],
  ];

  it.each(certificates)('a target whose certificate is %s is named', async (_name, issue, kind) => {
    const { result } = await checkHostile(tlsTunnel(await issue(authority)), nothing, {
      options: { ca },
    });
    expect(result).toMatchObject({ failure: `tls_${kind}`, failedPhase: 'targetTls' });
  });

  it.each(certificates)('a proxy whose certificate is %s is named', async (_name, issue, kind) => {
    const issued = await issue(authority);
    const { result } = await checkHostile(
      { ...absoluteForm, protocol: 'https', enter: (wire) => wire.secure(issued) },
      nothing,
      { options: { ca } },
    );
    expect(result).toMatchObject({ failure: `tls_proxy_${kind}`, failedPhase: 'proxyTls' });
  });

  it('an authority that is not trusted is tls_untrusted', async () => {
    const { result } = await checkHostile(tlsTunnel(certificate), nothing);
    expect(result.failure).toBe('tls_untrusted');
  });

  it('a certificate is not verified when verification is off', async () => {
    const ok: Behaviour = (wire) => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const lax = { verifyTls: false, verifyProxyTls: false };
    const { result } = await checkHostile(tlsTunnel(certificate), ok, { options: lax });
    expect(result.status).toBe('active');
  });

  const plainText: Behaviour = async (wire) => {
    await wire.bytes(1);
    wire.send('HTTP/1.1 400 Bad Request\r\n\r\n');
  };

  it('plain text in place of TLS is tls_not_tls', async () => {
    const target = await checkHostile({ ...connectReply, enter: acceptConnect }, plainText);
    expect(target.result).toMatchObject({ failure: 'tls_not_tls', failedPhase: 'targetTls' });
    const proxy = { ...absoluteForm, protocol: 'https' as const, enter: nothing };
    const { result } = await checkHostile(proxy, plainText);
    expect(result).toMatchObject({ failure: 'tls_proxy_not_tls', failedPhase: 'proxyTls' });
  });

  it('TLS in place of plain HTTP is a protocol error', async () => {
    const { result } = await checkHostile(absoluteForm, (wire) => {
      wire.send(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]));
    });
    expect(result).toMatchObject({ failure: 'protocol_error' });
  });

  it('a peer with only an old protocol is tls_version', async () => {
    const { result } = await checkHostile(
      { ...connectReply, enter: acceptConnect },
      (wire) => wire.secure(certificate, { maxVersion: 'TLSv1.1' }),
      { options: { ca } },
    );
    expect(result).toMatchObject({ failure: 'tls_version', failedPhase: 'targetTls' });
  });
});

describe('through SOCKS5 to an https: target', () => {
  it('works, and its timings add up', async () => {
    const { result } = await checkHostile(
      { ...socks5Tunnel, targetUrl: 'https://target.test/', enter: acceptSocks5 },
      async (wire) => {
        await wire.secure(certificate);
        await wire.until(HEAD_END);
        wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result.status).toBe('active');
    const { timings } = result;
    expect(Object.keys(timings)).toEqual(['connect', 'handshake', 'targetTls', 'firstByte']);
    const sum = Object.values(timings).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeCloseTo(result.latencyMs, 6);
  });
});
