import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../../../src/proxies/list/read/line-splitter.ts';
import { parseProxyList } from '../../../src/proxies/list-parser.ts';
import { gzipBlanks } from '../../support/gzip-blanks.ts';
import { outcomesOf, readList } from './support/read-list.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const URL = 'http://1.2.3.4:80';
const ENTRY = '{"ip":"1.2.3.4","port":80}';
const PIECE = 65_536;

/** Pieces of blanks, then the list. */
function* afterBlanks(blank: string, pieces: number, list: string): Generator<string> {
  const piece = blank.repeat(PIECE / blank.length);
  for (let n = 0; n < pieces; n += 1) yield piece;
  yield list;
}

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('format detection looks at a bounded head once', () => {
  it.each([
    ['text', '1.2.3.4:80\n'],
    ['a CSV header', 'ip,port\n1.2.3.4,80\n'],
    ['a JSON array', `[${ENTRY}]`],
    ['an indented JSON array', JSON.stringify([JSON.parse(ENTRY)], null, 2)],
    ['a JSON object', `{"proxies":[${ENTRY}]}`],
    ['NDJSON', `${ENTRY}\n${ENTRY}\n`],
    ['a JSON array with more blanks inside', `[${' '.repeat(3 * MAX_LINE_BYTES)}${ENTRY}]`],
  ])('%s is recognised after 4 MB of blanks, in linear time', async (_, list) => {
    for (const blank of [' ', '\t\n', '\r\n', ' \n\n\v']) {
      const source = (): Generator<string> => afterBlanks(blank, 64, `\n${list}`);
      const wanted = (await outcomesOf(list)).filter((outcome) => outcome !== 'blank');
      let found: string[] = [];
      const spent = await cpuMs(async () => {
        found = (await outcomesOf(source())).filter((outcome) => outcome !== 'blank');
      });
      expect(found).toEqual(wanted);
      expect(found).toContain(URL);
      expect(spent).toBeLessThan(3_000);
    }
  });

  it('numbers the lines after the blanks as they stand, wherever the list is cut', async () => {
    const text = `\n \r\n\t\n  ${URL}\n\n1.2.3.5:80`;
    const whole = await readList(text);
    expect(whole.map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      '1 skipped',
      '2 skipped',
      '3 skipped',
      '4 accepted',
      '5 skipped',
      '6 accepted',
    ]);
    expect(await readList([...text])).toEqual(whole);
    expect((await readList(`\n\n${ENTRY}\nno\n`)).map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });

  it('still counts the blanks at the start of a line towards its length', async () => {
    const blanks = ' '.repeat(MAX_LINE_BYTES - URL.length);
    expect(await outcomesOf(`${blanks}${URL}\n`)).toEqual([URL]);
    expect(await outcomesOf(`\n ${blanks}${URL}\n`)).toEqual(['blank', 'line_too_long']);
    expect(await outcomesOf([`\n${blanks}`, ` ${URL}`])).toEqual(['blank', 'line_too_long']);
  });

  it('keeps at most a line of a head that comes in single characters', async () => {
    const open = ['{', ...' '.repeat(50_000), ...`"proxies":[${ENTRY}]}`];
    expect(await outcomesOf(open)).toEqual([URL]);
    expect(await cpuMs(() => readList(open))).toBeLessThan(3_000);
  });
});

describe('blank lines cost constant memory', () => {
  it.each([
    ['blank lines', '\n', ' '],
    ['lines of blanks', ' ', '\n'],
    ['one line of blanks', ' ', '\t'],
  ])(
    '%s, 16 MB of them gzipped, are read within 2 MB',
    { timeout: 120_000 },
    async (_, most, some) => {
      const list = gzipBlanks(16 << 20, most, some);
      collectGarbage();
      const before = process.memoryUsage().heapUsed;
      let highest = 0;
      let entries = 0;
      for await (const { kind } of parseProxyList(list)) {
        if (kind !== 'skipped') expect(kind).toBe('rejected');
        entries += 1;
        if (entries % 4_000_000 !== 1) continue;
        collectGarbage();
        highest = Math.max(highest, process.memoryUsage().heapUsed - before);
      }
      expect(entries).toBeGreaterThan(0);
      expect(highest).toBeLessThan(2 << 20);
    },
  );
});
