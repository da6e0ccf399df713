import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalCredentials, localAuthorization } from '../../../../src/local/credentials.ts';
import { writeStackFile } from '../../../../src/local/stack-file.ts';
import { runHere } from '../../support/run-here.ts';

const credentials = createLocalCredentials();
const servers: Server[] = [];
/** What each server was given as `authorization`, by its address. */
const given = new Map<string, (string | undefined)[]>();

let directory: string;
let own: string;
let foreign: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-find-'));
  [own, foreign] = await Promise.all([startServer(), startServer()]);
  const endpoints = { dynamodb: '', sqs: '', lambda: '', eventbridge: own };
  await writeStackFile(directory, { apiUrl: own, endpoints, credentials, pid: process.pid });
});

afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  await rm(directory, { recursive: true });
});

async function startServer(): Promise<string> {
  const server = createServer(({ headers, url: path = '' }, response) => {
    given.get(url)?.push(headers.authorization);
    response.end(path === '/pools' ? '{"pools":[]}' : '{"events":[],"next":0}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  given.set(url, []);
  return url;
}

async function keysSeenBy(url: string, args: readonly string[]) {
  given.set(url, []);
  const { exitCode, stderr } = await runHere(args, { cwd: directory });
  expect(exitCode, stderr).toBe(0);
  return given.get(url);
}

it('shows the key of the stack to the stack that runs in this directory', async () => {
  const key = localAuthorization(credentials);
  expect(await keysSeenBy(own, ['pool', 'list'])).toEqual([key]);
  expect(await keysSeenBy(own, ['pool', 'list', '--api', `${own}/`])).toEqual([key]);
  expect(await keysSeenBy(own, ['events'])).toEqual([key]);
});

it('shows the key to no other address', async () => {
  expect(await keysSeenBy(foreign, ['pool', 'list', '--api', foreign])).toEqual([undefined]);
});
