import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/errors.ts';
import { parseProxyList } from '../../../src/proxies/list-parser.ts';
import { outcomesOf, readList } from './support/read-list.ts';

const LINES =
  '1.2.3.4:80\n1.2.3.4:80:ü:päss\n# ä\n\n[2606:4700::1]:80\nbad\n"1.2.3.5","80"\nlast:80';
const CSV = '"ip","port","city"\r\n1.2.3.4,80,"Köln, Mitte"\r\n1.2.3.5,81,\r\n';
const JSON_LIST =
  '{"n":1,"proxies":[{"ip":"1.2.3.4","port":80,"city":"K\\u00f6ln \\"x\\""}, "1.2.3.5:80", {}],"y":[{}]}';
const NDJSON = '{"ip":"1.2.3.4","port":80}\n{"ip":"bad"}\n\n{"ip":"1.2.3.5","port":80}';

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a list in chunks', () => {
  it.each([
    ['text', Buffer.from(LINES)],
    ['text with CRLF', Buffer.from(LINES.replaceAll('\n', '\r\n'))],
    ['text with a byte-order mark', Buffer.from(`\ufeff${LINES}`)],
    ['UTF-16 text', Buffer.from(`\ufeff${LINES}`, 'utf16le')],
    ['big-endian UTF-16 text', Buffer.from(`\ufeff${LINES}`, 'utf16le').swap16()],
    ['CSV', Buffer.from(CSV)],
    ['JSON', Buffer.from(JSON_LIST)],
    ['NDJSON', Buffer.from(NDJSON)],
    ['gzipped text', gzipSync(LINES)],
    ['gzipped UTF-16 text', gzipSync(Buffer.from(`\ufeff${LINES}`, 'utf16le'))],
    ['gzipped JSON', gzipSync(JSON_LIST)],
  ])('gives the same entries wherever its %s is cut', async (_, bytes) => {
    const whole = await readList(bytes);
    expect(whole.length).toBeGreaterThan(2);
    for (let at = 0; at <= bytes.length; at += 1) {
      const halves = [bytes.subarray(0, at), bytes.subarray(at)];
      expect(await readList(halves)).toEqual(whole);
    }
    for (const size of [1, 2, 3, 7]) {
      expect(await readList(inPieces(bytes, size))).toEqual(whole);
    }
  });

  it('reads the same from every kind of source', async () => {
    const whole = await readList(LINES);
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const bytes = Buffer.from(LINES);
    expect(await readList(bytes)).toEqual(whole);
    expect(await readList(`\ufeff${LINES}`)).toEqual(whole);
    expect(await readList([LINES.slice(0, 9), LINES.slice(9)])).toEqual(whole);
    expect(await readList([...LINES])).toEqual(whole);
    expect(await readList(Readable.from(inPieces(bytes, 5)))).toEqual(whole);
    expect(await readList(new Blob([bytes]).stream())).toEqual(whole);
    expect(await readList([LINES.slice(0, 9), bytes.subarray(9)])).toEqual(whole);
  });

  it('reads lines of up to 4 KiB, in bytes, and rejects longer ones', async () => {
    const fits = `1.2.3.4:80 #${'x'.repeat(4096 - 12)}`;
    const wide = `1.2.3.4:80 #${'é'.repeat((4096 - 12) / 2)}`;
    const list = `${fits}\r\n${fits}x\r\n${wide}\n${wide}é\n${'x'.repeat(1e6)}\n1.2.3.4:80`;
    const outcomes = ['http://1.2.3.4:80', 'line_too_long', 'duplicate', 'line_too_long'];
    const all = [...outcomes, 'line_too_long', 'duplicate'];
    expect(await outcomesOf(list)).toEqual(all);
    expect(await outcomesOf(inPieces(Buffer.from(list), 1000))).toEqual(all);
  });
});

describe('a gzipped list', () => {
  it('is read when it has several members', async () => {
    const list = Buffer.concat([gzipSync('1.2.3.4:80\n1.2.3'), gzipSync('.5:80\n')]);
    expect(await outcomesOf(list)).toEqual(['http://1.2.3.4:80', 'http://1.2.3.5:80']);
  });

  it.each([
    ['cut short', gzipSync(LINES.repeat(1000)).subarray(0, 100)],
    ['damaged', Buffer.concat([gzipSync(LINES).subarray(0, 20), Buffer.alloc(50, 0xff)])],
    ['a mark alone', Buffer.from([0x1f, 0x8b])],
  ])('fails as invalid input when it is %s', async (_, bytes) => {
    await expect(readList(bytes)).rejects.toThrow(InvalidInputError);
  });

  it('stops where it expands beyond the ratio', async () => {
    const bomb = gzipSync(`# ${'x'.repeat(997)}\n`.repeat(20_000));
    let read = 0;
    const drain = async (): Promise<void> => {
      for await (const _ of parseProxyList(bomb)) read += 1;
    };
    await expect(drain()).rejects.toThrow(/expands more than 100 times/);
    expect(read).toBeLessThan(3_000);
    expect(await readList(bomb, { maxExpansionRatio: 1100 })).toHaveLength(20_000);
  });

  it('passes on the error of its source', async () => {
    const failure = new Error('disk gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(LINES).subarray(0, 12);
      throw failure;
    }
    await expect(readList(failing())).rejects.toBe(failure);
  });
});

describe('leaving a list', () => {
  it('closes the source when its reader stops', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield '1.2.3.4:80\n';
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of parseProxyList(endless())) break;
    expect(isClosed).toBe(true);
  });

  it.each([
    ['plain', Buffer.from('1.2.3.4:80\n')],
    ['gzipped', gzipSync(LINES).subarray(0, 15)],
  ])('ends with the reason of the signal while a %s source keeps it waiting', async (_, first) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield first;
      controller.abort(reason);
      await new Promise(() => undefined);
    }
    const { signal } = controller;
    await expect(readList(stuck(), { signal })).rejects.toBe(reason);
    await expect(readList('1.2.3.4:80', { signal })).rejects.toBe(reason);
  });

  it('refuses an unknown default protocol', async () => {
    const options = { defaultProtocol: 'gopher' };
    await expect(readList('', options)).rejects.toThrow(/"gopher" is not a proxy protocol/);
  });
});
