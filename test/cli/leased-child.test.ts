import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { runLeasedChild } from '../../src/cli/stack/lease/leased-child.ts';
import { SignalRelay } from '../../src/cli/stack/lease/signal-relay.ts';

const stdio = 'ignore';

test('a command that ignores SIGTERM is killed once its time is over', async () => {
  using relay = new SignalRelay({ hasTerminal: false });
  const end = new AbortController();
  // Asked once the command has begun to ignore the signal.
  const server = createServer(() => end.abort());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const script = `process.on('SIGTERM', () => {}); fetch('${url}')`;
  const options = { env: process.env, relay, end: end.signal, graceMs: 50, stdio } as const;
  const ended = await runLeasedChild({ ...options, commandLine: [process.execPath, '-e', script] });
  server.closeAllConnections();
  server.close();
  expect(ended).toEqual({ kind: 'exited', exitCode: 137 });
});

test('a command that is to end before it has begun ends at once', async () => {
  using relay = new SignalRelay({ hasTerminal: false });
  const commandLine = [process.execPath, '-e', 'setInterval(() => {}, 1000)'] as const;
  const options = { env: process.env, relay, end: AbortSignal.abort(), stdio } as const;
  const ended = await runLeasedChild({ ...options, commandLine: [...commandLine] });
  expect(ended).toEqual({ kind: 'exited', exitCode: 143 });
});

test('a relay leaves no listener behind, and passes no Ctrl-C on that a terminal has', async () => {
  const before = process.listenerCount('SIGINT');
  const seen: (NodeJS.Signals | null)[] = [];
  {
    using relay = new SignalRelay({ hasTerminal: true });
    const commandLine = [process.execPath, '-e', 'setInterval(() => {}, 1000)'] as const;
    const options = { env: process.env, relay, end: new AbortController().signal, stdio } as const;
    const ending = runLeasedChild({ ...options, commandLine: [...commandLine] });
    process.emit('SIGINT', 'SIGINT');
    seen.push(relay.received);
    process.emit('SIGTERM', 'SIGTERM');
    // Of the two, the one that was passed on.
    expect(await ending).toEqual({ kind: 'exited', exitCode: 143 });
  }
  expect(seen).toEqual(['SIGINT']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
