import { describe, expect, it } from 'vitest';
import type { ListOptions } from '../../../src/proxies/list-parser.ts';
import { outcomesOf } from './support/read-list.ts';

type Row = readonly [line: string, outcome: string, options?: ListOptions];

/** Puts a printable title of bounded length before each row. */
function titled(rows: readonly Row[]): [title: string, ...Row][] {
  return rows.map((row) => [JSON.stringify(row[0].slice(0, 60)), ...row]);
}

const ACCEPTED: readonly Row[] = [
  ['1.2.3.4:8080', 'http://1.2.3.4:8080'],
  ['1.2.3.4:8080', 'socks5://1.2.3.4:8080', { defaultProtocol: 'socks5' }],
  ['1.2.3.4:8080', 'socks4://1.2.3.4:8080 remote-dns', { defaultProtocol: 'SOCKS4a' }],
  ['1.2.3.4:8080:user:pass', 'http://user:pass@1.2.3.4:8080'],
  ['user:pass@1.2.3.4:8080', 'http://user:pass@1.2.3.4:8080'],
  ['user:pass:1.2.3.4:8080', 'http://user:pass@1.2.3.4:8080'],
  ['my.user:99:1.2.3.4:8080', 'http://1.2.3.4:8080@my.user:99'],
  ['my.user:pass:1.2.3.4:8080', 'http://my.user:pass@1.2.3.4:8080'],
  ['user:pass:pr.x.io:8080', 'http://user:pass@pr.x.io:8080'],
  ['1.2.3.4:8080@user:pass', 'http://user:pass@1.2.3.4:8080'],
  ['http://1.2.3.4:8080', 'http://1.2.3.4:8080'],
  ['https://u:p@proxy.example.com:443', 'https://u:p@proxy.example.com:443'],
  ['socks4://1.2.3.4:1080', 'socks4://1.2.3.4:1080'],
  ['socks4a://1.2.3.4:1080', 'socks4://1.2.3.4:1080 remote-dns'],
  ['socks5://1.2.3.4:1080', 'socks5://1.2.3.4:1080'],
  ['socks5h://1.2.3.4:1080', 'socks5://1.2.3.4:1080 remote-dns'],
  ['SOCKS5://1.2.3.4:1080', 'socks5://1.2.3.4:1080'],
  ['socks://1.2.3.4:1080', 'socks5://1.2.3.4:1080'],
  ['http://1.2.3.4', 'http://1.2.3.4:80'],
  ['https://u:p@1.2.3.4', 'https://u:p@1.2.3.4:443'],
  ['socks4://1.2.3.4', 'socks4://1.2.3.4:1080'],
  ['socks5://1.2.3.4/', 'socks5://1.2.3.4:1080'],
  ['http://1.2.3.4:8080:user:pass', 'http://user:pass@1.2.3.4:8080'],
  ['http://user:pass:1.2.3.4:8080', 'http://user:pass@1.2.3.4:8080'],
  ['gate.x.com:7000:user-session-ab:p', 'http://user-session-ab:p@gate.x.com:7000'],
  ['customer-a-sesstime-10:p@pr.x.io:7777', 'http://customer-a-sesstime-10:p@pr.x.io:7777'],
  ['user,country=us:p@pr.x.io:7777', 'http://user%2Ccountry%3Dus:p@pr.x.io:7777'],
  ['user:p@ss@1.2.3.4:8080', 'http://user:p%40ss@1.2.3.4:8080'],
  ['1.2.3.4:8080@user:p@ss', 'http://user:p%40ss@1.2.3.4:8080'],
  ['user:pa:ss@1.2.3.4:8080', 'http://user:pa%3Ass@1.2.3.4:8080'],
  ['1.2.3.4:8080:user:pa:ss', 'http://user:pa%3Ass@1.2.3.4:8080'],
  ['1.2.3.4:8080:user:pa@ss', 'http://user:pa%40ss@1.2.3.4:8080'],
  ['1.2.3.4:8080:user:pa,ss', 'http://user:pa%2Css@1.2.3.4:8080'],
  ['1.2.3.4:8080:user:pa#ss', 'http://user:pa%23ss@1.2.3.4:8080'],
  ['http://user:p%40ss@1.2.3.4:8080', 'http://user:p%40ss@1.2.3.4:8080'],
  ['http://user:100%@1.2.3.4:8080', 'http://user:100%25@1.2.3.4:8080'],
  ['user:p%40ss@1.2.3.4:8080', 'http://user:p%2540ss@1.2.3.4:8080'],
  ['us%3Aer:pass@1.2.3.4:80', 'http://us%253Aer:pass@1.2.3.4:80'],
  ['user:pässwörd@1.2.3.4:8080', 'http://user:p%C3%A4ssw%C3%B6rd@1.2.3.4:8080'],
  ['token@1.2.3.4:8080', 'http://token:@1.2.3.4:8080'],
  ['http://:pw@1.2.3.4:8080', 'http://:pw@1.2.3.4:8080'],
  ['http://@1.2.3.4:8080', 'http://1.2.3.4:8080'],
  ['[2606:4700::1111]:8080', 'http://[2606:4700::1111]:8080'],
  ['[2606:4700:0:0::1111]:8080:user:pass', 'http://user:pass@[2606:4700::1111]:8080'],
  ['user:pass:[2606:4700::1111]:8080', 'http://user:pass@[2606:4700::1111]:8080'],
  ['socks5://user:pass@[2606:4700::1111]', 'socks5://user:pass@[2606:4700::1111]:1080'],
  ['1.2.3.4:8080 # us', 'http://1.2.3.4:8080'],
  ['1.2.3.4:8080#us', 'http://1.2.3.4:8080'],
  ['1.2.3.4:8080:user:pass # us', 'http://user:pass@1.2.3.4:8080'],
  ['socks5://1.2.3.4:1080#my%20proxy', 'socks5://1.2.3.4:1080'],
  ['1.2.3.4:8080,US,elite', 'http://1.2.3.4:8080'],
  ['1.2.3.4:8080 US-N-S +', 'http://1.2.3.4:8080'],
  ['user:pass@1.2.3.4:8080,US', 'http://user:pass@1.2.3.4:8080'],
  ['1.2.3.4,8080,user,pass', 'http://user:pass@1.2.3.4:8080'],
  ['1.2.3.4,8080', 'http://1.2.3.4:8080'],
  ['1.2.3.4;8080;user;pass', 'http://user:pass@1.2.3.4:8080'],
  ['1.2.3.4\t8080\tuser\tpass', 'http://user:pass@1.2.3.4:8080'],
  ['gate.x.com,7000,user,pa:ss', 'http://user:pa%3Ass@gate.x.com:7000'],
  ['2606:4700::1111,8080,user,pass', 'http://user:pass@[2606:4700::1111]:8080'],
  ['"1.2.3.4","8080","user","pa,""ss"', 'http://user:pa%2C%22ss@1.2.3.4:8080'],
  ['1.2.3.4:8080/', 'http://1.2.3.4:8080'],
  ['\t  1.2.3.4:8080  ', 'http://1.2.3.4:8080'],
  ['# comment', 'comment'],
  ['   # comment', 'comment'],
  [' ', 'blank'],
  ['BÜCHER.Example.COM.:8080', 'http://xn--bcher-kva.example.com:8080'],
  ['PROXY.example.com:8080', 'http://proxy.example.com:8080'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080', { allowPrivateAddresses: true }],
  ['localhost:8080:user:pass', 'http://user:pass@localhost:8080', { allowPrivateAddresses: true }],
  ['[::1]:8080', 'http://[::1]:8080', { allowPrivateAddresses: true }],
  ['mine://1.2.3.4:8080', 'mine://1.2.3.4:8080', { extraProtocols: ['mine'] }],
  ['1.2.3.4:8080', 'mine://1.2.3.4:8080', { extraProtocols: ['mine'], defaultProtocol: 'mine' }],
];

const REJECTED: readonly Row[] = [
  ['2001:db8::1:8080', 'ambiguous_ipv6'],
  ['2606:4700::1111', 'ambiguous_ipv6'],
  ['2606:4700:1:2:3:4:5:6:8080', 'ambiguous_ipv6'],
  ['1.2.3.4', 'missing_port'],
  ['proxy.example.com', 'missing_port'],
  ['mine://1.2.3.4', 'missing_port', { extraProtocols: ['mine'] }],
  ['1.2.3.4:99999', 'invalid_port'],
  ['1.2.3.4:0', 'invalid_port'],
  [':0', 'invalid_port'],
  [':8080', 'invalid_host'],
  ['1.2.3.4:', 'invalid_port'],
  ['1.2.3.4:http', 'invalid_port'],
  ['1.2.3.4:08080', 'invalid_port'],
  ['1.2.3.4,99999,user,pass', 'invalid_port'],
  ['999.1.1.1:80', 'invalid_address'],
  ['1.2.3.4.5:80', 'invalid_address'],
  ['proxy.123:80', 'invalid_address'],
  ['[1.2.3.4]:80', 'unrecognised'],
  ['[2606:4700:::1]:80', 'invalid_address'],
  ['[fe80::1%eth0]:80', 'invalid_address', { allowPrivateAddresses: true }],
  ['0.0.0.0:80', 'address_refused'],
  ['0.0.0.0:80', 'address_refused', { allowPrivateAddresses: true }],
  ['10.1.2.3:80', 'address_refused'],
  ['127.0.0.1:80', 'address_refused'],
  ['[::1]:80', 'address_refused'],
  ['localhost:80', 'address_refused'],
  ['169.254.1.1:80', 'address_refused'],
  ['169.254.169.254:80', 'address_refused'],
  ['[::ffff:1.2.3.4]:80', 'address_refused'],
  ['metadata.google.internal:80', 'address_refused'],
  ['2130706433:80', 'not_canonical'],
  ['0177.0.0.1:80', 'not_canonical'],
  ['0x7f.1:80', 'not_canonical'],
  ['１.２.３.４:80', 'not_canonical'],
  ['1.2.3.0/30:8080', 'range_not_allowed'],
  ['1.2.3.4:8080-8090', 'range_not_allowed'],
  ['ftp://1.2.3.4:8080', 'unknown_scheme'],
  ['javascript://1.2.3.4:8080', 'unknown_scheme'],
  ['1.2.3.4:22', 'denied_port'],
  ['1.2.3.4:25', 'denied_port', { allowPrivateAddresses: true }],
  ['ex_ample-.com:80', 'invalid_host'],
  [`${'a'.repeat(64)}.com:80`, 'invalid_host'],
  [`${'a.'.repeat(150)}com:80`, 'invalid_host'],
  ['proxy😀.example.com:80', 'invalid_host'],
  [`socks5://1.2.3.4:80:${'u'.repeat(256)}:p`, 'credentials_too_long'],
  [`1.2.3.4:80:u:${'é'.repeat(128)}`, 'credentials_too_long', { defaultProtocol: 'socks4' }],
  ['1.2.3.4:80:user:pa\0ss', 'invalid_credentials'],
  ['1.2.3.4:80:user:pa\rss', 'invalid_credentials'],
  ['http://user:pa%0Ass@1.2.3.4:80', 'invalid_credentials'],
  ['http://user:pa%0Dss@1.2.3.4:80', 'invalid_credentials'],
  ['http://us%00er:pass@1.2.3.4:80', 'invalid_credentials'],
  ['http://user:%ff@1.2.3.4:80', 'invalid_credentials'],
  ['user:p😀ss@1.2.3.4:80', 'invalid_credentials'],
  ['gate.x.com,7000,us:er,pass', 'invalid_credentials'],
  ['http://us%3Aer:pass@1.2.3.4:80', 'invalid_credentials'],
  ['1.2.3.4:8080,someone@example.com', 'ambiguous_columns'],
  ['1.2.3.4:8080 user:pass', 'ambiguous_columns'],
  ['1.2.3.4:8080:user', 'ambiguous_columns'],
  ['http://1.2.3.4:8080/path', 'unrecognised'],
  ['http://1.2.3.4,8080', 'ambiguous_columns'],
  ['hello world', 'unrecognised'],
  ['http://', 'unrecognised'],
  ['@', 'unrecognised'],
  [`1.2.3.4:8080 # ${'x'.repeat(4096)}`, 'line_too_long'],
];

describe('a line of a proxy list', () => {
  it.each(titled(ACCEPTED))('%s is read', async (_, line, outcome, options) => {
    expect(await outcomesOf(`${line}\n`, options)).toEqual([outcome]);
  });

  it.each(titled(REJECTED))('%s is rejected', async (_, line, outcome, options) => {
    expect(await outcomesOf(`${line}\r\n`, options)).toEqual([outcome]);
  });
});

describe('ranges, when asked for', () => {
  const expandRanges = true;

  it('expand into every address of the block', async () => {
    expect(await outcomesOf('user:p@1.2.3.1/30:8080', { expandRanges })).toEqual([
      'http://user:p@1.2.3.0:8080',
      'http://user:p@1.2.3.1:8080',
      'http://user:p@1.2.3.2:8080',
      'http://user:p@1.2.3.3:8080',
    ]);
  });

  it('expand into every port, each judged by itself', async () => {
    expect(await outcomesOf('socks5://gate.x.com:21-24', { expandRanges })).toEqual([
      'denied_port',
      'denied_port',
      'denied_port',
      'socks5://gate.x.com:24',
    ]);
    expect(await outcomesOf('1.2.3.0/31,80-81,u,p', { expandRanges })).toHaveLength(4);
  });

  it('stop at 65,536 proxies', async () => {
    expect(await outcomesOf('1.2.0.0/16:8080', { expandRanges })).toHaveLength(65_536);
    expect(await outcomesOf('1.2.0.0/15:8080', { expandRanges })).toEqual(['range_too_large']);
    expect(await outcomesOf('1.2.0.0/16:80-81', { expandRanges })).toEqual(['range_too_large']);
  });

  it.each([
    ['1.2.3.0/33:80', 'invalid_address'],
    ['proxy.example.com/30:80', 'invalid_address'],
    ['1.2.3.4:90-80', 'invalid_port'],
    ['1.2.3.4:65535-65536', 'invalid_port'],
  ])('%s is rejected: %s', async (line, outcome) => {
    expect(await outcomesOf(line, { expandRanges })).toEqual([outcome]);
  });
});

describe('identity', () => {
  it('makes a second line with the same endpoint and credentials a duplicate', async () => {
    const list = 'PROXY.x.com:80:u:p\nhttp://u:p@proxy.x.com.\nu:p2@proxy.x.com:80\n';
    expect(await outcomesOf(list)).toEqual([
      'http://u:p@proxy.x.com:80',
      'duplicate',
      'http://u:p2@proxy.x.com:80',
    ]);
  });
});
