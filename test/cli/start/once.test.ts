import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANARY, type CheckFixture, startCheckFixture } from '../support/check-fixture.ts';
import {
  type CommandOutcome,
  outcomeOf,
  runCommand,
  startCommand,
} from '../support/run-command.ts';
import { runHere } from '../support/run-here.ts';

// Each test starts real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fixture: CheckFixture;

beforeAll(async () => {
  fixture = await startCheckFixture();
});

afterAll(() => fixture[Symbol.asyncDispose]());

function runOnce(list: string, ...flags: string[]): Promise<CommandOutcome> {
  const args = ['--once', list, '--target', fixture.target.url, ...flags];
  return runCommand(args, { program: 'start', cwd: fixture.directory });
}

/** The same in this process, for what is refused before there is a stack. */
function refuseOnce(list: string, ...flags: string[]): Promise<CommandOutcome> {
  const args = ['--once', list, '--target', fixture.target.url, ...flags];
  return runHere(args, { program: 'start', cwd: fixture.directory });
}

describe('npm start -- --once', () => {
  it('shows the stored results in the order of the list', async () => {
    const { exitCode, stdout, stderr } = await runOnce(fixture.listPath, '--json');
    expect(exitCode, stderr).toBe(0);
    const { summary, results, rejected } = JSON.parse(stdout);
    expect(summary.list).toMatchObject({ read: 9, accepted: 4, duplicate: 1, rejected: 2 });
    expect(summary.statuses).toEqual({ active: 2, slow: 0, inactive: 2, inconclusive: 0 });
    expect(
      results.map(({ line, status, failure }: Record<string, unknown>) => [line, status, failure]),
    ).toEqual([
      [2, 'active', null],
      [5, 'active', null],
      [6, 'inactive', 'refused'],
      [7, 'inactive', 'auth_rejected'],
    ]);
    expect(rejected.map(({ line }: { line: number }) => line)).toEqual([8, 9]);
    expect(summary.times.startUpMs).toBeGreaterThan(0);
    expect(summary.times.readBackMs).toBeLessThan(2_000);
    expect(stdout + stderr).not.toContain(CANARY);
    expect(stderr).toMatch(/start-up \d+\.\d+ s, .*probing .* read-back /);
  });

  it('exits with the codes of check', async () => {
    expect((await runOnce(fixture.listPath, '--fail-on', 'inactive')).exitCode).toBe(1);
    const missing = await refuseOnce('none.txt');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('the list "none.txt" does not exist');
    const bad = await fixture.writeList('bad.txt', '1.2.3.4\n');
    expect((await runOnce(bad)).stderr).toContain('holds no valid proxy');
    const slow = await refuseOnce(
      fixture.listPath,
      '--timeout-ms',
      '30000',
      '--attempts',
      '5',
      '--concurrency',
      '10',
    );
    expect(slow.stderr).toContain('a checker has at most 900 s');
    expect(slow.exitCode).toBe(2);
  });

  it('serves the API at the port asked for, or says that it cannot', async () => {
    const { port } = fixture.target;
    const { exitCode, stderr } = await runOnce(fixture.listPath, '--port', String(port));
    expect(stderr).toContain(`port ${port} on 127.0.0.1 cannot be used: `);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['while the stack starts', [], /note: /],
    ['while it imports', ['--verbose'], /REPORT/],
  ])('shuts down soon after SIGINT %s', async (_, flags, moment) => {
    const args = ['--once', '-', ...flags];
    const child = startCommand(args, { program: 'start', cwd: fixture.directory });
    child.stdin.write(`127.0.0.1:${fixture.proxies.http.port}\n`);
    let said = '';
    let asked = false;
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (moment.test(said) && !asked) child.kill('SIGINT');
      asked ||= moment.test(said);
    });
    child.stdout.resume();
    const [exitCode] = await once(child, 'close');
    expect(said).toContain('stopped by SIGINT; the stack is down');
    expect(exitCode).toBe(130);
  });
});

it('npm start sweeps a demo fleet and shows it as a table', async () => {
  const child = startCommand([], { program: 'start', cwd: fixture.directory });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (shown.includes('failures')) child.kill('SIGINT');
  });
  const { exitCode, stderr } = await outcomeOf(child);
  expect(exitCode, stderr).toBe(0);
  expect(shown).toMatch(/active .* http:\/\/demo:\*\*\*@127\.0\.0\.1:\d+ +good$/m);
  expect(shown).toMatch(/ inactive .* refused .* dead$/m);
  expect(shown).toMatch(/ tls_intercepted .* intercepting$/m);
  expect(stderr).toBe('');
});
