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
  it('gives the command the proxy in its environment, and no way past it', async () => {
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
  ])('has the command leave names to a %s proxy where it can', async (protocol, url) => {
    const proxy = `${protocol}://u:p@127.0.0.1:1080`;
    stub.answers.acquire = () => [201, stubLease({ proxy })];
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'sh', '-c', 'echo "$ALL_PROXY"'];
    expect((await runCommand(args)).stdout).toBe(`${url}\n`);
  });

  it('asks for what the options say', async () => {
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
  ])('reports the end of %s as the outcome', async (script, expected, outcome) => {
    const { exitCode, stderr } = await run(script);
    expect([exitCode, stderr]).toEqual([expected, '']);
    expect(stub.lines()).toEqual(['POST /pools/shop/leases', `${RELEASE}/lease-0?${outcome}`]);
  });

  it('hands its own streams on', async () => {
    const echo = 'process.stdin.pipe(process.stdout); console.error("said")';
    const { stdout, stderr } = await runCommand(leaseRun(echo), { input: 'heard' });
    expect([stdout, stderr]).toEqual(['heard', 'said\n']);
  });

  it('says with --json how the command ended', async () => {
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
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the command and blames nobody', async (signal, expected) => {
    const command = await startReady('');
    command.kill(signal);
    expect(await outcomeOf(command)).toMatchObject({ exitCode: expected, stderr: '' });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('is waited for: the command may end in its own way', async () => {
    const command = await startReady("process.on('SIGTERM', () => process.exit(7))");
    command.kill('SIGTERM');
    expect(await outcomeOf(command)).toMatchObject({ exitCode: 7 });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('ends also what the command has started', async () => {
    const script = `"${process.execPath}" -e "setInterval(() => {}, 1000); console.log('ready')"; true`;
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'sh', '-c', script];
    const command = startCommand(args);
    await once(command.stdout, 'data');
    command.kill('SIGTERM');
    // Its output has ended: nobody has it open any more.
    expect(await outcomeOf(command)).toMatchObject({ exitCode: 143 });
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('that comes while the proxy is leased runs nothing and gives it back', async () => {
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
  it('is renewed as often as it takes, for as long as it was asked for', async () => {
    const { exitCode, stderr } = await run(afterRenewals(stub, 2, 5));
    expect([exitCode, stderr]).toEqual([5, '']);
    const renewals = stub.asked.filter(({ method }) => method === 'PATCH');
    // The second one by the id the first one gave.
    expect(renewals.map(({ url, body }) => [url, body])).toEqual([
      ['/pools/shop/leases/lease-0', { leaseSeconds: 1 }],
      ['/pools/shop/leases/lease-1', { leaseSeconds: 1 }],
    ]);
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-2?outcome=failed`);
  });

  it('that is lost ends the command, says so, and is not released', async () => {
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
  ])('whose renewal is refused with %i is lost', async (status, detail) => {
    stub.answers.renew = () => [status, { detail }];
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(detail);
    expect(stub.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('that no stack renews any more is lost when it ends', async () => {
    stub.answers.renew = () => [503, {}];
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: the lease was lost.* before its end: the stack answered 503/);
  });

  it('that cannot be released is told of, and changes nothing else', async () => {
    stub.answers.release = () => ENDED;
    const { exitCode, stderr } = await run('process.exit(4)');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^error: the lease was not released and ends at .*the lease is over\n$/);
  });
});

describe('lighthouse lease run without a run', () => {
  it('says that no proxy is available, and runs nothing', async () => {
    stub.answers.acquire = () => NO_PROXY;
    // What the command is given is no option of ours.
    const args = [...leaseRun('console.log("ran")'), '--json'];
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toBe('error: pool "shop" has no free proxy\n');
  });

  it('of a command that is not there ends with 127, and gives the proxy back', async () => {
    const args = ['lease', 'run', 'shop', '--api', stub.url, '--', 'no-such-command', '--json'];
    const { exitCode, stderr } = await runCommand(args);
    expect([exitCode, stderr]).toEqual([127, 'error: there is no command "no-such-command"\n']);
    expect(stub.lines().at(-1)).toBe(`${RELEASE}/lease-0`);
  });

  it('of a file that is no command ends with 126', async () => {
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
    ['a selector there is not', ['--selector', 'cheapest', '--', 'true']],
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

  it('keeps the password out of everything it says', async () => {
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
