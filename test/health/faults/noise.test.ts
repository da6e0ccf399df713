import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/errors.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { checker, proxyAt } from '../support/check.ts';
import { noteResources } from '../support/leftovers.ts';

describe('FAULTS 21: random byte streams', () => {
  const STREAMS_PER_RUN = 100;
  const RUNS = 100;
  const scraps = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Location: http://127.0.0.1:1/\r\n',
    '\r\n',
    '\n',
    '5\r\nabcde\r\n',
    '\x05\x00',
    '\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00',
    '\x00\x5a\x00\x00\x00\x00\x00\x00',
    '\x16\x03\x03\x00\x7a\x02',
  );
  const scrap = fc.oneof(
    scraps.map((text) => Buffer.from(text, 'latin1')),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  );
  const stream = fc.record({
    bytes: fc.array(scrap, { maxLength: 8 }).map((parts) => Buffer.concat(parts)),
    ending: fc.constantFrom('end', 'reset', 'silence'),
    protocol: fc.constantFrom('http', 'https', 'socks4', 'socks5'),
    targetUrl: fc.constantFrom('http://192.0.2.7/' as const, 'https://target.test/' as const),
  });

  it('always end in a verdict, never in a throw or a hang (10,000 streams)', async () => {
    const noted = noteResources();
    const streams: { bytes: Buffer; ending: string }[] = [];
    const peer = await HostileProxy.start((wire) => {
      const { bytes, ending } = streams.pop() ?? { bytes: Buffer.alloc(0), ending: 'end' };
      if (bytes.length > 0) wire.send(bytes);
      if (ending === 'end') wire.end();
      if (ending === 'reset') wire.reset();
    });
    const limits = { timeoutMs: 100, bodyIncludes: 'abcde' };
    const optionsOf = {
      'http://192.0.2.7/': parseHealthCheckOptions({ ...limits, targetUrl: 'http://192.0.2.7/' }),
      'https://target.test/': parseHealthCheckOptions({
        ...limits,
        targetUrl: 'https://target.test/',
      }),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, { minLength: STREAMS_PER_RUN, maxLength: STREAMS_PER_RUN }),
        async (cases) => {
          streams.push(...cases);
          const checks = cases.map(({ protocol, targetUrl }) => {
            const proxy = { ...proxyAt(peer.port, { protocol }), remoteDns: true as const };
            return checker.checkProxy(proxy, { options: optionsOf[targetUrl] });
          });
          for (const { status, failure } of await Promise.all(checks)) {
            expect(status).toMatch(/^(active|slow|inactive|inconclusive)$/);
            expect(failure).not.toBe('unknown_failure');
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    await peer.close();
    expect(await noted.after()).toBe(noted.before);
  }, 240_000);
});

describe('FAULTS 22: values that would break out of their field', () => {
  it.each([
    ['CR LF', 'a\r\nX-Evil: 1'],
    ['NUL', 'a\0b'],
    ['an emoji', 'smile 😀'],
    ['5,000 characters', 'x'.repeat(5000)],
  ])('%s in a header value is refused when parsed, and not repeated', (_name, value) => {
    for (const field of ['headers', 'proxyHeaders']) {
      const parse = () => parseHealthCheckOptions({ [field]: { 'x-field': value } });
      expect(parse).toThrow(InvalidInputError);
      expect(parse).toThrow(new RegExp(`/${field}/x-field `));
      expect(parse).not.toThrow(/Evil|smile|xxxxx/);
    }
  });

  it.each(['Host', 'connection', 'Proxy-Authorization', 'content-length', 'bad name', 'x\r\ny'])(
    'the header name %j is refused when parsed',
    (name) => {
      expect(() => parseHealthCheckOptions({ headers: { [name]: 'value' } })).toThrow(
        InvalidInputError,
      );
    },
  );
});
