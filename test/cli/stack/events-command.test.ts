import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type FleetProxy,
  startHttpProxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { LineWatcher } from '../../local/support/line-watcher.ts';
import { startCommand } from '../support/run-command.ts';
import { startUp, type Up } from '../support/start-up.ts';

// Each test starts real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Keeps the data for the next stack. */
const KEPT = ['--data', 'data'];

let directory: string;
let target: Target;
let dying: FleetProxy;
let living: FleetProxy;
let up: Up;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-events-'));
  target = await startTarget();
  const credentials = { username: 'user', password: 'canary-password' };
  [dying, living] = await Promise.all([startHttpProxy({ credentials }), startHttpProxy()]);
  await writeFile(join(directory, 'list.txt'), `${dying.url}\n${living.url}\n`);
  up = await startUp({ cwd: directory, flags: KEPT });
});

afterAll(async () => {
  await up?.[Symbol.asyncDispose]();
  await Promise.all([target?.close(), living?.close()]);
  await rm(directory, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await up.run(...args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

// biome-ignore lint/suspicious/noExplicitAny: events of every shape
type Listed = any;

async function eventsOf(...flags: string[]): Promise<Listed[]> {
  const text = await run('events', '--json', ...flags);
  return parse(text.split('\n').filter(Boolean));
}

/** The events of these lines, each once: a tick between close and release sends one again. */
function parse(lines: readonly string[]): Listed[] {
  const events = lines.map((line) => JSON.parse(line));
  const byId = Map.groupBy(events, (event: Listed) => event.detail.eventId);
  return [...byId.values()].map(([first]) => first);
}

/** Sweeps the pool; returns the sweep's id. */
async function sweep(): Promise<string> {
  return JSON.parse(await run('sweep', 'shop', '--wait', '--json')).sweepId;
}

describe('lighthouse events', () => {
  it('shows nothing before anything has happened', async () => {
    expect(await run('events')).toBe('');
  });

  it('shows the one change and both sweeps when a proxy dies between two sweeps', async () => {
    const follower = startCommand(['events', '--follow', '--json'], { cwd: directory });
    const followed = new LineWatcher();
    createInterface({ input: follower.stdout }).on('line', followed.add);

    await run('pool', 'put', 'shop', '--target', target.url);
    await run('import', 'shop', 'list.txt');
    const finishOf = (sweepId: string) => (line: string) =>
      line.includes('Sweep Finished') && line.includes(sweepId);
    await followed.waitFor(finishOf(await sweep()));
    const deadUrl = dying.url.replace('canary-password', '***');
    await dying.close();
    await followed.waitFor(finishOf(await sweep()));
    follower.kill('SIGINT');
    expect(await once(follower, 'close')).toEqual([0, null]);

    const events = parse(followed.lines);
    expect(events.map((event) => event['detail-type'])).toEqual([
      'Sweep Finished',
      'Proxy Status Changed',
      'Sweep Finished',
    ]);
    const [first, change, second] = events;
    expect(change).toMatchObject({
      version: '0',
      source: 'lighthouse',
      detail: {
        pool: 'shop',
        proxy: deadUrl,
        previousStatus: 'active',
        status: 'inactive',
        sweepId: second.detail.sweepId,
        eventId: `${second.detail.sweepId}:${change.detail.proxyId}`,
        result: { status: 'inactive', failure: 'refused', blame: 'proxy' },
      },
    });
    expect(first.detail).toMatchObject({ state: 'complete', totals: { active: 2, inactive: 0 } });
    expect(second.detail).toMatchObject({ state: 'complete', totals: { active: 1, inactive: 1 } });
    expect(followed.lines.join('')).not.toContain('canary');
    expect(await eventsOf()).toEqual(events);
  });

  it('shows only the events of a type or a pool', async () => {
    expect(await eventsOf('--type', 'proxy-status-changed')).toHaveLength(1);
    expect(await eventsOf('--type', 'sweep-finished', '--pool', 'shop')).toHaveLength(2);
    expect(await eventsOf('--pool', 'other')).toEqual([]);
    const { exitCode, stderr } = await up.run('events', '--type', 'x');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('proxy-status-changed')]);
  });

  it('shows people one line per event', async () => {
    const lines = new Set((await run('events')).trimEnd().split('\n'));
    expect(lines.size).toBe(3);
    const [, change, finish] = lines;
    expect(change).toMatch(
      /^\d{4}-.*Z {2}shop +active -> inactive {2}http:\/\/user:\*\*\*@127\.0\.0\.1:\d+ {2}refused \(proxy\)$/,
    );
    expect(finish).toMatch(
      / sweep [0-9a-f-]{36} complete: 1 active, 0 slow, 1 inactive, 0 inconclusive$/,
    );
  });

  it('still shows them after another stack has taken over the data', async () => {
    const before = await eventsOf();
    up.process.kill('SIGINT');
    await once(up.process, 'close');
    const { exitCode, stderr } = await up.run('events');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no stack is running')]);
    up = await startUp({ cwd: directory, flags: KEPT });
    expect(await eventsOf()).toEqual(before);
  });
});
