import { describe, expect, it } from 'vitest';
import type { ServerCertificate, TestAuthority } from '../../../src/local/fleet/index.ts';
import {
  absoluteForm,
  acceptConnect,
  acceptSocks5,
  type Behaviour,
  connectReply,
  socks5Tunnel,
  tlsTunnel,
} from '../../support/peers/hostile-proxy.ts';
import { authority, ca, certificate } from '../support/authority.ts';
import { checkHostile } from '../support/check.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const nothing: Behaviour = () => {};
const HEAD_END = '\r\n\r\n';

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
