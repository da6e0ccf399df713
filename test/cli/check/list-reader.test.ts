import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openList } from '../../../src/cli/check/list-input.ts';
import { ListReader } from '../../../src/cli/check/list-reader.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { refusedLines } from '../support/memory-growth.ts';

const LINES = 20_000;
const { signal } = new AbortController();

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-list-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What is expected to follow the first `count` proxies of a list. */
async function expectedAfter(count: number, list: string | Uint8Array | Readable): Promise<number> {
  const path = list instanceof Readable ? '-' : join(directory, 'list');
  if (!(list instanceof Readable)) await writeFile(path, list);
  const terminal = { stdin: list, stderr: process.stderr } as unknown as Terminal;
  const source = await openList(path, terminal, signal);
  const flags = { protocol: 'http', listFormat: 'auto', private: true } as const;
  const reader = new ListReader(source, flags, { signal, onRejected: async () => {} });
  let read = 0;
  for await (const some of await reader.open()) {
    read += some.length;
    if (read >= count) return reader.expected;
  }
  return reader.expected;
}

const text = refusedLines(LINES, 8080).join('\n');

it.each([1_000, 5_000, 15_000])('tells from a file what follows %d proxies', async (count) => {
  const left = LINES - count;
  // What was given to the reader is a piece ahead, so that it rather tells too few.
  const plain = await expectedAfter(count, text);
  expect(plain).toBeGreaterThan(0.8 * left);
  expect(plain).toBeLessThan(1.05 * left);
  const compressed = await expectedAfter(count, gzipSync(text));
  expect(compressed).toBeLessThan(1.05 * left);
});

it('expects as much again of a stream, and nothing after the end', async () => {
  expect(await expectedAfter(1_024, Readable.from([text]))).toBe(1_024);
  expect(await expectedAfter(LINES + 1, Readable.from([text]))).toBe(0);
  expect(await expectedAfter(LINES + 1, text)).toBe(0);
});
