import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseAddress, refusePort } from '../../../src/proxies/address-policy.ts';
import { refuseCredentials } from '../../../src/proxies/credential-limits.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { formatSecretUrl } from '../../../src/proxies/endpoint.ts';
import { toListEntryJson } from '../../../src/proxies/list-entry.ts';
import { ListTally } from '../../../src/proxies/list-tally.ts';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { readList } from './support/read-list.ts';

const host = fc.oneof(
  fc.ipV4().filter((address) => refuseAddress(address) === null),
  fc.domain().map((name) => name.toLowerCase()),
  fc.constant('2606:4700::1111'),
);
const port = fc.integer({ min: 1, max: 65_535 }).filter((number) => refusePort(number) === null);
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.string({
    maxLength: 6,
    unit: fc.constantFrom(':', '@', '%', '%40', ',', '"', '#', ' ', '/', 'a'),
  }),
);
/** Degrees as a list's tags have them: never `-0`, and nothing so small that it is read as 0. */
const degreesUpTo = (most: number) =>
  fc
    .double({ min: -most, max: most, noNaN: true })
    .map((degrees) => (Math.abs(degrees) < 1e-12 ? 0 : degrees));
const tags = fc.record(
  {
    source: fc.constantFrom('shop', 'own fleet'),
    country: fc.constantFrom('US', 'DE'),
    city: fc.constantFrom('Köln', 'New York, NY'),
    isp: fc.constant('Example "Networks"'),
    asn: fc.nat(),
    latitude: degreesUpTo(90),
    longitude: degreesUpTo(180),
  },
  { requiredKeys: [] },
);

const proxies = fc
  .record({
    protocol: fc.constantFrom('http', 'https', 'socks4', 'socks5'),
    host,
    port,
    username: text,
    password: text,
    remoteDns: fc.boolean(),
    tags,
    labels: fc.record(
      {
        provider: fc.constantFrom('Example, Inc.', 'a"b', 'x'.repeat(128)),
        'last-check_1': fc.constant('ünïcödé'),
      },
      { requiredKeys: [] },
    ),
  })
  .filter(
    ({ protocol, username, password }) => refuseCredentials(protocol, username, password) === null,
  )
  .map(({ username, password, remoteDns, tags: all, labels: some, ...endpoint }): Proxy => {
    const labels = { ...some, ...(all.source !== undefined && { source: all.source }) };
    const hasCredentials = username !== '' || password !== '';
    return createProxy({
      ...endpoint,
      ...(hasCredentials && { credentials: new Credentials(username, password) }),
      ...(remoteDns && endpoint.protocol.startsWith('socks') && { remoteDns }),
      ...(Object.keys(all).length > 0 && { tags: all }),
      ...(Object.keys(labels).length > 0 && { labels }),
    });
  });

describe('a proxy that is written and read again', () => {
  it('is the same proxy when it was written as JSON', async () => {
    await fc.assert(
      fc.asyncProperty(proxies, async (proxy) => {
        const json = toListEntryJson(proxy);
        expect(json).not.toContain('\n');
        for (const source of [json, `${json}\n`, `[${json}]`]) {
          const [entry] = await readList(source);
          expect(entry).toEqual({ kind: 'accepted', line: 1, proxy });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has the same identity when it was written as a URL', async () => {
    await fc.assert(
      fc.asyncProperty(proxies, async (proxy) => {
        const [entry] = await readList(formatSecretUrl(proxy));
        expect(entry).toMatchObject({ kind: 'accepted', proxy: { id: proxy.id } });
      }),
      { numRuns: 300 },
    );
  });

  it('has the same identity when it was written as quoted columns', async () => {
    await fc.assert(
      fc.asyncProperty(proxies, async (proxy) => {
        const { protocol, credentials } = proxy;
        const { username = '', password = '' } = credentials ?? {};
        fc.pre(username.trim() === username && password.trim() === password);
        const cells = [protocol, proxy.host, `${proxy.port}`, username, password];
        const row = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
        const [, entry] = await readList(`type,ip,port,user,password\n${row}\n`);
        expect(entry).toMatchObject({ kind: 'accepted', proxy: { id: proxy.id } });
      }),
      { numRuns: 300 },
    );
  });
});

describe('any text at all', () => {
  const junk = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      maxLength: 60,
      unit: fc.constantFrom(
        '1.2.3.4',
        ':',
        '80',
        '@',
        'u',
        '\n',
        '#',
        ' ',
        ',',
        '[',
        ']',
        '"',
        '{',
        '}',
        '::',
        'http://',
        '/',
        '%',
      ),
    }),
  );

  it('is accounted for line by line without an exception', async () => {
    await fc.assert(
      fc.asyncProperty(junk, async (list) => {
        const entries = await readList(list, { format: 'text' });
        const lines = list.replace(/^\ufeff/, '').split('\n');
        if (lines.at(-1) === '') lines.pop();
        expect(entries.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 1));
      }),
      { numRuns: 2000 },
    );
  });

  it('becomes entries in every format, with counts that add up', async () => {
    await fc.assert(
      fc.asyncProperty(
        junk,
        fc.constantFrom('auto', 'text', 'csv', 'json', 'ndjson'),
        async (list, format) => {
          const tally = new ListTally();
          const entries = await readList(list, { format });
          for (const entry of entries) tally.add(entry);
          const { read, accepted, duplicate, skipped, rejected } = tally.counts;
          expect(read).toBe(entries.length);
          expect(accepted + duplicate + skipped + rejected).toBe(read);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
