import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/proxies/credentials.ts';
import type { ListEntry, RejectedEntry } from '../../../src/proxies/list-entry.ts';
import { outcomesOf, readList } from './support/read-list.ts';

const PRIVATE = { allowPrivateAddresses: true };

const rejectionsIn = (entries: readonly ListEntry[]): RejectedEntry[] =>
  entries.filter((entry): entry is RejectedEntry => entry.kind === 'rejected');

/** The tags and labels of the only proxy in a list. */
async function saidIn(list: string): Promise<Record<string, unknown>> {
  const entries = await readList(list);
  const [accepted, ...others] = entries.filter(({ kind }) => kind === 'accepted');
  expect([entries.length > 0, others]).toEqual([true, []]);
  if (accepted?.kind !== 'accepted') return {};
  return { ...accepted.proxy.tags, ...accepted.proxy.labels };
}

describe('columns after host and port are read by header, by form, or the line is rejected', () => {
  it.each([
    '1.2.3.4:3128:Türkiye',
    '1.2.3.4:3128:South Korea',
    '1.2.3.4:3128:US',
    '1.2.3.4:3128:elite',
    '1.2.3.4:3128:Russian Federation:transparent',
    '1.2.3.4:3128\tUS\t120 ms\t2026-11-26 10:00:00',
    '1.2.3.4,3128,US,United States,elite,no,yes,1 minute ago',
    '1.2.3.4;3128;DE;Anonymous;0.35',
    '1 | 1.2.3.4 | 3128 | Viet Nam | high anonymity | 99%',
    '[DE] 1.2.3.4:3128 (elite) 350ms',
    '✅ 1.2.3.4:3128 🇺🇸 United States',
    '🇺🇸1.2.3.4:3128',
    '2026-11-26 12:30 1.2.3.4:3128',
    '1.2.3.4:3128 Thu, 26 Nov 2026',
    '1.2.3.4:3128|Germany|Hesse|Frankfurt am Main',
    '1.2.3.4:3128@US',
    '1.2.3.4:3128@elite',
    '1.2.3.4:3128@HTTP/HTTPS',
    '1.2.3.4:3128 - Germany - elite',
    '1. 1.2.3.4:3128 US',
    '2) 1.2.3.4:3128',
    '"1.2.3.4","3128","Korea, Republic of","elite"',
  ])('%s has no login', async (line) => {
    expect(await outcomesOf(line)).toEqual(['http://1.2.3.4:3128']);
  });

  it('columns that could be places or a login are not kept', async () => {
    const [entry] = await readList('1.2.3.4:3128|Germany|Alice|Secretpw');
    expect(entry).toMatchObject({ kind: 'accepted', ignored: ['place'] });
    expect(JSON.stringify(entry)).not.toMatch(/Alice|Secretpw/);
  });

  it.each([
    '1.2.3.4:3128:Germany:Berlin',
    '1.2.3.4:3128:US:CA',
    '1.2.3.4:3128:80',
    '1.2.3.4:3128:socks5:secret',
    '1.2.3.4,3128,Dhaka',
    '1.2.3.4,3128,US,secret',
    '1.2.3.4,3128,120,350',
    '1.2.3.4,3128,user,secret,http',
    '1.2.3.4:3128|US|user|secret',
    '1.2.3.4:3128|user|secret|more',
    '1.2.3.4:3128;user;secret',
    '1.2.3.4:3128 user secret',
    '1.2.3.4:3128:user:secret office',
    'user:secret@1.2.3.4:3128 office',
    '1.2.3.4:3128 5.6.7.8:3128',
    'berlin|1.2.3.4|3128|user|secret|socks5',
    '1.2.3.4:3128|socks5|secret',
    '1.2.3.4:3128|socks5|user:secret',
    '1.2.3.4:3128 socks5 user:secret',
    '1.2.3.4:3128;http;secret',
    'socks5,1.2.3.4,3128,US,secret',
    'socks5://1.2.3.4:3128|user: u|password: secret',
    '1.2.3.4:3128:user:secret:US',
    '1.2.3.4:3128:user:secret:Germany',
    '1.2.3.4:3128:user:secret:socks5',
    '1.2.3.4:3128:user:secret:DE:Berlin',
    '1.2.3.4:3128:socks5:user:secret:elite',
    'http://1.2.3.4:3128:user:secret:US',
  ])('%s is ambiguous_columns, with the secret hidden', async (line) => {
    const entries = await readList(line);
    expect(entries.map((entry) => 'reason' in entry && entry.reason)).toEqual([
      'ambiguous_columns',
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('names of columns settle what is ambiguous', async () => {
    const columns = ['host', 'port', '-', 'username', 'password'];
    for (const line of [
      '1.2.3.4,3128,Dhaka,user,pass',
      '1.2.3.4:3128:Dhaka:user:pass',
      '1.2.3.4|3128|Dhaka|user|pass',
      '1.2.3.4 3128 Dhaka user pass',
    ]) {
      expect(await outcomesOf(line, { columns })).toEqual(['http://user:pass@1.2.3.4:3128']);
    }
    const list = 'ip,port,city,user,pass\n1.2.3.4,3128,Dhaka,u\n# note\n\n1.2.3.4,x,Dhaka,u,p';
    expect(await outcomesOf(list, { columns })).toEqual([
      'header',
      'column_count',
      'comment',
      'blank',
      'invalid_port',
    ]);
    const geo = ['country', 'host', 'username', 'password'];
    expect(await outcomesOf('US|1.2.3.4:80|u|p', { columns: geo })).toEqual([
      'http://u:p@1.2.3.4:80',
    ]);
  });

  it.each([
    [['host', 'prot'], 'prot'],
    [['port', 'username'], 'host'],
    [['host', 'ip'], 'twice'],
    [['host', 'labels'], 'labels'],
  ])('columns %j are refused with what would be right', async (columns, text) => {
    await expect(readList('', { columns })).rejects.toThrow(text);
  });
});

describe('the protocol is found wherever lists put it', () => {
  it.each([
    'ip,port,proto\n1.2.3.4,1080,Socks5',
    'ip,port,proxy_type\n1.2.3.4,1080,SOCKS 5',
    'ip,port,Category\n1.2.3.4,1080,socks5 proxy',
    'ip,port,type,protocols\n1.2.3.4,1080,residential,socks5',
    'ip,port,http,socks4,socks5\n1.2.3.4,1080,no,no,yes',
    '{"ip":"1.2.3.4","port":1080,"http":false,"socks5":true}',
    '{"ip":"1.2.3.4","port":1080,"categories":["SOCKS5"]}',
    '{"ip":"1.2.3.4","port":1080,"type":"elite","protocol":"socks5"}',
    '{"socks5":["1.2.3.4:1080"]}',
    '{"SOCKS5":[{"ip":"1.2.3.4","port":1080}]}',
    '{"socks5":"1.2.3.4:1080"}',
    '{"socks5":{"proxies":["1.2.3.4:1080"]}}',
    '{"status":"ok","data":{"socks5":["1.2.3.4:1080"]}}',
    '{\n"count": 1,\n"socks5": [\n"1.2.3.4:1080"\n]\n}',
    'country,socks5\nUS,1.2.3.4:1080',
    'socks5\t1.2.3.4\t1080',
    '1.2.3.4 1080 SOCKS5',
    '1.2.3.4,1080,US,SOCKS5',
    '1.2.3.4:1080:socks5',
    '1.2.3.4:1080@SOCKS5',
    '[socks5] 1.2.3.4:1080',
    'socks5 1.2.3.4:1080',
    'socks5@1.2.3.4:1080',
    'ip,port,kind\n1.2.3.4,1080,socks5',
    'ip,port,mode,connection_type\n1.2.3.4,1080,rotating,socks5',
    '{"ip":"1.2.3.4","port":1080,"protocolType":"SOCKS5"}',
    '{"Proxies":[{"addr":"1.2.3.4","server_port":1080,"type":"socks5"}]}',
    '[{"proxyUrl":"socks5://1.2.3.4:1080"}]',
    '{"data":{"proxies":[{"ip":"1.2.3.4","port":1080,"protocol":"socks5"}]}}',
  ])('%s is SOCKS5', async (list) => {
    const outcomes = await outcomesOf(list);
    expect(outcomes.filter((outcome) => outcome !== 'header')).toEqual(['socks5://1.2.3.4:1080']);
  });

  it.each([
    '1.2.3.4:1080@socks5:user:pass',
    '1.2.3.4:1080@SOCKS5@user:pass',
    'socks5:user:pass@1.2.3.4:1080',
    'socks5@user:pass@1.2.3.4:1080',
  ])('%s is a protocol and a login', async (line) => {
    expect(await outcomesOf(line)).toEqual(['socks5://user:pass@1.2.3.4:1080']);
  });

  it('socks5h is kept where URL and column say SOCKS5', async () => {
    expect(await outcomesOf('proxy,protocol\nsocks5h://1.2.3.4:1080,socks5')).toEqual([
      'header',
      'socks5://1.2.3.4:1080 remote-dns',
    ]);
  });

  it.each([
    '{\n"http":["1.2.3.4:80"],\n"socks5":"1.2.3.5:1080"\n}',
    '{\n"socks5":{"ip":"1.2.3.5","port":1080},\n"x":[1],\n"http":["1.2.3.4:80"]}',
    '{"proxies":{"http":["1.2.3.4:80"],\n"socks5":"1.2.3.5:1080"},"total":2}',
    '{"socks5":"1.2.3.5:1080",\n"proxies":["1.2.3.4:80"]}',
    '{"ip":"1.2.3.4","port":80,"data":[1]}\n{"proxies":[],"socks5":"1.2.3.5:1080"}',
    '{"ip":"1.2.3.4","port":80}\n{"results":[],"data":{"socks5":["1.2.3.5:1080"]}}',
  ])('nothing beside a list in %j is dropped', async (list) => {
    expect((await outcomesOf(list)).toSorted()).toEqual([
      'http://1.2.3.4:80',
      'socks5://1.2.3.5:1080',
    ]);
    const letters = (async function* () {
      yield* list;
    })();
    expect((await outcomesOf(letters)).toSorted()).toHaveLength(2);
  });

  it('a value beside a list that is too long is rejected', async () => {
    const long = JSON.stringify({ http: ['1.2.3.4:80'], socks5: 'x'.repeat(20_000) }, null, 1);
    expect(await outcomesOf(long)).toEqual(['http://1.2.3.4:80', 'invalid_json']);
    const other = JSON.stringify({ http: ['1.2.3.4:80'], note: 'x'.repeat(20_000) }, null, 1);
    expect(await outcomesOf(other)).toEqual(['http://1.2.3.4:80']);
  });

  it('every cell of a column named like a protocol is counted', async () => {
    const list = 'http,socks4,socks5\n1.2.3.4:80,,nonsense\n,1.2.3.5:1080,';
    expect(await outcomesOf(list)).toEqual([
      'header',
      'http://1.2.3.4:80',
      'blank',
      'missing_port',
      'blank',
      'socks4://1.2.3.5:1080',
      'blank',
    ]);
  });

  it('a type that is none is a label, or rejected where nothing else may stand', async () => {
    expect(await saidIn('ip,port,type\n1.2.3.4,80,Elite')).toEqual({ anonymity: 'Elite' });
    expect(await saidIn('ip,port,category\n1.2.3.4,80,sneakers')).toEqual({ category: 'sneakers' });
    expect(await outcomesOf('ip,port,proto\n1.2.3.4,80,elite')).toEqual([
      'header',
      'unknown_scheme',
    ]);
    expect(await outcomesOf('{"ip":"1.2.3.4","port":80,"http":0,"socks5":0}')).toEqual([
      'unknown_scheme',
    ]);
  });
});

describe('userinfo ends at the last @ where a scheme stands', () => {
  it.each([
    ['http://alice.b:4821337799@gateway:8080', 'http://alice.b:4821337799@gateway:8080'],
    ['socks5://john.doe:1234@localhost:1080', 'socks5://john.doe:1234@localhost:1080'],
    ['http://1.2.3.4:80@gateway:8080', 'http://1.2.3.4:80@gateway:8080'],
    ['http://a.b:1:2@gateway:8080', 'http://a.b:1%3A2@gateway:8080'],
    ['http://user:p@ss@gateway', 'http://user:p%40ss@gateway:80'],
    ['user:4821@localhost:8080', 'http://user:4821@localhost:8080'],
    ['1.2.3.4:8080@user:4821', 'http://user:4821@1.2.3.4:8080'],
  ])('%s is %s', async (line, url) => {
    expect(await outcomesOf(line, PRIVATE)).toEqual([url]);
  });

  it.each([
    'john.doe:4821@1.2.3.4:8080',
    '1.2.3.4:8080@john.doe:4821',
    'alice:4821@gateway:8080',
    'http://john.doe:4821@gate.example',
    '1.2.3.4:8080:user:4821@mail.example:4821',
  ])('%s is ambiguous: both readings are shown, no number is', async (line) => {
    const [rejected] = rejectionsIn(await readList(line, PRIVATE));
    expect(rejected).toMatchObject({ reason: 'ambiguous', text: expect.stringContaining(' or ') });
    expect(JSON.stringify(rejected)).not.toMatch(/4821|8080/);
  });

  it('digits that are no port are never shown', async () => {
    const lines = [
      'alice:4821337799@1.2.3.4',
      'http://alice.b:4821337799@gateway:8080',
      '1.2.3.4:4821337799',
      'alice.b:4821337799',
      'alice.b:4821337799:x',
      '1.2.3.4:80-4821337799',
      'u:p@1.2.3.4:4821337799',
      '1.2.3.4:80@a.b:4821337799',
      'proxy:8080:user:pa@4821337799:77',
      'proxy:8080:user:pa@0x7f4821337799:77',
    ];
    const rejected = rejectionsIn(await readList(lines.join('\n')));
    expect(rejected.length).toBe(lines.length - 1);
    expect(JSON.stringify(rejected)).not.toContain('4821337799');
  });

  it.each([
    'socks5://u:p@1.2.3.4:443:Berlin-someone@mail.example[https://api.example/x/refresh]',
    'socks5://1.2.3.4:443:u:p[https://api.example/change?key=1]',
    'socks5://u:p@1.2.3.4:443|https://api.example/change?key=1',
    'socks5://u:p@1.2.3.4:443 https://api.example/change/1',
    'socks5://u:p@1.2.3.4:443:office',
  ])('%s leaves link and remark out of the password', async (line) => {
    expect(await outcomesOf(line)).toEqual(['socks5://u:p@1.2.3.4:443']);
  });

  it.each(['1.2.3.4:80:u:p|http://5.6.7.8:80', '1.2.3.4:80:u:phttps://api.example/x?y=1'])(
    '%s is rejected, since the link could be anything',
    async (line) => {
      expect(rejectionsIn(await readList(line))).toHaveLength(1);
    },
  );
});

describe('nested places and networks', () => {
  it.each([
    {
      geolocation: { country: { iso_code: 'BG', names: { en: 'Bulgaria' } }, city: 'Sofia' },
      asn: { autonomous_system_number: 64_512, autonomous_system_organization: 'Net' },
    },
    {
      location: { country: 'Bulgaria', city: { name: 'Sofia' } },
      as: { number: 'AS64512', name: 'Net' },
    },
    { geo: { countryCode: 'bg', city: 'Sofia', isp: 'Net', asn: 'AS64512' } },
    { ip_data: { country: 'BG', city: { names: { en: 'Sofia' } }, org: 'Net', as: 'AS64512 Net' } },
    { country: { code: 'BG' }, city: 'Sofia', isp: { name: 'Net' }, asn: { asn: 64_512 } },
  ])('give country, city, ISP and ASN: %j', async (place) => {
    const said = await saidIn(JSON.stringify([{ ip: '1.2.3.4', port: 80, ...place }]));
    expect(said).toMatchObject({ country: 'BG', city: 'Sofia', isp: 'Net', asn: 64_512 });
  });
});

describe('labels', () => {
  it('are made of all other columns and keys, within their limits', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, at]));
    const keys = {
      Provider: 'Example',
      source: 'shop',
      tags: ['a', 'b'],
      'Last Checked': '2026-11-26',
      empty: '',
      api_key: 'secret',
      refresh: 'https://x.example/?k=secret',
      long: 'x'.repeat(129),
      broken: 'a\nb',
      nested: { a: 1 },
      constructor: 'x',
    };
    const [entry] = await readList(JSON.stringify([{ ip: '1.2.3.4', port: 80, ...keys, ...many }]));
    if (entry?.kind !== 'accepted') throw new Error('the entry was not accepted');
    const { source, provider, tags, last_checked: at, ...rest } = entry.proxy.labels ?? {};
    expect([source, provider, tags, at]).toEqual(['shop', 'Example', 'a,b', '2026-11-26']);
    expect(Object.keys(rest)).toHaveLength(12);
    expect(entry.ignored).toEqual(
      expect.arrayContaining(['api_key', 'refresh', 'long', 'nested', 'broken']),
    );
    expect(entry.ignored).not.toContain('empty');
    expect(JSON.stringify(entry)).not.toContain('secret');
  });

  it('have nothing of a login, whatever its column is called', async () => {
    const list =
      'ip,port,user,password,login,proxy\n1.2.3.4,80,u,canary,canary,u:canary@1.2.3.4:80';
    const [, entry] = await readList(list);
    expect(JSON.stringify(entry)).not.toContain('canary');
    expect(entry).toMatchObject({
      proxy: { credentials: new Credentials('u', 'canary') },
      ignored: ['proxy', 'login'],
    });
  });

  it.each(['1.2.3.4:80:u:canary', 'u:canary:gw.example:80', 'x|u:canary@h|y', 'ftp://u:canary@h'])(
    'have nothing of a login in a column of any name: %s',
    async (raw) => {
      for (const name of ['raw', 'note', 'source', 'city', 'isp']) {
        const [, entry] = await readList(
          `ip,port,user,password,${name}\n1.2.3.4,80,u,canary,${raw}`,
        );
        expect(entry).toMatchObject({ kind: 'accepted', ignored: [name] });
        expect(JSON.stringify(entry)).not.toContain('canary');
      }
    },
  );

  it('have nothing of columns whose names say password in another way', async () => {
    const names = ['proxy_pw', 'my_pw', 'pword', 'psswd2'];
    const [, entry] = await readList(
      `ip,port,${names}\n1.2.3.4,80${',canary'.repeat(names.length)}`,
    );
    expect(entry).toMatchObject({ kind: 'accepted', ignored: names });
  });

  it("are the document's and the entry's own together", async () => {
    const said = await saidIn('{"http":["1.2.3.4:80 elite"],"provider":"acme"}');
    expect(said).toEqual({ provider: 'acme', anonymity: 'elite' });
  });

  it.each(['1.2.3.4:80', '12:30:45', '2026-11-26T10:00:00Z', '2001:db8:1:2::3', '::ffff:1.2.3.4'])(
    'may be an address or a time: %s',
    async (note) => {
      expect(await saidIn(JSON.stringify([{ ip: '1.2.3.4', port: 80, note }]))).toEqual({ note });
    },
  );
});
