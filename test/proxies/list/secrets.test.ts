import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatRedactedUrl } from '../../../src/proxies/endpoint.ts';
import type { ListEntry } from '../../../src/proxies/list-entry.ts';
import { type ListOptions, parseProxyList } from '../../../src/proxies/list-parser.ts';
import { readList } from './support/read-list.ts';

const PASSWORD = 'canary-Pa55';

/** Every way to look at an entry except asking for the password by name. */
function looksOf(entry: ListEntry): string {
  const url = entry.kind === 'accepted' ? formatRedactedUrl(entry.proxy) : '';
  return [
    inspect(entry, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(entry),
    JSON.stringify(structuredClone(JSON.parse(JSON.stringify(entry)))),
    url,
  ].join('\n');
}

/** Forms of entries with a password. */
const FORMS: readonly ((host: string, port: string) => string)[] = [
  (host, port) => `${host}:${port}:user:${PASSWORD}`,
  (host, port) => `user:${PASSWORD}@${host}:${port}`,
  (host, port) => `user:${PASSWORD}:${host}:${port}`,
  (host, port) => `${host}:${port}@user:${PASSWORD}`,
  (host, port) => `${PASSWORD}@${host}:${port}`,
  (host, port) => `http://user:${PASSWORD}@${host}:${port}`,
  (host, port) => `http://${host}:${port}:user:${PASSWORD}`,
  (host, port) => `ftp://user:${PASSWORD}@${host}:${port}/`,
  (host, port) => `http://:${PASSWORD}@${host}:${port}/path`,
  (host, port) => `user:p@${PASSWORD}@${host}:${port}`,
  (host, port) => `user:p:${PASSWORD}@${host}:${port}`,
  (host, port) => `${host}:${port}:user:p:${PASSWORD}`,
  (host, port) => `${host}:${port} user:${PASSWORD}`,
  (host, port) => `${host}:${port}:${PASSWORD}`,
  (host) => `${host}:${PASSWORD}`,
  (host) => `user:${PASSWORD}@${host}`,
  (host, port) => `user:${PASSWORD}\n${host}:${port}`,
  () => `user:${PASSWORD}`,
  (host, port) => `${host},${port},user,${PASSWORD}`,
  (host, port) => `"${host}","${port}","user","${PASSWORD}`,
  (host, port) => `ip,port,user,password\n${host},${port},user,${PASSWORD}`,
  (host, port) => `ip,port,user,password\n${host},${port},user,"${PASSWORD}`,
  (host, port) => `proxy,country\nuser:${PASSWORD}@${host}:${port},us`,
  (host, port) => JSON.stringify([{ ip: host, port, username: 'user', password: PASSWORD }]),
  (host, port) => JSON.stringify([{ ip: host, port, username: PASSWORD, password: {} }]),
  (host, port) => JSON.stringify([{ ip: host, port, username: 'u', password: [PASSWORD] }]),
  (host, port) => JSON.stringify([`user:${PASSWORD}@${host}:${port}`]),
  (host, port) => `{"ip":"${host}","port":${port},"password":"${PASSWORD}"\n{"`,
  (host, port) => `[{"ip":"${host}","port":${port},"password":"${PASSWORD}"`,
  (host, port) => `${host}:${port}:${'u'.repeat(300)}:${PASSWORD}`,
  (host, port) => `${host}:${port}:user:${PASSWORD}${'p'.repeat(300)}`,
  (host, port) => `${host}:${port}:user:${PASSWORD}\0\r`,
  (host, port) => `http://user:${PASSWORD}%0a@${host}:${port}`,
  (host, port) => `${host}:${port}:user:${PASSWORD}${' '.repeat(5000)}`,
  (host, port) => `${host}:${port}:user:${PASSWORD}😀`,
];

/** Good hosts and ports, and some with every defect. */
const ENDPOINTS: readonly (readonly [host: string, port: string])[] = [
  ['1.2.3.4', '8080'],
  ['gate.example.com', '7000'],
  ['[2606:4700::1]', '8080'],
  ['1.2.3.4', '99999'],
  ['1.2.3.4', '22'],
  ['10.0.0.1', '8080'],
  ['999.1.1.1', '80'],
  ['2130706433', '80'],
  ['0177.0.0.1', '80'],
  ['1.2.3.0/30', '8080'],
  ['1.2.3.4', '8080-8090'],
  ['localhost', '8080'],
  ['2606:4700::1', '8080'],
  ['bad host', 'port'],
  ['', ''],
];

describe('a list with credentials', () => {
  it.each(FORMS.map((form) => [form('HOST', 'PORT').slice(0, 60), form] as const))(
    'shows none of them in an entry read from %j',
    async (_, form) => {
      const variants: ListOptions[] = [{}, { expandRanges: true, allowPrivateAddresses: true }];
      let entries = 0;
      for (const [host, port] of ENDPOINTS) {
        for (const options of variants) {
          for (const entry of await readList(form(host, port), options)) {
            entries += 1;
            expect(looksOf(entry)).not.toContain('canary');
          }
        }
      }
      expect(entries).toBeGreaterThanOrEqual(ENDPOINTS.length);
    },
  );

  it('still shows the host and port of a rejected line', async () => {
    const lines = [
      'user:secret@1.2.3.4:99999',
      '1.2.3.4:99999:user:secret',
      'user:secret:1.2.3.4:99999',
      'ftp://user:secret@1.2.3.4:80',
      '10.0.0.1,80,user,secret',
      '1.2.3.0/30:8080',
      'secret',
      '2001:db8::1:8080',
    ];
    const texts = (await readList(lines.join('\n'))).map((entry) =>
      entry.kind === 'rejected' ? entry.text : entry.kind,
    );
    expect(texts).toEqual([
      '***@1.2.3.4:***',
      '1.2.3.4:***:***',
      '***:1.2.3.4:***',
      'ftp://***@1.2.3.4:80',
      '***@10.0.0.1:80',
      '1.2.3.0/30:8080',
      '***',
      '2001:db8::1:8080',
    ]);
  });

  it('shows at most 200 characters of a rejected line', async () => {
    for await (const entry of parseProxyList(`ftp://${'a.'.repeat(1000)}com:80`)) {
      expect(entry).toMatchObject({ kind: 'rejected', text: expect.stringMatching(/^.{1,200}$/) });
    }
  });
});

describe('FAULTS 22', () => {
  const TEXTS = ['a\rb', 'a\nb', 'a\0b', 'a'.repeat(5000), 'a😀b'];

  it.each(TEXTS.map((text) => [JSON.stringify(text).slice(0, 20), text]))(
    'refuses %s in user, password and host when it is parsed',
    async (_, text) => {
      for (const field of ['username', 'password', 'host']) {
        const entry = { host: '1.2.3.4', port: 80, username: 'u', password: 'p', [field]: text };
        const [json] = await readList(JSON.stringify([entry]));
        expect(json?.kind).toBe('rejected');
        const encoded = { ...entry, [field]: encodeURIComponent(text) };
        const url = `http://${encoded.username}:${encoded.password}@${encoded.host}:80`;
        const [line] = await readList(url);
        expect(line?.kind).toBe('rejected');
      }
    },
  );
});
