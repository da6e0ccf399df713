import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../../src/health/dns/name-resolver.ts';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { createTestAuthority, type ServerCertificate } from '../../../src/local/fleet/index.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { DnsServer } from '../../support/peers/dns-server.ts';
import {
  absoluteForm,
  type Entrance,
  HostileProxy,
  socks4Tunnel,
  socks5Tunnel,
  tlsTunnel,
  type Wire,
} from '../../support/peers/hostile-proxy.ts';
import { startSilentAddress } from '../../support/peers/silent-address.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** Nothing listens here, so a connection is refused at once. */
const DEAD = '127.0.0.66';
const ALIVE = '127.0.0.1';
/** Made silent by some tests. */
const SILENT = '127.0.0.77';
/** The broadcast address of loopback: there is no way to connect to it. */
const NO_ROUTE = '127.255.255.255';

forbidLeftovers();

let certificate: ServerCertificate;
let ca: string;
let dns: DnsServer;
let directory: string;
/** Addresses by name. */
const names = new Map<string, readonly string[]>();

beforeAll(async () => {
  const authority = await createTestAuthority();
  certificate = await authority.issue({ names: ['target.test', 'https.test'] });
  ca = authority.caPem;
  dns = await DnsServer.start((name, family) =>
    name === 'silent6.test' && family === 6 ? 'silence' : (names.get(name) ?? 'NXDOMAIN'),
  );
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-hosts-'));
});
afterAll(async () => {
  await dns.close();
  await rm(directory, { recursive: true });
});

async function enterTls(wire: Wire): Promise<void> {
  await wire.secure(certificate);
  await wire.until('\r\n\r\n');
}

function manyDead(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.0.66.${index + 1}`);
}

interface Wish {
  readonly addresses?: readonly string[];
  readonly name?: string;
  readonly entrance?: Entrance;
  readonly behaviour?: (wire: Wire) => void;
  readonly listenAt?: string;
  /** What else is at the proxy's port meanwhile, at another address. */
  readonly beside?: (port: number) => Promise<AsyncDisposable>;
  readonly hostsPath?: string;
  readonly options?: Parameters<typeof parseHealthCheckOptions>[0];
}

/** Probes a proxy by a name with these addresses; it listens at one of them. */
async function checkNamed({
  addresses,
  name = 'gate.test',
  entrance = absoluteForm,
  behaviour = (wire) => wire.send(OK),
  listenAt = ALIVE,
  beside,
  hostsPath = '/nonexistent',
  options = {},
}: Wish) {
  if (addresses) names.set(name, addresses);
  const peer = await HostileProxy.start(async (wire) => {
    await entrance.enter(wire);
    behaviour(wire);
  }, listenAt);
  try {
    await using _other = await beside?.(peer.port);
    const resolver = new DnsResolver({ servers: [dns.address], hostsPath });
    const checker = new HealthChecker({ allowPrivateAddresses: true, resolver });
    const { protocol, targetUrl } = entrance;
    const proxy = createProxy({ protocol, host: name, port: peer.port });
    const complete = { targetUrl, timeoutMs: 5000, ca, ...(options as object) };
    return await checker.checkProxy(proxy, { options: parseHealthCheckOptions(complete) });
  } finally {
    await peer.close();
  }
}

describe('FAULTS 24c: all addresses of a name are tried in order, inside the deadline', () => {
  const ENTRANCES: [string, () => Entrance][] = [
    ['HTTP', () => absoluteForm],
    ['CONNECT and TLS', () => tlsTunnel(certificate)],
    ['SOCKS4', () => socks4Tunnel],
    ['SOCKS5', () => socks5Tunnel],
    ['HTTPS', () => ({ ...absoluteForm, protocol: 'https', enter: enterTls })],
  ];
  it.each(ENTRANCES)(
    'over %s the next one is tried at once where one refuses',
    async (_name, entrance) => {
      const result = await checkNamed({
        addresses: [DEAD, '127.0.0.67', ALIVE],
        name: 'https.test',
        entrance: entrance(),
      });
      expect(result).toMatchObject({ status: 'active', attempts: 1 });
      expect(result.timings.connect).toBeLessThan(250);
    },
  );

  it.each([
    ['A refuses, AAAA accepts', [DEAD, '::1'], '::1'],
    ['only AAAA', ['::1'], '::1'],
    ['no way to the first', [NO_ROUTE, ALIVE], ALIVE],
    ['a hundred, the last one alive', [...manyDead(99), ALIVE], ALIVE],
  ])('%s: the one that accepts is found', async (_name, addresses, listenAt) => {
    const result = await checkNamed({ addresses, listenAt });
    expect(result).toMatchObject({ status: 'active', attempts: 1 });
  });

  it('each is checked by the address policy, and one that is forbidden is passed over', async () => {
    // A connection to 0.0.0.0 would arrive at 127.0.0.1.
    const asked: (string | undefined)[] = [];
    const result = await checkNamed({
      addresses: ['0.0.0.0', '127.0.0.2'],
      listenAt: '0.0.0.0',
      behaviour: (wire) => {
        asked.push((wire.stream as Socket).localAddress);
        wire.send(OK);
      },
    });
    expect(result.status).toBe('active');
    expect(asked).toEqual(['127.0.0.2']);
  });

  it.each([
    ['all refuse', [DEAD, '127.0.0.67', '::1']],
    ['some refuse and there is no way to the others', [NO_ROUTE, DEAD, NO_ROUTE]],
  ])('%s: the proxy is refused', async (_name, addresses) => {
    const result = await checkNamed({ addresses });
    expect(result).toMatchObject({
      status: 'inactive',
      failure: 'refused',
      failedPhase: 'connect',
    });
  });

  it('there is no way to any: that is ours, and says nothing about the proxy', async () => {
    const result = await checkNamed({ addresses: [NO_ROUTE, '127.255.255.255'] });
    expect(result).toMatchObject({ status: 'inconclusive', failure: 'no_route' });
  });

  it.skipIf(process.platform !== 'linux').each([
    ['a second', 5000, 1000],
    ['half of a short deadline', 300, 150],
  ])(
    'one that stays silent is joined by the next one after %s',
    async (_name, timeoutMs, waitMs) => {
      const result = await checkNamed({
        addresses: [SILENT, ALIVE],
        beside: (port) => startSilentAddress(SILENT, port),
        options: { timeoutMs },
      });
      expect(result).toMatchObject({ status: 'active', attempts: 1 });
      expect(result.timings.connect).toBeGreaterThan(waitMs - 50);
    },
  );

  it('a further attempt begins with the next one', async () => {
    const asked: (string | undefined)[] = [];
    const result = await checkNamed({
      addresses: [DEAD, '127.0.0.2', '127.0.0.3', ALIVE],
      listenAt: '0.0.0.0',
      behaviour: (wire) => {
        asked.push((wire.stream as Socket).localAddress);
        if (asked.length < 3) wire.end();
        else wire.send(OK);
      },
      options: { attempts: 3 },
    });
    expect(result).toMatchObject({ status: 'active', attempts: 3 });
    expect(new Set(asked).size).toBe(3);
  });

  it('a target by name is asked directly at each of its addresses, and SOCKS4 gets one after the other', async () => {
    names.set('target.test', [DEAD, ALIVE]);
    const target = await HostileProxy.start(async (wire) => {
      await wire.until('\r\n\r\n');
      wire.send(OK);
    });
    const asked: string[] = [];
    const proxy = await HostileProxy.start(async (wire) => {
      const request = await wire.bytes(9);
      asked.push([...request.subarray(4, 8)].join('.'));
      if (asked.length === 1) return wire.send(Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]));
      wire.send(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
      await wire.until('\r\n\r\n');
      wire.send(OK);
    });
    try {
      const resolver = new DnsResolver({ servers: [dns.address], hostsPath: '/nonexistent' });
      const targetUrl = `http://target.test:${target.port}/`;
      const options = parseHealthCheckOptions({ targetUrl, attempts: 2 });
      const checker = new HealthChecker({ allowPrivateAddresses: true, resolver, options });
      expect(await checker.checkTarget()).toMatchObject({ ok: true });
      const socks4 = createProxy({ protocol: 'socks4', host: ALIVE, port: proxy.port });
      expect(await checker.checkProxy(socks4)).toMatchObject({ status: 'active', attempts: 2 });
      expect(asked).toEqual([DEAD, ALIVE]);
    } finally {
      await Promise.all([proxy.close(), target.close()]);
    }
  });
});

describe('A and AAAA are asked for together, the hosts file included', () => {
  it('a server that never answers for IPv6 holds nothing up', async () => {
    const result = await checkNamed({ addresses: [ALIVE], name: 'silent6.test' });
    expect(result.status).toBe('active');
    expect(result.timings.dns).toBeLessThan(500);
  });

  it('localhost is found with the proxy on ::1 alone, whatever the hosts file names', async () => {
    const hostsPath = join(directory, 'ipv4-only');
    await writeFile(hostsPath, '127.0.0.1 localhost\n');
    for (const name of ['localhost', 'some.localhost']) {
      const result = await checkNamed({ name, hostsPath, listenAt: '::1' });
      expect(result).toMatchObject({ status: 'active', attempts: 1 });
    }
  });
});
