import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findControllingTerminal } from '../../../../src/cli/stack/lease/controlling-terminal.ts';
import { SignalRelay } from '../../../../src/cli/stack/lease/signal-relay.ts';

const FOREGROUND = { isForeground: () => true };
const BACKGROUND = { isForeground: () => false };

/** The signals that reach the command out of these. */
function heard(terminal: typeof FOREGROUND | null, signals: readonly NodeJS.Signals[]) {
  using relay = new SignalRelay({ terminal });
  const told: NodeJS.Signals[] = [];
  relay.relayTo({ signal: (name) => told.push(name) });
  for (const name of signals) process.emit(name, name);
  expect(relay.received).toBe(signals[0]);
  return told;
}

it.each([
  ['no terminal has sent', null, 'SIGINT'],
  ['no terminal has sent', null, 'SIGHUP'],
  ['a terminal does not send to the background', BACKGROUND, 'SIGINT'],
  ['a terminal never sends', FOREGROUND, 'SIGTERM'],
] as const)('a signal that %s is passed on', (_, terminal, name) => {
  expect(heard(terminal, [name])).toEqual([name]);
});

it.each(['SIGINT', 'SIGHUP'] as const)(
  'the first %s from a terminal is not sent twice, and the second is passed on',
  (name) => {
    expect(heard(FOREGROUND, [name])).toEqual([]);
    expect(heard(FOREGROUND, [name, name])).toEqual([name]);
  },
);

it('the system tells whether there is a terminal', () => {
  const terminal = findControllingTerminal();
  const inSession = spawnSync('sh', ['-c', 'exec 3</dev/tty'], { stdio: 'ignore' }).status === 0;
  expect(terminal !== null).toBe(inSession);
});

it('a relay leaves no listener behind', () => {
  const before = process.listenerCount('SIGINT');
  heard(null, ['SIGINT']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

it('a second signal ends the process when the command has already ended', async () => {
  const path = fileURLToPath(
    new URL('../../../../src/cli/stack/lease/signal-relay.ts', import.meta.url),
  );
  const script = `
    import { SignalRelay } from '${path}';
    const relay = new SignalRelay({ terminal: null });
    relay.relayTo({ signal: () => process.exit(1) });
    relay.relayTo(null);
    process.on('SIGINT', () => console.log('heard'));
    setInterval(() => {}, 1000);
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect([await ended, await text(child.stderr)]).toEqual([[143, null], '']);
});
