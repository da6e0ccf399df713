import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildOptions, runLeasedChild } from '../../../../src/cli/stack/lease/leased-child.ts';
import { SignalRelay } from '../../../../src/cli/stack/lease/signal-relay.ts';

/** Begins to answer each request but never ends: its client runs until it is killed. */
const server = createServer((_, response) => response.writeHead(200).flushHeaders());
let relay: SignalRelay;

beforeEach(async () => {
  relay = new SignalRelay({ terminal: null });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  relay[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
});

function run(script: string, options: Partial<ChildOptions> = {}) {
  return runLeasedChild({
    commandLine: [process.execPath, '-e', script],
    env: process.env,
    relay,
    ownGroup: true,
    end: new AbortController().signal,
    stdio: 'ignore',
    ...options,
  });
}

/** A program that asks the server, says so once it has an answer, and runs until it is ended. */
function asking(before = ''): string {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return `${before}; require('http').get('${url}', () => console.log('asked')).on('error', () => {})`;
}

/** Waits for the next request; `gone` resolves when its client is gone. */
async function nextRequest() {
  const [{ socket }] = await once(server, 'request');
  // Not `once`: a program that is killed resets its connection.
  return { gone: new Promise((resolve) => socket.once('close', resolve)) };
}

const IGNORE_SIGTERM = "process.on('SIGTERM', () => {})";

/** A program that starts another one, and does something once the other one has asked. */
function parentOf(script: string, then = ''): string {
  const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(script)}])`;
  return `${child}.stdout.once('data', () => { ${then} })`;
}

describe('a command that has to end', () => {
  it('is killed when it ignores SIGTERM and its time is up', async () => {
    const end = new AbortController();
    const ending = run(asking(IGNORE_SIGTERM), { end: end.signal, graceMs: 50 });
    await nextRequest();
    end.abort();
    expect(await ending).toEqual({ kind: 'exited', exitCode: 137, wasEnded: true });
  });

  it('ends at once when it has not begun', async () => {
    const ending = run('setInterval(() => {}, 1000)', { end: AbortSignal.abort() });
    expect(await ending).toEqual({ kind: 'exited', exitCode: 143, wasEnded: true });
  });

  it.each([
    ['heeds', '', 10_000],
    ['ignores', IGNORE_SIGTERM, 50],
  ])('takes along a process that it started and that %s SIGTERM', async (_, before, graceMs) => {
    const end = new AbortController();
    const ending = run(parentOf(asking(before)), { end: end.signal, graceMs });
    const { gone } = await nextRequest();
    end.abort();
    expect(await ending).toMatchObject({ exitCode: 143 });
    await gone;
  });
});

it.each([
  ['heeds', ''],
  ['ignores', IGNORE_SIGTERM],
])(
  'a process left behind in the group that %s SIGTERM ends before the run does',
  async (_, before) => {
    const request = nextRequest();
    const ended = await run(parentOf(asking(before), 'process.exit(0)'), { graceMs: 50 });
    expect(ended).toEqual({ kind: 'exited', exitCode: 0, wasEnded: false });
    await (await request).gone;
  },
);

it('a signal is passed on to the whole group', async () => {
  const ending = run(parentOf(asking()));
  const { gone } = await nextRequest();
  process.emit('SIGINT', 'SIGINT');
  expect(await ending).toEqual({ kind: 'exited', exitCode: 130, wasEnded: false });
  await gone;
});

it('a command without its own group is signalled alone', async () => {
  const ending = run(asking(), { ownGroup: false });
  await nextRequest();
  process.emit('SIGTERM', 'SIGTERM');
  expect(await ending).toEqual({ kind: 'exited', exitCode: 143, wasEnded: false });
});
