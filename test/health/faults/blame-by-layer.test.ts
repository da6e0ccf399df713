import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../src/health/failure.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import {
  createTestAuthority,
  type ServerCertificate,
  startTarget,
} from '../../../src/local/fleet/index.ts';
import {
  absoluteForm,
  acceptConnect,
  connectReply,
  HostileProxy,
  socks5Tunnel,
  tlsTunnel,
} from '../../support/peers/hostile-proxy.ts';
import { ca, certificate } from '../support/authority.ts';
import { blameOf, checkHostile, proxyAt } from '../support/check.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('blame follows the layer that carried the bytes', () => {
  it.each([
    ['a malformed field', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'protocol_error'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n', 'protocol_error'],
    ['an oversized head', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`, 'header_overflow'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'protocol_error'],
    ['another body', OK, 'content_mismatch'],
    ['a redirect to nowhere', 'HTTP/1.1 302 Found\r\n\r\n', 'bad_redirect'],
  ])("blames %s inside the target's TLS on the target", async (_what, reply, failure) => {
    const { result } = await checkHostile(tlsTunnel(certificate), (wire) => wire.send(reply), {
      options: { ca, bodyIncludes: 'not there', timeoutMs: 2000 },
    });
    expect(result).toMatchObject({ failure, blame: 'target' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'blames a refusal of our certificate on the proxy that makes it, under %s and for both forms',
    async (version) => {
      const server = createServer({
        cert: certificate.certPem,
        key: certificate.keyPem,
        requestCert: true,
        rejectUnauthorized: true,
        ca,
        minVersion: version,
        maxVersion: version,
      });
      server.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const checker = new HealthChecker({ allowPrivateAddresses: true });
      for (const targetUrl of ['https://target.test/', 'http://192.0.2.7/']) {
        const options = parseHealthCheckOptions({ targetUrl, ca, timeoutMs: 2000 });
        const proxy = proxyAt(port, { protocol: 'https' });
        const result = await checker.checkProxy(proxy, { options });
        expect(result.failure).toBe('tls_proxy_handshake');
        expect(blameOf(result)).toBe('proxy');
      }
      server.close();
      await once(server, 'close');
    },
  );

  it('leaves malformed answers outside TLS to the proxy', async () => {
    for (const entrance of [connectReply, absoluteForm, socks5Tunnel]) {
      const { result } = await checkHostile(entrance, (wire) =>
        wire.send('HTTP/1.1 200 OK\r\nno colon\r\n\r\n'),
      );
      expect(result.failure).toBe('protocol_error');
      expect(blameOf(result)).toBe('proxy');
    }
  });

  it('forgets who spoke when a redirect leads to another connection', async () => {
    let connections = 0;
    const peer = await HostileProxy.start(async (wire) => {
      connections++;
      if (connections > 1) {
        await wire.until('\r\n\r\n');
        wire.send('no HTTP at all\r\n\r\n');
        return;
      }
      await acceptConnect(wire);
      await wire.secure(certificate);
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n');
    });
    const checker = new HealthChecker({ allowPrivateAddresses: true });
    const options = parseHealthCheckOptions({ targetUrl: 'https://target.test/', ca });
    const result = await checker.checkProxy(proxyAt(peer.port), { options });
    await peer.close();
    expect(result).toMatchObject({ failure: 'protocol_error', failedPhase: 'handshake' });
    expect(blameOf(result)).toBe('proxy');
  });

  async function checkInside(
    behave: (wire: Parameters<Parameters<typeof HostileProxy.start>[0]>[0]) => Promise<void>,
    { control, trusted = true }: { control: boolean; trusted?: boolean },
  ) {
    const target = await startTarget({ tls: certificate });
    const peer = await HostileProxy.start(behave);
    const checker = new HealthChecker({ allowPrivateAddresses: true });
    const options = parseHealthCheckOptions({
      targetUrl: target.url,
      timeoutMs: 2000,
      ...(trusted && { ca }),
    });
    try {
      if (control) await checker.checkTarget({ options });
      return await checker.checkProxy(proxyAt(peer.port), { options });
    } finally {
      await peer.close();
      await target.close();
    }
  }

  it('blames plain text inside a tunnel on the proxy where the control probe saw TLS', async () => {
    const page = async (wire: Parameters<Parameters<typeof HostileProxy.start>[0]>[0]) => {
      await acceptConnect(wire);
      await wire.bytes(5);
      wire.send('HTTP/1.1 403 Forbidden\r\n\r\n<html>blocked</html>');
    };
    const witnessed = await checkInside(page, { control: true });
    expect(witnessed).toMatchObject({ failure: 'tls_not_tls', blame: 'proxy' });
    const unwitnessed = await checkInside(page, { control: false });
    expect(unwitnessed).toMatchObject({ failure: 'tls_not_tls', blame: 'unclear' });
  });

  it('accuses no target of a TLS alert in place of a handshake, which a party on the way may send', async () => {
    const alert = async (wire: Parameters<Parameters<typeof HostileProxy.start>[0]>[0]) => {
      await acceptConnect(wire);
      await wire.bytes(5);
      wire.send(Buffer.from([21, 3, 3, 0, 2, 2, 40]));
    };
    for (const control of [true, false]) {
      const result = await checkInside(alert, { control });
      expect(result).toMatchObject({ failure: 'tls_handshake', blame: 'unclear' });
    }
  });

  it('accuses no target of a certificate that the control probe did not see, nor advises to trust it', async () => {
    const show =
      (shown: ServerCertificate) =>
      async (wire: Parameters<Parameters<typeof HostileProxy.start>[0]>[0]) => {
        await acceptConnect(wire);
        await wire.secure(shown);
        await wire.until('\r\n\r\n');
        wire.send(OK);
      };
    const mallory = await (await createTestAuthority()).issue({ names: ['127.0.0.1'] });
    const unseen = await checkInside(show(mallory), { control: false });
    expect(unseen).toMatchObject({ status: 'inactive', blame: 'unclear' });
    expect(unseen.failure).toMatch(/^tls_/);
    // The target's own authority is not trusted either: the control probe saw it, and fails.
    const same = await checkInside(show(certificate), { control: true, trusted: false });
    expect(blameOf(same)).toBe('target');
    const other = await checkInside(show(mallory), { control: true, trusted: false });
    expect(other).toMatchObject({ failure: 'tls_intercepted' });
    for (const code of ['tls_untrusted', 'tls_self_signed']) {
      expect(describeFailure(code).whatToDo).toMatch(/only if the control probe saw/);
    }
  });
});

describe('tolerant where curl is', () => {
  it.each([
    ['a blank before a colon', 'X-Space : 1\r\nX-Tab\t: 2\r\n'],
    ['8-bit characters in a value', 'X-Town: M\xfcnchen\r\n'],
    ['8-bit characters in a name', 'X-M\xfcnchen: 1\r\n'],
    ['a folded value', 'X-Long: a\r\n  b\r\n'],
    ['control characters in a value', 'X-Bell: a\x07b\r\n'],
    ['a blank name part', 'X Two: 1\r\n'],
    ['a value without a name', ': 1\r\n'],
    ['a carriage return in a value', 'X-Odd: a\rb\r\n'],
    ['a coding that is none', 'Transfer-Encoding: Identity\r\n'],
  ])('accepts %s, from a proxy and from a target', async (_what, fields) => {
    const reply = `HTTP/1.1 200 OK\r\n${fields}Content-Length: 2\r\n\r\nok`;
    for (const entrance of [absoluteForm, socks5Tunnel, tlsTunnel(certificate)]) {
      const { result } = await checkHostile(entrance, (wire) => wire.send(reply), {
        options: { ca, bodyIncludes: 'ok', timeoutMs: 2000 },
      });
      expect(result).toMatchObject({ status: 'active', statusCode: 200 });
    }
    const tunnelled = await checkHostile(
      {
        ...tlsTunnel(certificate),
        enter: async (wire) => {
          await wire.until('\r\n\r\n');
          wire.send(`HTTP/1.1 200 OK\r\n${fields}\r\n`);
          await wire.secure(certificate);
          await wire.until('\r\n\r\n');
        },
      },
      (wire) => wire.send(OK),
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(tunnelled.result).toMatchObject({ status: 'active' });
  });

  it('accepts a status line in lower case', async () => {
    for (const entrance of [absoluteForm, socks5Tunnel, tlsTunnel(certificate)]) {
      const { result } = await checkHostile(
        entrance,
        (wire) => wire.send(OK.replace('HTTP', 'http')),
        { options: { ca, bodyIncludes: 'ok', timeoutMs: 2000 } },
      );
      expect(result).toMatchObject({ status: 'active', statusCode: 200 });
    }
  });

  it('accepts bare line feeds, and a status line without a reason, in pieces', async () => {
    const { result } = await checkHostile(
      absoluteForm,
      (wire) => wire.drip('HTTP/1.1 200\nContent-Length : 2\n\nok', 1),
      { options: { bodyIncludes: 'ok', timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ status: 'active' });
  });

  const headOf = (bytes: number, status: string) => {
    const frame = `${status}\r\nX: \r\n\r\n`.length;
    return `${status}\r\nX: ${'a'.repeat(bytes - frame)}\r\n\r\n`;
  };
  const KIB = 1024;

  it.each([
    ['16 KiB from a proxy', () => absoluteForm, 16 * KIB, 'active'],
    ['more from a proxy', () => absoluteForm, 16 * KIB + 1, 'header_overflow'],
    ['64 KiB inside TLS', () => tlsTunnel(certificate), 64 * KIB, 'active'],
    ['more inside TLS', () => tlsTunnel(certificate), 64 * KIB + 1, 'header_overflow'],
  ])('bounds a head: %s', async (_what, entrance, bytes, expected) => {
    for (const status of ['HTTP/1.1 200 OK', `HTTP/1.1 200 ${'O'.repeat(10 * KIB)}`]) {
      const { result } = await checkHostile(
        entrance(),
        (wire) => wire.send(headOf(bytes, status)),
        { options: { ca, timeoutMs: 2000 } },
      );
      expect(result.failure ?? result.status).toBe(expected);
    }
  });
});
