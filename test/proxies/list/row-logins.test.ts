import { describe, expect, it } from 'vitest';
import { outcomesOf, readList } from './support/read-list.ts';

describe('a login in a row is neither lost nor invented', () => {
  it.each([
    'ip,port,usr,psw\n1.2.3.4,80,u,pw',
    'ip,port,auth\n1.2.3.4,80,u:pw',
    'ip,port,user:pass\n1.2.3.4,80,u:pw',
    '[{"ip":"1.2.3.4","port":80,"auth":{"username":"u","password":"pw"}}]',
    '[{"ip":"1.2.3.4","port":80,"credentials":{"user":"u","pass":"pw"}}]',
    '[{"proxy":"http://u:pw@1.2.3.4","port":80}]',
    '[{"host":"http://1.2.3.4/","port":80,"username":"u","password":"pw"}]',
    '[{"host":"u:pw@1.2.3.4:80","port":80}]',
    '["1.2.3.4:80:u:pw # remark"]',
  ])('%s has one', async (list) => {
    const outcomes = await outcomesOf(list);
    expect(outcomes.filter((outcome) => outcome !== 'header')).toEqual(['http://u:pw@1.2.3.4:80']);
  });

  it.each([
    ['ip,port,user,pass\n1.2.3.4,80,u', 'column_count'],
    ['[{"proxy":"1.2.3.4:80","port":81}]', 'ambiguous'],
    ['[{"proxy":"http://u:secret@1.2.3.4:80","port":81}]', 'ambiguous'],
    ['proxy,protocol\nsocks5://u:secret@1.2.3.4:80,http', 'ambiguous'],
    ['[{"ip":"1.2.3.4","port":80,"http":"secret"}]', 'unknown_scheme'],
  ])('%s is rejected', async (list, reason) => {
    const entries = await readList(list);
    expect(entries.at(-1)).toMatchObject({ kind: 'rejected', reason });
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('what is said of a place is neither address nor login', async () => {
    const place = { ip: '9.9.9.9', port: 1, username: 'x', password: 'y', country: 'FR' };
    for (const proxy of [{ server: '1.2.3.4', port: 80 }, { proxy: '1.2.3.4:80' }]) {
      const list = JSON.stringify([{ ...proxy, geolocation: place }]);
      expect(await outcomesOf(list)).toEqual(['http://1.2.3.4:80']);
      expect(await readList(list)).toMatchObject([{ proxy: { tags: { country: 'FR' } } }]);
    }
    const exit = 'proxy,ip,city\nsocks5://1.2.3.4:1080,9.9.9.9,Rome';
    expect(await outcomesOf(exit)).toEqual(['header', 'socks5://1.2.3.4:1080']);
  });

  it('a column of logins that holds none is named among the ignored', async () => {
    const [entry] = await readList('[{"ip":"1.2.3.4","port":80,"auth":"none"}]');
    expect(entry).toMatchObject({ kind: 'accepted', ignored: ['auth'] });
  });
});
