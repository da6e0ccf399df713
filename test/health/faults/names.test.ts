import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../../src/health/dns/name-resolver.ts';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { type DnsAnswer, DnsServer } from '../../support/peers/dns-server.ts';
import { absoluteForm, HostileProxy } from '../../support/peers/hostile-proxy.ts';
import { GRACE_MS, proxyAt, watchLag } from '../support/check.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('FAULTS 18: names', () => {
  let dns: DnsServer;
  let peer: HostileProxy;
  let checker: HealthChecker;

  beforeAll(async () => {
    dns = await DnsServer.start(answerOf);
    peer = await HostileProxy.start(async (wire) => {
      await absoluteForm.enter(wire);
      wire.send(OK);
    });
    checker = new HealthChecker({ allowPrivateAddresses: true, resolver: freshResolver() });
  });
  afterAll(async () => {
    await peer.close();
    await dns.close();
  });

  const freshResolver = () =>
    new DnsResolver({ servers: [dns.address], hostsPath: '/nonexistent' });
  const options = (timeoutMs: number) =>
    parseHealthCheckOptions({ targetUrl: absoluteForm.targetUrl, timeoutMs });
  const named = (host: string): Proxy => createProxy({ protocol: 'http', host, port: peer.port });

  it.each([
    ['missing.test', 'dns_not_found'],
    ['broken.test', 'dns_failed'],
  ])('%s is %s', async (host, failure) => {
    const result = await checker.checkProxy(named(host), { options: options(6000) });
    expect(result).toMatchObject({ status: 'inactive', failure, failedPhase: 'dns' });
  });

  describe.each([
    ['before', 1000],
    ['after', 6000],
  ])('a name without an answer, with a deadline %s the look-up gives up', (when, timeoutMs) => {
    it('is dns_timeout when others are answered', async () => {
      const check = checker.checkProxy(named(`${timeoutMs}.silent.test`), {
        options: options(timeoutMs),
      });
      await checker.checkProxy(named(`${timeoutMs}.good.test`), { options: options(6000) });
      expect(await check).toMatchObject({
        status: 'inactive',
        failure: 'dns_timeout',
        failedPhase: 'dns',
      });
    });

    it('is our own failure when no name is answered', async () => {
      const lonely = new HealthChecker({ allowPrivateAddresses: true, resolver: freshResolver() });
      const result = await lonely.checkProxy(named(`${when}.silent.test`), {
        options: options(timeoutMs),
      });
      expect(result).toMatchObject({ status: 'inconclusive', failure: 'resolver_unavailable' });
    });
  });

  describe('a silent name that is asked for alone', () => {
    const silent = (resolver: DnsResolver, name: string) =>
      new HealthChecker({ allowPrivateAddresses: true, resolver }).checkProxy(named(name), {
        options: options(300),
      });

    it.each([
      ['another name', 'good.test'],
      ['that a name does not exist', 'missing.test'],
      ['an error', 'broken.test'],
    ])('is dns_timeout once its resolver has answered %s', async (_what, other) => {
      const resolver = freshResolver();
      await resolver.resolve(other);
      expect(await silent(resolver, 'lone.silent.test')).toMatchObject({
        status: 'inactive',
        failure: 'dns_timeout',
      });
    });

    it("is dns_timeout after the control probe's look-up", async () => {
      const resolver = freshResolver();
      const control = new HealthChecker({ allowPrivateAddresses: true, resolver });
      const targetUrl = `http://target.test:${peer.port}/`;
      await control.checkTarget({ options: parseHealthCheckOptions({ targetUrl }) });
      expect(await silent(resolver, 'lone.silent.test')).toMatchObject({ failure: 'dns_timeout' });
    });

    it('is judged anew when it is remembered as silent', async () => {
      const resolver = freshResolver();
      await resolver.resolve('lone.silent.test');
      expect((await silent(resolver, 'lone.silent.test')).failure).toBe('resolver_unavailable');
      await resolver.resolve('good.test');
      expect((await silent(resolver, 'lone.silent.test')).failure).toBe('dns_timeout');
    });

    it('is our own failure when the last answer is long ago', async () => {
      const clock = new FakeClock();
      const servers = [dns.address];
      const resolver = new DnsResolver({ servers, hostsPath: '/nonexistent', clock });
      await resolver.resolve('good.test');
      clock.advance(120_000);
      expect((await silent(resolver, 'lone.silent.test')).failure).toBe('dns_timeout');
      clock.advance(1);
      expect((await silent(resolver, 'lone.silent.test')).failure).toBe('resolver_unavailable');
    });
  });

  it('the look-up of a name has a timing of its own', async () => {
    const result = await checker.checkProxy(named('good.test'), { options: options(3000) });
    expect(result).toMatchObject({ status: 'active' });
    expect(Object.keys(result.timings)).toEqual(['connect', 'dns', 'firstByte']);
  });

  it('a name with nothing but forbidden addresses is refused', async () => {
    const strict = new HealthChecker({ resolver: freshResolver() });
    const result = await strict.checkProxy(named('rebind.test'), { options: options(3000) });
    expect(result).toMatchObject({ status: 'inactive', failure: 'address_refused' });
  });

  it('concurrent look-ups of one name share one query for each family', async () => {
    const before = dns.queries.length;
    const checks = Array.from({ length: 50 }, () =>
      checker.checkProxy(named('shared.test'), { options: options(3000) }),
    );
    const results = await Promise.all(checks);
    expect(results.every(({ status }) => status === 'active')).toBe(true);
    // On a busy machine c-ares asks each again; without sharing it would ask 100 times.
    expect(dns.queries.length - before).toBeLessThanOrEqual(2 * 2);
  });

  it('100 dead names do not hold up 100 literal addresses', async () => {
    const proxies = Array.from({ length: 100 }, (_, index) => [
      named(`dead-${index}.silent.test`),
      proxyAt(peer.port),
    ]).flat();
    const request = { options: options(1000), concurrency: 200 };
    const limits = { allowPrivateAddresses: true, maxInFlightPerHost: 200 };
    const impatient = new HealthChecker({ ...limits, resolver: freshResolver() });
    const results: HealthCheckResult[] = [];
    const lagMs = watchLag();
    for await (const result of impatient.streamHealthChecks(proxies, request)) results.push(result);
    const active = results.filter(({ status }) => status === 'active');
    const dead = results.filter(({ failedPhase }) => failedPhase === 'dns');
    expect([active.length, dead.length]).toEqual([100, 100]);
    const atMost = 1000 + GRACE_MS + 2 * lagMs();
    for (const { latencyMs } of dead) expect(latencyMs).toBeLessThan(atMost);
    const latencies = active.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    expect(latencies[50]).toBeLessThan(300);
  });

  it('localhost needs no name server', async () => {
    const result = await checker.checkProxy(named('localhost'), { options: options(3000) });
    expect(result.status).toBe('active');
  });
});

function answerOf(name: string): DnsAnswer {
  if (name === 'missing.test') return 'NXDOMAIN';
  if (name === 'broken.test') return 'SERVFAIL';
  if (name.endsWith('silent.test')) return 'silence';
  if (name === 'rebind.test') return ['10.0.0.1', '::ffff:169.254.169.254'];
  return ['127.0.0.1'];
}
