import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostsFile } from '../../../src/health/dns/hosts-file.ts';

/** The file is taken to be unchanged for so long, milliseconds. */
const FRESH_MS = 10_000;

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-hosts-'));
  path = join(directory, 'hosts');
});
afterEach(() => rm(directory, { recursive: true }));

it('a name has its addresses of both families, IPv4 first, each once', async () => {
  await writeFile(
    path,
    '::1 gate.lan\n10.0.0.2 Gate.LAN other # two\n10.0.0.1 gate.lan\n::1 gate.lan',
  );
  const hosts = new HostsFile(path);
  expect(hosts.lookup('gate.lan', 0)).toEqual(['10.0.0.2', '10.0.0.1', '::1']);
  expect(hosts.lookup('other', 0)).toEqual(['10.0.0.2']);
  expect(hosts.lookup('two', 0)).toBeNull();
});

it.each([
  ['names one of them', '127.0.0.1 localhost\n'],
  ['names both', '::1 localhost\n127.0.0.1 localhost\n'],
  ['names neither', ''],
])('localhost is both loopback addresses when the file %s', async (_what, text) => {
  await writeFile(path, text);
  const hosts = new HostsFile(path);
  expect(hosts.lookup('localhost', 0)).toEqual(['127.0.0.1', '::1']);
  expect(hosts.lookup('a.localhost', 0)).toEqual(['127.0.0.1', '::1']);
});

it('a missing file counts as empty, and a changed one is read again', async () => {
  const hosts = new HostsFile(path);
  expect(hosts.lookup('gate.lan', 0)).toBeNull();
  expect(hosts.lookup('localhost', 0)).toEqual(['127.0.0.1', '::1']);
  await writeFile(path, '10.0.0.1 gate.lan\n');
  expect(hosts.lookup('gate.lan', FRESH_MS)).toBeNull();
  expect(hosts.lookup('gate.lan', FRESH_MS + 1)).toEqual(['10.0.0.1']);
  await writeFile(path, '10.0.0.2 gate.lan\n');
  await utimes(path, 1, 1);
  expect(hosts.lookup('gate.lan', 2 * FRESH_MS + 2)).toEqual(['10.0.0.2']);
});
