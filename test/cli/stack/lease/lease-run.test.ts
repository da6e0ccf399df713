import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  afterRenewals,
  ENDED,
  type LeaseStub,
  NO_PROXY,
  STUB_PASSWORD,
  startLeaseStub,
  stubLease,
} from '../../support/lease-stub.ts';
import {
  outcomeOf,
  type RunningCommand,
  runCommand,
  startCommand,
} from '../../support/run-command.ts';
import { runHere } from '../../support/run-here.ts';

// Each test starts real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000 });

const RELEASE = 'DELETE /pools/shop/leases';
let stub: LeaseStub;

beforeEach(async () => {
  stub = await startLeaseStub();
});

afterEach(async () => {
  await stub[Symbol.asyncDispose]();
});

/** Leases a proxy for long enough that nothing is renewed, however busy the machine is. */
function leaseForLong(): void {
  const lease = stubLease({ expiresAt: '2001-01-01T00:10:00.000Z', leaseSeconds: 600 });
  stub.answers.acquire = () => [201, lease];
}

/** A command line whose command is Node with a script. */
function leaseRun(script: string, ...flags: string[]): string[] {
  const own = ['lease', 'run', 'shop', '--api', stub.url, '--seconds', '1', ...flags];
  return [...own, '--', process.execPath, '-e', script];
}

function run(script: string, ...flags: string[]) {
  return runCommand(leaseRun(script, ...flags));
}

/** Starts a command that says `ready` and then does as the script says about signals. */
async function startReady(script: string): Promise<RunningCommand> {
  const ready = `${script}; setInterval(() => {}, 1000); console.log('ready')`;
  const command = startCommand(leaseRun(ready));
  const [chunk] = await once(command.stdout, 'data');
  expect(String(chunk)).toBe('ready\n');
  return command;
}

describe('lighthouse lease run', () => {
  it('gives the command the proxy in its environment and no way around it', async () => {
    const script = 'console.log(JSON.stringify(process.env))';
    const { stdout, stderr, exitCode } = await runCommand(leaseRun(script), {
      env: { NO_PROXY: '*', no_proxy: '*', http_proxy: 'http://other', KEPT: 'yes' },
    });
    const env = JSON.parse(stdout);
    const url = stubLease().proxy;
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
      expect([name, env[name], env[name.toLowerCase()]]).toEqual([name, url, url]);
    }
    expect(env).toMatchObject({ KEPT: 'yes', NODE_USE_ENV_PROXY: '1' });
    expect(Object.keys(env).filter((name) => /no_proxy/i.test(name))).toEqual([]);
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  it.each([
    ['socks5', 'socks5h://u:p@127.0.0.1:1080'],
    ['socks4a', 'socks4a://u:p@127.0.0.1:1080'],
    ['socks4', 'socks4://u:p@127.0.0.1:1080'],
    ['https', 'https://u:p@127.0.0.1:1080'],
  ])('lets a %s proxy resolve names where the scheme allows it', async (protocol, url) => {
    const proxy = `${protocol}://u:p@127.0.0.1:1080`;
    stub.answers.acquire = () => [201, stubLease({ proxy })];
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'sh', '-c', 'echo "$ALL_PROXY"'];
    expect((await runCommand(args)).stdout).toBe(`${url}\n`);
  });

  it('sends the options in its request', async () => {
    const filters = ['--country', 'SE', '--asn', '0', '--near', '59.3,-18.1', '--radius-km', '5'];
    const others = ['--consumer', 'me', '--selector', 'fastest', '--allow-slow'];
    await run('', ...filters, ...others, '--not-blocked-on', 'shop.example');
    expect(stub.asked[0]?.body).toEqual({
      consumer: 'me',
      leaseSeconds: 1,
      filters: { country: 'SE', asn: 0, latitude: 59.3, longitude: -18.1, radiusKm: 5 },
      selector: 'fastest',
      allowSlow: true,
      notBlockedOn: 'shop.example',
    });
  });

  it.each([
    ['process.exit(0)', 0, 'outcome=ok'],
    ['process.exit(3)', 3, 'outcome=failed'],
    ["process.kill(process.pid, 'SIGKILL')", 137, 'outcome=failed'],
  ])('reports how %s ended as the outcome', async (script, expected, outcome) => {
    leaseForLong();
    const { exitCode, stderr } = await run(script);
    expect([exitCode, stderr]).toEqual([expected, '']);
    expect(stub.lines()).toEqual(['POST /pools/shop/leases', `${RELEASE}/lease-0?${outcome}`]);
  });

  it('passes its own streams on', async () => {
    const echo = 'process.stdin.pipe(process.stdout); console.error("said")';
    const { stdout, stderr } = await runCommand(leaseRun(echo), { input: 'heard' });
    expect([stdout, stderr]).toEqual(['heard', 'said\n']);
  });

  it('reports with --json how the command ended', async () => {
    const { stdout, stderr } = await run('process.exit(3)', '--json');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toEqual({
      run: {
        pool: 'shop',
        command: process.execPath,
        proxyId: stubLease().proxyId,
        exitCode: 3,
        outcome: 'failed',
      },
    });
  });
});

describe('a signal to lighthouse lease run', () => {
  beforeEach(leaseForLong);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the command and reports no outcome', async (signal, expected) => {
    const command = await startReady('');
    command.kill(signal);
    expect(await outcomeOf(command)).toMatchObject({ exitCode: expected, stderr: '' });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('lets the command end in its own way', async () => {
    const command = await startReady("process.on('SIGTERM', () => process.exit(7))");
    command.kill('SIGTERM');
    expect(await outcomeOf(command)).toMatchObject({ exitCode: 7 });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('also ends the processes that the command started', async () => {
    const script = `"${process.execPath}" -e "setInterval(() => {}, 1000); console.log('ready')"; true`;
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'sh', '-c', script];
    const command = startCommand(args);
    await once(command.stdout, 'data');
    command.kill('SIGTERM');
    // The output has ended, so no process has it open any more.
    expect(await outcomeOf(command)).toMatchObject({ exitCode: 143 });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('runs nothing and gives the proxy back when it comes during the acquisition', async () => {
    stub.answers.acquire = () => {
      command.kill('SIGTERM');
      return [201, stubLease()];
    };
    const command = startCommand(leaseRun('console.log("ran")'));
    expect(await outcomeOf(command)).toMatchObject({ exitCode: 143, stdout: '', stderr: '' });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });
});

describe('a lease of lighthouse lease run', () => {
  it('is renewed as often as needed, for the seconds asked for', async () => {
    const { exitCode, stderr } = await run(afterRenewals(stub, 2, 5));
    expect([exitCode, stderr]).toEqual([5, '']);
    const renewals = stub.asked.filter(({ method }) => method === 'PATCH');
    // The second one uses the id that the first one returned.
    expect(renewals.map(({ url, body }) => [url, body])).toEqual([
      ['/pools/shop/leases/lease-0', { leaseSeconds: 1 }],
      ['/pools/shop/leases/lease-1', { leaseSeconds: 1 }],
    ]);
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-2?outcome=failed`);
  });

  it('ends the command with an error and is not released when it is lost', async () => {
    stub.answers.renew = () => ENDED;
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)');
    expect(exitCode).toBe(1);
    expect(stderr).toBe('error: the lease was lost, so the command was ended: the lease is over\n');
    expect(stub.lines().some((line) => line.startsWith('DELETE'))).toBe(false);
  });

  it.each([
    [400, 'leaseSeconds: must be a number'],
    [404, 'there is no pool "shop"'],
    [409, 'pool "shop" is being deleted'],
  ])('is lost when its renewal is refused with %i', async (status, detail) => {
    stub.answers.renew = () => [status, { detail }];
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(detail);
    expect(stub.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('is lost when it ends without a renewal', async () => {
    stub.answers.renew = () => [503, {}];
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: the lease was lost.* before its end: the stack answered 503/);
  });

  it('keeps the exit code and reports the error when it cannot be released', async () => {
    stub.answers.release = () => ENDED;
    const { exitCode, stderr } = await run('process.exit(4)');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: the lease was not released and ends at .*the lease is over\n$/);
  });
});

describe('lighthouse lease run without a run', () => {
  it('reports that no proxy is available and runs nothing', async () => {
    stub.answers.acquire = () => NO_PROXY;
    // The command's own --json is not an option of lighthouse.
    const args = [...leaseRun('console.log("ran")'), '--json'];
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toBe('error: pool "shop" has no free proxy\n');
  });

  it('ends with 127 and gives the proxy back when there is no such command', async () => {
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'no-such-command', '--json'];
    const { exitCode, stderr } = await runCommand(args);
    expect([exitCode, stderr]).toEqual([127, 'error: there is no command "no-such-command"\n']);
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('ends with 126 when the file is not a command', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lighthouse-run-'));
    const path = join(directory, 'notes.txt');
    await writeFile(path, 'no program');
    await chmod(path, 0o644);
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', path];
    const { exitCode, stderr } = await runCommand(args);
    await rm(directory, { recursive: true });
    expect(exitCode).toBe(126);
    expect(stderr).toMatch(/cannot be run \(EACCES\)/);
  });

  it.each([
    ['no command', []],
    ['an unknown selector', ['--selector', 'cheapest', '--', 'true']],
    ['half a place', ['--near', '59.3', '--', 'true']],
    [
      'a key, which would give a second run the lease of the first',
      ['--idempotency-key', 'k', '--', 'true'],
    ],
    ['a command without --', ['true']],
    ['a command whose options would be its own', ['curl', '--city', 'x', 'http://127.0.0.1:9/']],
    ['a -- that comes too late', ['curl', '--', '--json']],
  ])('refuses %s', async (_, args) => {
    const outcome = await runHere(['lease', 'run', 'shop', '--api', stub.url, ...args]);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/^error: /);
    expect(stub.asked).toEqual([]);
  });

  it('keeps the password out of all output', async () => {
    stub.answers.renew = () => ENDED;
    const outcomes = [
      await run('setInterval(() => {}, 1000)', '--json'),
      await runCommand(['lease', 'run', 'shop', '--api', stub.url, '--json', '--', 'none']),
    ];
    const said = outcomes.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(said).toContain('lease_ended');
    expect(said).not.toContain(STUB_PASSWORD);
  });
});
