import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import {
  absoluteForm,
  acceptConnect,
  connectReply,
  socks5Tunnel,
} from '../../support/peers/hostile-proxy.ts';
import { ca, certificate } from '../support/authority.ts';
import { checkHostile } from '../support/check.ts';
import { ANSWERS, ENTRANCES } from '../support/entrances.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A head alone is read by us; where the body is searched, an HTTP client reads it after us. */
const READINGS: readonly [string, Partial<HealthCheckOptions>][] = [
  ['the head', {}],
  ['the body, too,', { bodyIncludes: 'abc' }],
];

describe.each(READINGS)('where %s is read', (_reading, reading) => {
  describe.each(ENTRANCES)('through %s', (_name, entrance) => {
    it.each([
      ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n'],
      ['ICY', 'ICY 200 OK\r\n\r\n'],
      ['HTTP/0.9', '<html>hello</html>\r\n\r\n'],
      ['HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n'],
      ['HTTP/0.9 as a version', 'HTTP/0.9 200 OK\r\n\r\n'],
      ['status 000', 'HTTP/1.1 000 OK\r\n\r\n'],
      ['status 20', 'HTTP/1.1 20 OK\r\n\r\n'],
      ['status 999', 'HTTP/1.1 999 OK\r\n\r\n'],
      ['no status', 'HTTP/1.1\r\n\r\n'],
    ])('FAULTS 7: %s is a protocol error', async (_kind, reply) => {
      const { result } = await checkHostile(
        entrance(certificate),
        (wire) => {
          wire.send(reply);
        },
        { options: { ca, expectedStatusCodes: [200], ...reading } },
      );
      expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    });

    it('FAULTS 8: a flood of interim replies is cut after 8', async () => {
      const { result } = await checkHostile(
        entrance(certificate),
        async (wire) => {
          await wire.flood('HTTP/1.1 102 Processing\r\n\r\n');
        },
        { options: { ca, timeoutMs: 2000, ...reading } },
      );
      expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    });

    it('FAULTS 8: a ninth interim reply is one too many', async () => {
      const interim = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(9);
      const { result } = await checkHostile(
        entrance(certificate),
        (wire) => {
          wire.send(`${interim}HTTP/1.1 403 Forbidden\r\n\r\n`);
        },
        { options: { ca, timeoutMs: 2000, ...reading } },
      );
      expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    });

    it.each([
      ['plain', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
      [
        'with Upgrade',
        'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
      ],
    ])('FAULTS 8: an unsolicited 101, %s, is a protocol error', async (_kind, reply) => {
      const { result } = await checkHostile(
        entrance(certificate),
        (wire) => {
          wire.send(reply);
        },
        { options: { ca, ...reading } },
      );
      expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    });
  });

  it.each([
    [
      'Content-Length with Transfer-Encoding',
      'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
    ],
    ['two Content-Lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n'],
    ['a Content-Length that is no number', 'Content-Length: 0x3\r\n'],
    ['NUL in a header', 'X-Nul: a\0b\r\n'],
  ])('FAULTS 9: %s is a protocol error through every entrance', async (_kind, fields) => {
    for (const [name, entrance] of ANSWERS) {
      const { result } = await checkHostile(
        entrance(certificate),
        (wire) => {
          wire.send(`HTTP/1.1 200 OK\r\n${fields}\r\nabc`);
        },
        { options: { ca, ...reading } },
      );
      expect(result, name).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    }
  });
});

describe.each(ANSWERS)('through %s', (_name, entrance) => {
  it.each([
    ['alone', ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n']],
    ['with the answer', ['HTTP/1.1 100 Continue\r\nVia: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n']],
    ['eight times', [`${'HTTP/1.0 100 \r\n\r\n'.repeat(8)}HTTP/1.1 200 OK\r\n\r\n`]],
  ])('FAULTS 8: an unsolicited 100, %s, is skipped', async (_how, writes) => {
    const { result } = await checkHostile(
      entrance(certificate),
      async (wire) => {
        for (const write of writes) {
          wire.send(write);
          await setTimeout(20);
        }
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });

  it('FAULTS 8: a flood of 100 is cut too', async () => {
    const { result } = await checkHostile(
      entrance(certificate),
      async (wire) => {
        await wire.flood('HTTP/1.1 100 Continue\r\n\r\n');
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
  });

  it('FAULTS 9: a bad chunk size is a protocol error', async () => {
    const { result } = await checkHostile(
      entrance(certificate),
      (wire) => {
        wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n');
      },
      { options: { ca, bodyIncludes: 'abc' } },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
  });

  it('FAULTS 20: a half-close after the reply is not a failure', async () => {
    const { result } = await checkHostile(
      entrance(certificate),
      (wire) => {
        wire.send(OK);
        wire.end();
      },
      { options: { ca } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });

  it('FAULTS 20: a body that ends with the connection is whole', async () => {
    const { result } = await checkHostile(
      entrance(certificate),
      (wire) => {
        wire.send('HTTP/1.0 200 OK\r\n\r\nall of it');
        wire.end();
      },
      { options: { ca, bodyIncludes: 'all of it' } },
    );
    expect(result).toMatchObject({ status: 'active' });
  });
});

describe('FAULTS 9a: replies to CONNECT as they occur', () => {
  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['100, then 200', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['eight interim replies', `${'HTTP/1.1 102 Wait\r\n\r\n'.repeat(8)}HTTP/1.0 200 OK\r\n\r\n`],
    ['Content-Length: 0', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a chunked header', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['bare LFs', 'HTTP/1.0 200 Connection established\nProxy-agent: old\n\n'],
    ['no reason phrase', 'HTTP/1.1 200\r\n\r\n'],
  ])('%s works', async (_kind, reply) => {
    const { result } = await checkHostile(
      connectReply,
      async (wire) => {
        wire.send(reply);
        await wire.secure(certificate);
        await wire.until('\r\n\r\n');
        wire.send(OK);
      },
      { options: { ca } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });
});

describe('FAULTS 9b: a login page in place of a tunnel', () => {
  const page = '<html>Please log in</html>';
  const reply = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n`;

  it('is not active for an https: target, in one segment or two', async () => {
    const atOnce = await checkHostile(connectReply, (wire) => wire.send(reply + page));
    expect(atOnce.result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
    const later = await checkHostile(connectReply, async (wire) => {
      wire.send(reply);
      await wire.bytes(1);
      wire.send(page);
    });
    expect(later.result).toMatchObject({ status: 'inactive', failure: 'tls_not_tls' });
  });

  it('is detected by bodyIncludes for an http: target', async () => {
    const behave = (wire: { send(data: string): void }) => wire.send(reply + page);
    const { result } = await checkHostile(absoluteForm, behave, {
      options: { bodyIncludes: 'the page of the target' },
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'content_mismatch' });
  });
});

describe('FAULTS 10: unsolicited answers', () => {
  it('a tunnel that begins with bytes of its own is not active', async () => {
    const { result } = await checkHostile(
      { ...connectReply, enter: acceptConnect },
      async (wire) => {
        wire.send('HTTP/1.1 200 OK\r\n\r\n');
        await wire.secure(certificate);
      },
      { options: { ca } },
    );
    expect(result.status).toBe('inactive');
  });

  it('a 200 behind the SOCKS reply, before the request, is not active', async () => {
    const { result } = await checkHostile({ ...socks5Tunnel, enter: () => {} }, async (wire) => {
      await wire.bytes(3);
      wire.send(Buffer.from([5, 0]));
      await wire.bytes(10);
      wire.send(`\x05\x00\x00\x01\0\0\0\0\0\0${OK}`);
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'protocol_error' });
  });

  it('a 200 before CONNECT is asked for opens no tunnel', async () => {
    const { result } = await checkHostile({ ...connectReply, enter: () => {} }, async (wire) => {
      wire.send('HTTP/1.1 200 OK\r\n\r\n');
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    expect(result.status).toBe('inactive');
  });
});
