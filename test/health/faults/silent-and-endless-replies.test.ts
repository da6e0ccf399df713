import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Wire } from '../../support/peers/hostile-proxy.ts';
import { ca, certificate } from '../support/authority.ts';
import { checkHostile, GRACE_MS, TIMEOUT_MS } from '../support/check.ts';
import { ANSWERS, ENTRANCES } from '../support/entrances.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

describe.each(ENTRANCES)('through %s', (_name, entrance) => {
  it('FAULTS 1: a peer that never answers is a timeout, in time', async () => {
    const { result, elapsedMs } = await checkHostile(entrance(certificate), () => {}, {
      options: { ca },
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'timeout' });
    expect(result.failedPhase).toMatch(/^(handshake|firstByte)$/);
    expect(elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
    expect(result.latencyMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 1);
  });

  it('FAULTS 2: a valid header that drips forever is a timeout, in time', async () => {
    const drip = `HTTP/1.1 200 OK\r\n${'X-Slow: drip\r\n'.repeat(100)}`;
    const { result, elapsedMs } = await checkHostile(
      entrance(certificate),
      (wire) => wire.drip(drip, 20),
      {
        options: { ca },
      },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'timeout' });
    expect(elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
  });

  it.each([
    ['many lines', 'HTTP/1.1 200 OK\r\n', 'X-More: of the same\r\n'],
    ['one line', 'HTTP/1.1 200 OK\r\nX-Long: ', 'a'],
    ['a reason phrase', 'HTTP/1.1 200 ', 'O'],
    ['empty values', 'HTTP/1.1 200 OK\r\n', 'a:\r\n'],
  ])(
    'FAULTS 3: an endless header of %s is cut at 16 KiB, or at 64 KiB inside TLS',
    async (_kind, start, piece) => {
      let sent = 0;
      const { result, elapsedMs } = await checkHostile(
        entrance(certificate),
        async (wire) => {
          wire.send(start);
          sent = await wire.flood(piece);
        },
        { options: { ca, timeoutMs: 2000 } },
      );
      expect(result).toMatchObject({ status: 'inactive', failure: 'header_overflow' });
      expect(elapsedMs).toBeLessThan(2000);
      expect(result.bytes).toBeLessThan(512 * 1024);
      expect(sent).toBeLessThan(16 * 1024 * 1024);
    },
  );
});

describe.each(ANSWERS)('through %s', (_name, entrance) => {
  it.each([
    ['a body of 10 GB', 'Content-Length: 10000000000\r\n\r\n', 'x'],
    ['an endless chunked body', 'Transfer-Encoding: chunked\r\n\r\n', '4\r\nabcd\r\n'],
  ])(
    'FAULTS 4: %s is read up to maxBodyBytes, and not at all unasked',
    async (_kind, head, piece) => {
      const flood = `HTTP/1.1 200 OK\r\n${head}`;
      const behave = async (wire: Wire) => {
        wire.send(flood);
        await wire.flood(piece);
      };
      const unasked = await checkHostile(entrance(certificate), behave, {
        options: { ca, timeoutMs: 2000 },
      });
      expect(unasked.result).toMatchObject({ status: 'active', statusCode: 200 });
      const limits = { bodyIncludes: 'not there', maxBodyBytes: 100_000, timeoutMs: 2000, ca };
      const asked = await checkHostile(entrance(certificate), behave, { options: limits });
      expect(asked.result).toMatchObject({ status: 'inactive', failure: 'content_mismatch' });
      expect(asked.result.bytes).toBeLessThan(1024 * 1024);
    },
  );

  it('FAULTS 5: a gzip bomb is never decoded unasked, and stops at maxBodyBytes when it is', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const behave = (wire: Wire) => {
      wire.send(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`,
      );
      wire.send(bomb);
    };
    const options = { ca, timeoutMs: 2000 };
    const unasked = await checkHostile(entrance(certificate), behave, { options });
    expect(unasked.result).toMatchObject({ status: 'active' });
    const before = process.memoryUsage().arrayBuffers;
    const asked = await checkHostile(entrance(certificate), behave, {
      options: { ...options, bodyIncludes: 'not there', maxBodyBytes: 65_536 },
    });
    expect(asked.result).toMatchObject({ status: 'inactive', failure: 'content_mismatch' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('FAULTS 6: a redirect loop ends after 5 hops', async () => {
    const { result, connections } = await checkHostile(
      entrance(certificate),
      (wire) => {
        wire.send('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n');
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ failure: 'too_many_redirects', statusCode: 302 });
    expect(connections).toBe(6);
  });

  it('FAULTS 6: a redirect to a private address is refused', async () => {
    const { result, connections } = await checkHostile(
      entrance(certificate),
      (wire) => {
        wire.send('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n\r\n');
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'address_refused' });
    expect(connections).toBe(1);
  });
});
