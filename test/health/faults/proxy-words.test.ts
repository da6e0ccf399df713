import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../src/health/classify/proxy-words.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import {
  absoluteForm,
  connectReply,
  type Entrance,
  readSocks5Greeting,
  readSocks5Request,
  socks4Tunnel,
  socks5Tunnel,
} from '../../support/peers/hostile-proxy.ts';
import { blameOf, checkHostile, type HostileCheckOptions } from '../support/check.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

function answerOf(status: string, fields: readonly string[]): string {
  return `HTTP/1.1 ${status}\r\n${fields.map((field) => `${field}\r\n`).join('')}Content-Length: 0\r\n\r\n`;
}

async function check(
  entrance: Entrance,
  [status, ...fields]: readonly [string, ...string[]],
  options: HostileCheckOptions = {},
): Promise<HealthCheckResult> {
  const { result } = await checkHostile(
    entrance,
    (wire) => wire.send(answerOf(status, fields)),
    options,
  );
  return result;
}

describe("the proxy's own words", () => {
  it('are told in time that grows with the length of a name, not with its square', () => {
    const fields = [`${'err-'.repeat(4000)}!`, 'x'];
    const reply = { statusCode: 502, reason: '', fields };
    const startedAt = performance.now();
    for (let round = 0; round < 40; round++) expect(wordsOf(reply, true).text).toBe('');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it.each([
    ['x-brd-error: No peers available', 'proxy'],
    ['X-Luminati-Error: no exit', 'proxy'],
    ['X-Crawlera-Error: noslaves', 'proxy'],
    ['X-Error-Description: no exit found', 'proxy'],
    ['X-Squid-Error: ERR_CANNOT_FORWARD 0', 'proxy'],
    ['X-Squid-Error: ERR_CONNECT_FAIL 111', 'target'],
    ['Proxy-Status: gw.example; error=proxy_internal_error; details="no exit"', 'proxy'],
    ['Proxy-Status: gw.example; error=connection_refused', 'target'],
    ['Proxy-Status: gw.example; received-status=400; error=destination_ip_unroutable', 'proxy'],
    ['Proxy-Status: gw; details="it said ; error=dns_error"; error=proxy_loop_detected', 'proxy'],
    ['Proxy-Status: cdn; error=connection_refused, "gw, eu"; error=http_request_denied', 'proxy'],
    ['Proxy-Status: gw.example; error=Connection_Timeout; details="5 s"', 'target'],
    ['Proxy-Status: gw.example; error=out_of_cheese', 'unclear'],
  ])('decide whom a 502 with %s is blamed on, in either form', async (field, blame) => {
    for (const entrance of [connectReply, absoluteForm]) {
      const result = await check(entrance, ['502 Bad Gateway', field]);
      expect(result).toMatchObject({ failure: 'connect_bad_gateway', proxySays: field });
      expect(blameOf(result)).toBe(blame);
    }
  });

  it('blame the same party whatever the order of the fields', async () => {
    const fields = ['x-brd-error: it refused', 'Proxy-Status: brd; error=connection_refused'];
    for (const ordered of [fields, fields.toReversed()]) {
      const result = await check(connectReply, ['502 Bad Gateway', ...ordered]);
      expect(result.proxySays).toBe(ordered.join('; '));
      expect(blameOf(result)).toBe('target');
    }
  });

  it('are read from a reason phrase in Latin-1 and in UTF-8, in either form', async () => {
    for (const reason of ['Acc\xe8s refus\xe9', Buffer.from('Accès refusé').toString('latin1')]) {
      for (const entrance of [connectReply, absoluteForm]) {
        const answer = answerOf(`403 ${reason}`, ['X-Squid-Error: ERR_ACCESS_DENIED 0']);
        const { result } = await checkHostile(entrance, (wire) =>
          wire.send(Buffer.from(answer, 'latin1')),
        );
        expect(result.proxySays).toBe('X-Squid-Error: ERR_ACCESS_DENIED 0; 403 Accès refusé');
      }
    }
  });

  it.each([
    [402, 'connect_payment_required', 'quota'],
    [403, 'connect_forbidden', 'proxy'],
    [407, 'auth_required', 'credentials'],
    [429, 'connect_rate_limited', 'quota'],
    [502, 'connect_bad_gateway', 'proxy'],
    [503, 'connect_unavailable', 'proxy'],
  ])('give %i in absolute form the code that CONNECT has', async (status, code, blame) => {
    const words = ['x-brd-err-code: client_10080', 'Retry-After: 7'] as const;
    const result = await check(absoluteForm, [`${status} No`, ...words]);
    expect(result).toMatchObject({ failure: code, statusCode: status });
    expect(result.proxySays).toBe(`${words.join('; ')}; ${status} No`);
    expect(blameOf(result)).toBe(blame);
  });

  it.each([
    'Via: 1.1 squid (squid/6.1)',
    'Server: squid/6.1',
    'X-Error: not found',
    'Retry-After: 30',
    'X-Brd-Ip: 192.0.2.1',
    'Proxy-Status: cdn.example; received-status=403',
  ])('are not what a target may have sent or any answer has: %s', async (field) => {
    const result = await check(absoluteForm, ['403 Forbidden', field]);
    expect(result).toMatchObject({ failure: 'unclear_status', statusCode: 403 });
    expect(result).not.toHaveProperty('proxySays');
  });

  it('are kept of a provider nobody knows, and of a reason phrase, where the reply is surely its own', async () => {
    const result = await check(connectReply, ['502 Bad Gateway', 'X-Provider-Error: no exit']);
    expect(result).toMatchObject({ failure: 'connect_bad_gateway', blame: 'unclear' });
    expect(result.proxySays).toBe('X-Provider-Error: no exit');
    const forbidden = await check(connectReply, ['407 Auth Failed (code: ip_forbidden)']);
    expect(forbidden.proxySays).toBe('407 Auth Failed (code: ip_forbidden)');
    const bare = await check(connectReply, ['502 Bad Gateway', 'Via: 1.1 x']);
    expect(blameOf(bare)).toBe('target');
    expect(bare).not.toHaveProperty('proxySays');
  });

  it('are one line of at most 200 printable characters', async () => {
    const colour = '\x1b[31m\u0007';
    const long = await check(connectReply, [
      '502 Bad Gateway',
      `X-Brd-Error: ${colour}${'é'.repeat(400)}`,
    ]);
    expect(long.proxySays).toHaveLength(200);
    expect(long.proxySays).not.toMatch(/[\p{C}]/u);
    const utf8 = Buffer.from('没有出口').toString('latin1');
    const foreign = await check(connectReply, ['502 Bad Gateway', `X-Brd-Error: ${utf8}`]);
    expect(foreign.proxySays).toBe('X-Brd-Error: 没有出口');
  });

  it('never hold what was sent in confidence, however the proxy echoes it', async () => {
    const password = 'canary secret/7';
    const token = Buffer.from(`ann:${password}`).toString('base64');
    const echo = `X-Brd-Error: wrong ${password}, ${encodeURIComponent(password)}, Basic ${token}, canary-key`;
    const result = await check(connectReply, ['407 No', echo], {
      credentials: ['ann', password],
      options: { proxyHeaders: { 'x-key': 'Bearer canary-key' } },
    });
    expect(result.proxySays).toBe('X-Brd-Error: wrong ***, ***, Basic ***, ***; 407 No');
    for (const blanks of [1970, 1975, 1980]) {
      const late = await check(
        connectReply,
        ['407 No', `X-Brd-Error: x${' '.repeat(blanks)}canary-password`],
        { credentials: ['ann', 'canary-password'] },
      );
      expect(late.proxySays).not.toMatch(/can/);
    }
    const short = await check(connectReply, ['407 No', 'X-Brd-Error: No peers for p'], {
      credentials: ['u', 'p'],
    });
    expect(short.proxySays).toBe('X-Brd-Error: No peers for ***; 407 No');
  });
});

describe('the number of a SOCKS reply', () => {
  const replyWith = (reply: number) =>
    checkHostile(
      {
        ...socks5Tunnel,
        enter: async (wire) => {
          await readSocks5Greeting(wire);
          wire.send(Buffer.from([5, 0]));
          await readSocks5Request(wire);
        },
      },
      (wire) => wire.send(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0])),
    );

  it.each([
    [0xf0, 'socks_onion_not_found'],
    [0xf1, 'socks_onion_not_found'],
    [0xf2, 'socks_onion_unreachable'],
    [0xf3, 'socks_onion_unreachable'],
    [0xf4, 'socks_onion_unauthorized'],
    [0xf5, 'socks_onion_unauthorized'],
    [0xf6, 'socks_onion_bad_address'],
    [0xf7, 'socks_onion_unreachable'],
  ])("is known where it is one of Tor's, which speak of the target: %i", async (reply, code) => {
    const { result } = await replyWith(reply);
    expect(result).toMatchObject({ failure: code });
    expect(blameOf(result)).toBe('target');
    expect(result.proxySays).toContain(`SOCKS5 reply 0x${reply.toString(16).toUpperCase()} (onion`);
  });

  it.each([
    [0x01, 'socks_general_failure'],
    [0x09, 'socks_rejected'],
    [0xf8, 'socks_rejected'],
    [0xff, 'socks_rejected'],
  ])('is kept whether or not it is assigned: %i', async (reply, code) => {
    const hex = reply.toString(16).toUpperCase().padStart(2, '0');
    const { result } = await replyWith(reply);
    expect(result).toMatchObject({ failure: code, proxySays: `SOCKS5 reply 0x${hex}` });
  });

  it('is kept of SOCKS4 too', async () => {
    const { result } = await checkHostile(
      {
        ...socks4Tunnel,
        enter: async (wire) => {
          await wire.bytes(9);
        },
      },
      (wire) => wire.send(Buffer.from([0, 91, 0, 0, 0, 0, 0, 0])),
    );
    expect(result).toMatchObject({ failure: 'socks_rejected', proxySays: 'SOCKS4 reply 91' });
  });
});
