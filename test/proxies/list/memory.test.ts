import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DuplicateSet } from '../../../src/proxies/list/duplicate-set.ts';
import { parseProxyList } from '../../../src/proxies/list-parser.ts';
import { ListTally } from '../../../src/proxies/list-tally.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes that are reachable, inside and outside the heap. */
function bytesInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Lines of every kind; one in four is a new proxy. */
const KINDS: readonly ((n: number) => string)[] = [
  (n) => `${ipv4(n)}:8080`,
  () => '1.2.3.4:8080',
  (n) => `# comment ${n}`,
  () => '',
  (n) => `http://user-${n}:pässwörd@gate.example.com:7000`,
  (n) => `${ipv4(n)}:99999`,
  (n) => `ftp://user:${n}@${ipv4(n)}:80`,
  () => '2001:db8::1:8080',
  (n) => `${ipv4(n)},8080,user,${n}`,
  (n) => `10.0.0.1:${1 + (n % 60_000)}`,
  (n) => `socks5://${ipv4(n)}:80:${'u'.repeat(300)}:p`,
  (n) => `user:p\0${n}@${ipv4(n)}:80`,
  (n) => `"${ipv4(n)}","8080","quoted`,
  (n) => `1.2.3.0/24:${1 + (n % 60_000)}`,
  (n) => `socks5://[2606:4700::${(n & 0xffff).toString(16)}:${(n >>> 16).toString(16)}]`,
  (n) => (n % 16_000 === 15 ? 'x'.repeat(100_000) : '\ufffd\ud800{"[\\'),
];
const ACCEPTED_KINDS = 4;

function ipv4(n: number): string {
  return `${20 + (n >>> 24)}.${(n >>> 16) & 0xff}.${(n >>> 8) & 0xff}.${n & 0xff}`;
}

/** The lines as chunks of about 64 KiB. */
function* chunksOf(lines: number, atHalf: () => void): Generator<Buffer> {
  let text = '';
  for (let n = 0; n < lines; n += 1) {
    text += `${KINDS[n % KINDS.length]?.(n)}${n % 3 === 0 ? '\r\n' : '\n'}`;
    if (text.length > 65_536 || n === lines - 1) {
      yield Buffer.from(text);
      text = '';
    }
    if (n === lines / 2) atHalf();
  }
}

describe('FAULTS 44', () => {
  it('accounts for 1,000,000 lines of every kind in flat memory', async () => {
    const lines = 1_000_000;
    const tally = new ListTally();
    let atHalf = 0;
    let lastLine = 0;
    const atStart = bytesInUse();
    const chunks = chunksOf(lines, () => {
      atHalf = bytesInUse();
    });
    let atEnd = 0;
    for await (const entry of parseProxyList(chunks)) {
      tally.add(entry);
      if (entry.line === lastLine + 1) lastLine = entry.line;
      if (entry.line === lines) atEnd = bytesInUse();
    }
    expect(lastLine).toBe(lines);
    const rounds = lines / KINDS.length;
    expect(tally.counts).toEqual({
      accepted: rounds * ACCEPTED_KINDS + 1,
      duplicate: rounds - 1,
      skipped: rounds * 2,
      rejected: rounds * 9,
      read: lines,
    });
    const slack = 4 * 1024 * 1024;
    expect(atEnd - atStart).toBeLessThan(32 * tally.counts.accepted + slack);
    expect(atEnd - atHalf).toBeLessThan(32 * (tally.counts.accepted / 2) + slack);
  }, 180_000);

  it('holds no more of a long JSON document than of a short one', async () => {
    const entry = `${JSON.stringify({ ip: '1.2.3.4', port: 80, note: 'x'.repeat(200) })},`;
    const noise = `"noise":"${'y'.repeat(1000)}","more":${'['.repeat(500)}${']'.repeat(500)},`;
    let most = 0;
    function* document(): Generator<string> {
      yield '{';
      for (let n = 0; n < 2000; n += 1) yield noise;
      yield '"proxies":[';
      for (let n = 0; n < 20_000; n += 1) {
        if (n % 5000 === 0) most = Math.max(most, bytesInUse() - before);
        yield entry;
      }
      yield '"1.2.3.5:80"]}';
    }
    const before = bytesInUse();
    const tally = new ListTally();
    for await (const each of parseProxyList(document())) tally.add(each);
    expect(tally.counts).toMatchObject({ accepted: 2, duplicate: 19_999, rejected: 0 });
    expect(most).toBeLessThan(1024 * 1024);
  });

  it('holds no more of a 64 MB entry, plain, gzipped or JSON, than of a short one', async () => {
    const piece = Buffer.alloc(65_536, 'x');
    function* long(start: string, end: string): Generator<Buffer> {
      yield Buffer.from(start);
      for (let n = 0; n < 1024; n += 1) yield piece;
      yield Buffer.from(end);
    }
    const line = (): Iterable<Buffer> => long('', '\n1.2.3.4:80\n');
    const zipped: Buffer[] = [];
    for await (const part of Readable.from(line()).pipe(createGzip())) zipped.push(part);
    for (const source of [line(), zipped, long('["', '","1.2.3.4:80"]')]) {
      const before = bytesInUse();
      const tally = new ListTally();
      for await (const entry of parseProxyList(source, { maxExpansionRatio: 2000 })) {
        tally.add(entry);
        // A held entry would be 64 MB; uncollected garbage stays far below half of that.
        expect(bytesInUse() - before).toBeLessThan(32 * 1024 * 1024);
      }
      expect(tally.counts).toMatchObject({ accepted: 1, rejected: 1 });
    }
  });
});

describe('the set that finds duplicates', () => {
  it('takes 2 MB and at most 32 bytes an id, even while it grows', () => {
    const set = new DuplicateSet();
    const constant = 2.1 * 1024 * 1024;
    let most = 0;
    for (let n = 1; n <= 300_000; n += 1) {
      const before = set.byteLength;
      const { id } = createProxy({ protocol: 'http', host: ipv4(n), port: 80 });
      set.add(id);
      const peak = set.byteLength === before ? before : before + set.byteLength;
      most = Math.max(most, (peak - constant) / n);
    }
    expect(set.size).toBe(300_000);
    expect(set.byteLength).toBeGreaterThan(constant);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('recognises every id it has seen and no other', () => {
    const set = new DuplicateSet();
    const ids = Array.from(
      { length: 50_000 },
      (_, n) => createProxy({ protocol: 'http', host: ipv4(n), port: 80 }).id,
    );
    for (const id of ids) set.add(id);
    expect(ids.filter((id) => set.add(id))).toEqual([]);
    expect(set.add('00000000-0000-8000-8000-000000000000')).toBe(true);
    expect(set.add('00000000-0000-8000-8000-000000000000')).toBe(false);
    expect(set.size).toBe(50_001);
  });
});
