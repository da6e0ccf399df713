import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { absoluteForm, type Behaviour, type Wire } from '../../support/peers/hostile-proxy.ts';
import { checkHostile } from '../support/check.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const PAGE = Buffer.from(`<title>Shop front</title>${' '.repeat(200)}`);
const TEXT = 'Shop front';

function send(wire: Wire, encoding: string, body: Buffer): void {
  wire.send(
    `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  wire.send(body);
}

function check(behave: Behaviour, options = {}) {
  return checkHostile(absoluteForm, behave, {
    options: { bodyIncludes: TEXT, timeoutMs: 2000, ...options },
  });
}

describe('content checks work on content', () => {
  it.each([
    ['gzip', gzipSync(PAGE)],
    ['X-GZIP', gzipSync(PAGE)],
    ['deflate', deflateSync(PAGE)],
    ['deflate', deflateRawSync(PAGE)],
    ['br', brotliCompressSync(PAGE)],
    ['identity', PAGE],
    ['deflate, gzip', gzipSync(deflateSync(PAGE))],
    ['gzip', gzipSync(PAGE).subarray(0, -8)],
    ['gzip', Buffer.concat([gzipSync(Buffer.from('other ')), gzipSync(PAGE)])],
    ['gzip', PAGE],
  ])('finds the text in a body encoded with %s', async (encoding, body) => {
    const { result } = await check((wire) => send(wire, encoding, body));
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });

  it.each([
    ['gzip, chunked', 'identity'],
    ['chunked', 'gzip'],
  ])('finds it in a body transferred as %s and encoded as %s', async (transfer, coding) => {
    const body = gzipSync(PAGE);
    const { result } = await check((wire) => {
      wire.send(
        `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nTransfer-Encoding: ${transfer}\r\n\r\n`,
      );
      wire.send(`${body.length.toString(16)}\r\n`);
      wire.send(body);
      wire.send('\r\n0\r\n\r\n');
    });
    expect(result).toMatchObject({ status: 'active' });
  });

  it('finds it in a body that comes byte by byte', async () => {
    const body = gzipSync(PAGE);
    const { result } = await check(async (wire) => {
      wire.send(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      await wire.drip(body, 1);
    });
    expect(result).toMatchObject({ status: 'active' });
  });

  it.each([
    ['plain', 'identity', Buffer.from(`well, ${TEXT}`)],
    ['encoded', 'gzip', gzipSync(`well, ${TEXT}`).subarray(0, -8)],
  ])(
    'finds the text as it arrives, without waiting for the end: %s',
    async (_how, coding, body) => {
      const { result, elapsedMs } = await check((wire) => {
        wire.send(
          `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: 99999\r\n\r\n`,
        );
        wire.send(body);
      });
      expect(result).toMatchObject({ status: 'active' });
      expect(elapsedMs).toBeLessThan(1500);
    },
  );

  it('finds a text that two pieces share', async () => {
    const { result } = await check(async (wire) => {
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n');
      await wire.drip(`${'x'.repeat(20)}${TEXT}`, 1);
    });
    expect(result).toMatchObject({ status: 'active' });
  });

  it('looks at no more than maxBodyBytes of what is decoded', async () => {
    const late = Buffer.concat([Buffer.alloc(1000), Buffer.from(TEXT)]);
    for (const [maxBodyBytes, status] of [
      [1000 + TEXT.length, 'active'],
      [1000 + TEXT.length - 1, 'inactive'],
    ] as const) {
      for (const [coding, body] of [
        ['gzip', gzipSync(late)],
        ['identity', late],
      ] as const) {
        const { result } = await check((wire) => send(wire, coding, body), { maxBodyBytes });
        expect(result).toMatchObject({ status });
      }
    }
  });

  it('ends when codings within codings hold much that is nothing', async () => {
    const empty: Buffer[] = Array(20_000).fill(gzipSync(''));
    const nothing = Buffer.concat([...empty, gzipSync(TEXT)]);
    const { result } = await check((wire) => send(wire, 'gzip, gzip', gzipSync(nothing)));
    expect(result).toMatchObject({ status: 'inactive', failure: 'content_mismatch' });
  });

  it('ends when a body goes on and on without decoding to anything', async () => {
    const empty = gzipSync('');
    const { result } = await check(
      async (wire) => {
        wire.send('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n');
        await wire.flood(empty.toString('latin1'));
      },
      { maxBodyBytes: 1000 },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'content_mismatch' });
    expect(result.bytes).toBeLessThan(1024 * 1024);
  });

  it.each([
    ['zstd-of-tomorrow', PAGE.subarray(7, 9)],
    ['gzip', Buffer.from('this is no gzip')],
    ['br', Buffer.from('\xff\xff\xff\xffno brotli', 'latin1')],
    ['gzip, gzip, gzip, gzip, gzip, gzip', PAGE.subarray(7, 9)],
  ])('says of a body in %s that it cannot be decoded', async (encoding, body) => {
    const { result } = await check((wire) => send(wire, encoding, body));
    expect(result).toMatchObject({ status: 'inactive', failure: 'content_undecodable' });
  });
});
