import { fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InvalidInputError } from '../../../src/errors.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import {
  createTestAuthority,
  findDeadPort,
  startHttpProxy,
  startHttpsProxy,
  startSocks4Proxy,
  startSocks5Proxy,
  startTarget,
  type TestAuthority,
} from '../../../src/local/fleet/index.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { throttle } from '../../support/throttle.ts';
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

describe('FAULTS 23: our own limits', () => {
  it('without file descriptors, probes are inconclusive and none is inactive', async () => {
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    try {
      const child = spawn('/bin/sh', [
        '-c',
        'ulimit -n 256 && exec "$0" "$@"',
        process.execPath,
        fileURLToPath(new URL('../../support/check-many.ts', import.meta.url)),
        JSON.stringify({ port: peer.port, count: 400, concurrency: 400, timeoutMs: 20_000 }),
      ]);
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await new Promise((resolve) => child.once('close', resolve));
      const { counts, failures, left } = JSON.parse(output);
      expect(counts.inactive ?? 0).toBe(0);
      expect((counts.active ?? 0) + (counts.slow ?? 0) + counts.inconclusive).toBe(400);
      expect(counts.inconclusive).toBeGreaterThan(100);
      expect(Object.keys(failures)).toEqual(['out_of_resources']);
      expect(left).toEqual([]);
    } finally {
      await peer.close();
    }
  }, 60_000);

  it('FAULTS 23a: on a tenth of a CPU, none of 300 healthy proxies is inactive', async () => {
    const authority = await createTestAuthority();
    const certificate = await authority.issue({ names: ['target.test'] });
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 50));
      wire.send('HTTP/1.1 200 OK\r\n\r\n');
      await wire.secure(certificate);
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const child = fork(
      fileURLToPath(new URL('../../support/check-many.ts', import.meta.url)),
      [
        JSON.stringify({
          port: peer.port,
          count: 300,
          concurrency: 256,
          timeoutMs: 5000,
          targetUrl: 'https://target.test/',
          ca: authority.caPem,
          waitForStart: true,
        }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
    );
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    await new Promise((resolve) => child.once('message', resolve));
    const release = throttle(child.pid ?? 0, { share: 0.1, periodMs: 100 });
    try {
      child.send('start');
      await new Promise((resolve) => child.once('close', resolve));
    } finally {
      release();
      await peer.close();
    }
    const { counts } = JSON.parse(output);
    expect(counts.inactive ?? 0).toBe(0);
    expect((counts.active ?? 0) + (counts.slow ?? 0)).toBe(300);
  }, 180_000);

  it('a stream of checks leaves neither socket nor timer behind', async () => {
    const peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      if (Math.random() < 0.5) wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    try {
      const child = spawn(process.execPath, [
        fileURLToPath(new URL('../../support/check-many.ts', import.meta.url)),
        JSON.stringify({ port: peer.port, count: 200, concurrency: 100, timeoutMs: 300 }),
      ]);
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await new Promise((resolve) => child.once('close', resolve));
      expect(JSON.parse(output).left).toEqual([]);
    } finally {
      await peer.close();
    }
  });
});

describe('FAULTS 23b and 24: the target', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await createTestAuthority();
  });

  it.each(['http', 'https'])(
    'FAULTS 23b: nothing but the control probe reaches an %s: target past a proxy',
    async (scheme) => {
      const tls = await authority.issue({ names: ['127.0.0.1'] });
      const target = await startTarget(scheme === 'https' ? { tls } : {});
      const proxies = [
        await startHttpProxy(),
        await startHttpsProxy({ tls }),
        await startSocks4Proxy(),
        await startSocks5Proxy(),
      ];
      try {
        const options = parseHealthCheckOptions({ targetUrl: target.url, ca: authority.caPem });
        for (const proxy of proxies) {
          const result = await checker.checkProxy(proxyAt(proxy.port, proxy), { options });
          expect(result.status).toBe('active');
        }
        const dead = proxyAt(await findDeadPort());
        expect((await checker.checkProxy(dead, { options })).failure).toBe('refused');
        expect(target.connectionsPast(proxies)).toEqual([]);
        await checker.checkTarget({ options });
        expect(target.connectionsPast(proxies)).toHaveLength(1);
      } finally {
        for (const server of [target, ...proxies]) await server.close();
      }
    },
  );

  it('FAULTS 24: the control probe fails when the target is down or answers 500', async () => {
    const target = await startTarget();
    const options = parseHealthCheckOptions({ targetUrl: target.url, timeoutMs: 1000 });
    expect(await checker.checkTarget({ options })).toMatchObject({ ok: true, statusCode: 200 });
    target.answerWith({ statusCode: 500 });
    expect(await checker.checkTarget({ options })).toMatchObject({
      ok: false,
      statusCode: 500,
      failure: 'unexpected_status',
    });
    await target.close();
    expect(await checker.checkTarget({ options })).toMatchObject({ ok: false, failure: 'refused' });
  });
});

describe('a stream of checks', () => {
  let peer: HostileProxy;
  const options = parseHealthCheckOptions({ targetUrl: 'http://192.0.2.7/', timeoutMs: 2000 });
  beforeAll(async () => {
    peer = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  afterAll(() => peer.close());

  function* endless(taken: { count: number }) {
    for (;;) {
      taken.count++;
      yield proxyAt(peer.port);
    }
  }

  it('takes from an endless source only what it can start', async () => {
    const taken = { count: 0 };
    const results: HealthCheckResult[] = [];
    for await (const result of checker.streamHealthChecks(endless(taken), {
      options,
      concurrency: 10,
    })) {
      results.push(result);
      if (results.length === 50) break;
    }
    expect(results.every(({ status }) => status === 'active')).toBe(true);
    expect(taken.count).toBeLessThanOrEqual(50 + 10 + 10 + 1);
  });

  it('throws the reason of an abort and leaves nothing open', async () => {
    const silent = await HostileProxy.start(() => {});
    const controller = new AbortController();
    const proxies = Array.from({ length: 20 }, () => proxyAt(silent.port));
    const stream = checker.streamHealthChecks(proxies, { options, signal: controller.signal });
    const first = stream.next();
    await vi.waitUntil(() => silent.open === 20);
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await vi.waitUntil(() => silent.open === 0);
    await silent.close();
  });

  it('yields nothing for an empty source, and a result for an unknown protocol', async () => {
    const none: HealthCheckResult[] = [];
    for await (const result of checker.streamHealthChecks([], { options })) none.push(result);
    expect(none).toEqual([]);
    const odd = createProxy({ protocol: 'gopher', host: '127.0.0.1', port: peer.port });
    expect(await checker.checkProxy(odd, { options })).toMatchObject({
      status: 'inconclusive',
      failure: 'unsupported_protocol',
    });
  });

  it('hands registered protocols to their strategy, with their own options', async () => {
    const own = new HealthChecker({ allowPrivateAddresses: true });
    const seen: number[] = [];
    own.registerStrategy('gopher', {
      check: async (proxy, { timeoutMs }) => {
        seen.push(timeoutMs);
        return own.checkProxy({ ...proxy, protocol: 'http' }, { options });
      },
    });
    own.setProtocolOptions('gopher', { timeoutMs: 1234 });
    const odd = createProxy({ protocol: 'gopher', host: '127.0.0.1', port: peer.port });
    expect((await own.checkProxy(odd, { options })).status).toBe('active');
    expect(seen).toEqual([1234]);
  });
});
