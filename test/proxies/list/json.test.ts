import { describe, expect, it } from 'vitest';
import { outcomesOf, readList } from './support/read-list.ts';

const A = { ip: '1.2.3.4', port: 80 };
const B = { host: 'pr.x.io', port: '8080', username: 'u', password: 'p%40' };
const A_URL = 'http://1.2.3.4:80';
const B_URL = 'http://u:p%2540@pr.x.io:8080';

describe('a JSON list', () => {
  it.each([
    ['an array', JSON.stringify([A, B]), [A_URL, B_URL]],
    ['an indented array', JSON.stringify([A, B], null, 2), [A_URL, B_URL]],
    ['an object with proxies', JSON.stringify({ count: 2, proxies: [A, B] }), [A_URL, B_URL]],
    ['an object with results', JSON.stringify({ next: null, results: [A, B] }), [A_URL, B_URL]],
    ['an object with data', JSON.stringify({ data: [A, B], x: [1] }, null, 2), [A_URL, B_URL]],
    ['two lists', JSON.stringify({ proxies: [A], results: [B] }), [A_URL, B_URL]],
    ['NDJSON', `${JSON.stringify(A)}\n\n${JSON.stringify(B)}\n`, [A_URL, 'blank', B_URL]],
    ['NDJSON of lists', `${JSON.stringify({ proxies: [A] })}\n[]\n`, [A_URL]],
    ['one object', JSON.stringify(A, null, 2), [A_URL]],
    [
      'objects one after another',
      `${JSON.stringify(A, null, 1)}\n${JSON.stringify(B)}`,
      [A_URL, B_URL],
    ],
    ['strings', '["1.2.3.4:80", "u:p%40@pr.x.io:8080"]', [A_URL, B_URL]],
    ['an empty array', '[ ]', []],
    ['nested keys of lists', '{"x":{"proxies":[{"a":1}]},"ip":"1.2.3.4","port":80}', [A_URL]],
    [
      'signs inside strings',
      '[{"ip":"1.2.3.4","port":80,"x":"]}\\"\\\\"},"1.2.3.4:80"]',
      [A_URL, 'duplicate'],
    ],
  ])('may be %s', async (_, text, outcomes) => {
    expect(await outcomesOf(text)).toEqual(outcomes);
  });

  it('gives one proxy for each protocol', async () => {
    const list = [
      { ...A, protocols: ['http', 'SOCKS4a', 'ftp'] },
      { ...A, schemes: ['https', 'http', 7] },
      { ...A, protocol: 'socks4', remoteDns: true },
    ];
    expect(await outcomesOf(JSON.stringify(list))).toEqual([
      A_URL,
      'socks4://1.2.3.4:80 remote-dns',
      'unknown_scheme',
      'https://1.2.3.4:80',
      'duplicate',
      'unknown_scheme',
      'duplicate',
    ]);
  });

  it('takes degrees that no database stores, being next to nothing, as 0', async () => {
    const tags = async (degrees: string) =>
      (await readList(`{"ip":"1.2.3.4","port":80,"lat":${degrees},"lon":13}`))[0];
    for (const degrees of ['1e-200', '-5e-324', '-0', '"1e-400"']) {
      expect(await tags(degrees)).toMatchObject({
        proxy: { tags: { latitude: 0, longitude: 13 } },
      });
    }
    expect(await tags('-1e-9')).toMatchObject({ proxy: { tags: { latitude: -1e-9 } } });
  });

  it('reads tags and leaves out unusable ones', async () => {
    const [first, second] = await readList(
      JSON.stringify([
        {
          ...A,
          country: 'United States',
          country_code: 'us',
          city: 'Paris',
          asn: 0,
          lat: 1.5,
          lon: '-2',
        },
        {
          ...B,
          country: 'France',
          city: 'x'.repeat(201),
          asn: 2 ** 32,
          isp: 5,
          latitude: 91,
          source: '\n',
        },
      ]),
    );
    expect(first).toMatchObject({
      proxy: { tags: { country: 'US', city: 'Paris', asn: 0, latitude: 1.5, longitude: -2 } },
    });
    expect(second).toMatchObject({ proxy: { tags: { country: 'FR' } } });
    expect(second).toHaveProperty('ignored', ['source', 'city', 'isp', 'asn', 'latitude']);
  });

  it.each([
    ['a number', '5'],
    ['null', 'null'],
    ['an array', '["1.2.3.4:80"]'],
    ['an empty string', '""'],
    ['broken', '{"ip":1.2.3.4}'],
    ['deep', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 objects deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['over 16 KiB', JSON.stringify({ ...A, note: 'x'.repeat(16_384) })],
  ])('rejects an entry that is %s, and only that one', async (_, entry) => {
    const entries = await readList(`["1.1.1.1:80",${entry},"1.1.1.2:80"]`);
    expect(entries.map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(entries[1]).toMatchObject({ line: 2, reason: 'invalid_json', text: '***' });
  });

  it.each([
    ['no host', { port: 80 }, 'invalid_host'],
    ['a host of another type', { ip: 5, port: 80 }, 'invalid_host'],
    ['no port', { ip: '1.2.3.4' }, 'missing_port'],
    ['a port of another type', { ip: '1.2.3.4', port: {} }, 'invalid_port'],
    ['a broken port', { ip: '1.2.3.4', port: 80.5 }, 'invalid_port'],
    ['a user of another type', { ...A, username: ['u'] }, 'invalid_credentials'],
    ['a password of another type', { ...A, password: true }, 'invalid_credentials'],
    [
      'a line end in the password',
      { ...A, username: 'u', password: 'a\nb' },
      'invalid_credentials',
    ],
    ['a lone surrogate', { ...A, username: '\ud800' }, 'invalid_credentials'],
    ['a private address', { ...A, ip: '10.0.0.1' }, 'address_refused'],
  ])('rejects an entry with %s', async (_, entry, reason) => {
    expect(await outcomesOf(JSON.stringify([entry]))).toEqual([reason]);
    expect(await outcomesOf(`${JSON.stringify(entry)}\n`, { format: 'ndjson' })).toEqual([reason]);
  });

  it('never touches a prototype', async () => {
    const list = '[{"__proto__":{"ip":"1.2.3.4","port":80}},{"constructor":{"prototype":{"x":1}}}]';
    expect(await outcomesOf(list)).toEqual(['invalid_host', 'invalid_host']);
    expect(await outcomesOf('{"__proto__":{"proxies":["1.2.3.4:80"]}}')).toEqual(['invalid_host']);
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it.each([
    '[',
    '[{"ip":',
    '{"proxies":[',
    '{"ip":"1.2',
    '['.repeat(10_000),
    '{"proxies":["1.2.3.4:80"]',
  ])('says that %.20s ends too early', async (text) => {
    const entries = await readList(text);
    expect(entries.at(-1)).toMatchObject({
      reason: 'invalid_json',
      detail: expect.stringContaining('ends before'),
    });
  });

  it.each(['', ' ', '\n', ']', '}', '[]]', '{"a"', 'nonsense', '[}', '}{', ',', '"'])(
    'ends with every entry accounted for when the document is %j',
    async (text) => {
      const entries = await readList(text, { format: 'json' });
      expect(entries.every(({ kind }) => kind === 'rejected')).toBe(true);
    },
  );

  it('rejects the lines of NDJSON one by one', async () => {
    const text = `${JSON.stringify(A)}\n{"ip":\n"1.2.3.5:80"\n5\n${' '.repeat(40_000)}\n`;
    expect(await outcomesOf(text)).toEqual([
      A_URL,
      'invalid_json',
      'http://1.2.3.5:80',
      'invalid_json',
      'line_too_long',
    ]);
  });

  it.each([
    ['arrays', '['.repeat(5_000) + ']'.repeat(5_000)],
    ['objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ])('rejects an entry with a key of 5,000 nested %s, and only that one', async (_, deep) => {
    for (const key of ['asn', 'geo', 'protocols', 'tags', 'x']) {
      const entry = `{"ip":"1.2.3.5","port":80,"${key}":${deep}}`;
      const outcomes = [A_URL, 'invalid_json'];
      expect(await outcomesOf(`${JSON.stringify(A)}\n${entry}\n`)).toEqual(outcomes);
      expect(await outcomesOf(`[${JSON.stringify(A)},${entry}]`)).toEqual(outcomes);
    }
  });

  it('tells text that begins with a bracket from JSON', async () => {
    expect(await outcomesOf('[2606:4700::1111]:80\n1.2.3.4:80')).toHaveLength(2);
  });
});
