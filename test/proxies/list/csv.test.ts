import { describe, expect, it } from 'vitest';
import { outcomesOf, readList } from './support/read-list.ts';

describe('a CSV list with a header row', () => {
  it('finds the columns by name, whatever their order and case', async () => {
    const list = [
      '# exported today',
      'Country_Code,City,ISP,ASN,Source,Latitude,Longitude,Password,User Name,Type,Port,IP',
      'us,"New York, NY",Example Networks,AS64500,shop,40.7,-74,pa:ss,user,SOCKS5,1080,1.2.3.4',
      '',
      'xx1,,,,,,,,,,8080,1.2.3.5',
    ].join('\n');
    const entries = await readList(list);
    expect(entries.map(({ kind }) => kind)).toEqual([
      'skipped',
      'skipped',
      'accepted',
      'skipped',
      'accepted',
    ]);
    expect(entries[1]).toEqual({ kind: 'skipped', line: 2, reason: 'header' });
    expect(entries[2]).toMatchObject({
      line: 3,
      proxy: {
        protocol: 'socks5',
        host: '1.2.3.4',
        port: 1080,
        credentials: { username: 'user', password: 'pa:ss' },
        tags: {
          country: 'US',
          city: 'New York, NY',
          isp: 'Example Networks',
          asn: 64_500,
          source: 'shop',
          latitude: 40.7,
          longitude: -74,
        },
      },
    });
    expect(entries[4]).toMatchObject({ line: 5, proxy: { protocol: 'http', host: '1.2.3.5' } });
    expect(entries[4]).not.toHaveProperty('proxy.tags');
    expect(entries[4]).not.toHaveProperty('proxy.credentials');
  });

  it.each([
    ['ip,port', '1.2.3.4,8080', 'http://1.2.3.4:8080'],
    ['host;port;user;pass', '1.2.3.4;8080;u;p', 'http://u:p@1.2.3.4:8080'],
    ['host\tport', '1.2.3.4\t8080', 'http://1.2.3.4:8080'],
    ['"proxy_address","port"', '"1.2.3.4","8080"', 'http://1.2.3.4:8080'],
    ['proxy,country', 'u:p@1.2.3.4:8080,us', 'http://u:p@1.2.3.4:8080'],
    ['url,country', 'socks5://1.2.3.4,us', 'socks5://1.2.3.4:1080'],
    ['ip,port,type', '2606:4700::1111,8080,https', 'https://[2606:4700::1111]:8080'],
    ['ip,port,type', '[2606:4700::1111],8080,https', 'https://[2606:4700::1111]:8080'],
    ['ip,protocol', '1.2.3.4,socks5', 'socks5://1.2.3.4:1080'],
    ['ip,port,user', '1.2.3.4,8080,token', 'http://token:@1.2.3.4:8080'],
    ['ip,port,__proto__,constructor', '1.2.3.4,8080,x,y', 'http://1.2.3.4:8080'],
    ['ip,port,user', '1.2.3.4,8080,p%40ss', 'http://p%2540ss:@1.2.3.4:8080'],
    ['ip,port', '1.2.3.4', 'missing_port'],
    ['ip,port', '1.2.3.4,0', 'invalid_port'],
    ['ip,port', ',8080', 'invalid_host'],
    ['ip,port', '10.0.0.1,8080', 'address_refused'],
    ['ip,port,type', '1.2.3.4,8080,gopher', 'unknown_scheme'],
    ['ip,port,user', '1.2.3.4,8080,"u', 'invalid_csv'],
    ['ip,port,user,pass', '1.2.3.4,8080,u\0,p', 'invalid_credentials'],
    ['ip,port', '1.2.3.0/30,8080', 'range_not_allowed'],
  ])('reads under %j the row %j', async (header, row, outcome) => {
    expect(await outcomesOf(`${header}\r\n${row}\r\n`)).toEqual(['header', outcome]);
  });

  it('gives one proxy for each protocol a cell names', async () => {
    expect(await outcomesOf('ip,port,protocols\n1.2.3.4,80,"http, socks5"\n')).toEqual([
      'header',
      'http://1.2.3.4:80',
      'socks5://1.2.3.4:80',
    ]);
  });
});
