import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkAwsCredentials } from '../../../src/cli/doctor/aws-check.ts';
import {
  checkDescriptors,
  checkDirectory,
  checkMemory,
  checkNode,
} from '../../../src/cli/doctor/machine-checks.ts';
import { checkClock } from '../../../src/cli/doctor/stack-checks.ts';
import { requireStackPackages } from '../../../src/local/installation.ts';
import { writeStackFile } from '../../../src/local/stack-file.ts';
import { runHere } from '../support/run-here.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lighthouse-doctor-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

describe('lighthouse doctor', () => {
  it('is well without a stack, and says how to start one', async () => {
    const { exitCode, stdout } = await runHere(['doctor'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok {5}Node /m);
    expect(stdout).toMatch(/^note {3}stack .*lighthouse up/m);
  });

  it('asks the stack of the directory with its key, and compares clocks', async () => {
    await using stack = await startStack(0);
    await writeStack(stack.url);
    const { exitCode, stdout } = await runHere(['doctor', '--json'], { cwd });
    const answer = JSON.parse(stdout);
    expect([exitCode, answer.ok]).toEqual([0, true]);
    expect(stateOf(answer, 'stack')).toBe('ok');
    expect(stateOf(answer, 'clock')).toBe('ok');
    expect(stack.authorization()).toContain('Credential=key/');
    expect(stdout).not.toContain('key');
  });

  it('finds a clock that is wrong', async () => {
    await using stack = await startStack(-60_000);
    await writeStack(stack.url);
    const { exitCode, stdout } = await runHere(['doctor'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^wrong {2}clock +(5[89]|60)\.\d s ahead of the stack's.*NTP$/m);
  });

  it('finds a stack that does not answer, and one that refuses', async () => {
    const stack = await startStack(0);
    await writeStack(stack.url);
    stack.refuse();
    const refused = await runHere(['doctor'], { cwd });
    await stack[Symbol.asyncDispose]();
    const gone = await runHere(['doctor'], { cwd });
    for (const { exitCode, stdout } of [refused, gone]) {
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^wrong {2}stack /m);
    }
  });

  it('takes a named stack that is not there for wrong', async () => {
    const { exitCode, stdout } = await runHere(['doctor', '--api', 'nonsense'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^wrong {2}stack +--api "nonsense" is not a URL/m);
  });

  const writeStack = (apiUrl: string) =>
    writeStackFile(cwd, {
      apiUrl,
      endpoints: { dynamodb: '', sqs: '', lambda: '', eventbridge: '' },
      credentials: { accessKeyId: 'key', secretAccessKey: 'local' },
      pid: process.pid,
    });
});

describe('what the doctor looks at', () => {
  it.each([
    ['24.0.0', '>=24', 'ok'],
    ['23.11.0', '>=24', 'wrong'],
    ['22.9.0', '>=22.19', 'wrong'],
    ['22.19.1', '>=22.19', 'ok'],
    ['26.1.0', '>=22.19', 'ok'],
  ])('Node %s where engines say %s: %s', (version, engines, state) => {
    expect(checkNode(engines, version).state).toBe(state);
  });

  it('memory and open files are held against what 256 probes need', () => {
    expect(checkMemory(200)).toMatchObject({
      state: 'wrong',
      found: expect.stringContaining('201'),
    });
    expect(checkMemory(202).state).toBe('ok');
    expect(checkDescriptors(256)).toMatchObject({ state: 'wrong', advice: expect.any(String) });
    expect(checkDescriptors(480).state).toBe('ok');
    expect(checkDescriptors().found).toMatch(/^(\d+ at most|no limit)/);
  });

  it('the directory, without leaving anything in it', async () => {
    expect(await checkDirectory(cwd)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('can be made'),
    });
    await mkdir(join(cwd, '.lighthouse'));
    expect(await checkDirectory(cwd)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('can be written'),
    });
    expect(await checkDirectory(join(cwd, 'absent'))).toMatchObject({ state: 'wrong' });
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('a directory that cannot be written', async () => {
    await chmod(cwd, 0o500);
    expect(await checkDirectory(cwd)).toMatchObject({ state: 'wrong' });
  });

  it('AWS credentials by their place alone', async () => {
    const home = cwd;
    const none = await checkAwsCredentials({}, { home });
    expect(none.state).toBe('note');
    const key = { AWS_ACCESS_KEY_ID: 'AKIASECRET' };
    expect(await checkAwsCredentials(key, { home })).toMatchObject({ state: 'wrong' });
    const both = await checkAwsCredentials({ ...key, AWS_SECRET_ACCESS_KEY: 'hidden' }, { home });
    expect(both.state).toBe('ok');
    expect(JSON.stringify(both)).not.toMatch(/AKIASECRET|hidden/);
    await mkdir(join(cwd, '.aws'));
    await writeFile(join(cwd, '.aws/config'), '[default]\nregion = eu-north-1\n');
    expect(await checkAwsCredentials({}, { home })).toMatchObject({ state: 'note' });
    await writeFile(join(cwd, '.aws/credentials'), '[ops]\naws_access_key_id = AKIASECRET\n');
    expect(await checkAwsCredentials({}, { home })).toMatchObject({ state: 'note' });
    for (const found of [
      await checkAwsCredentials({}, { home, profile: 'ops' }),
      await checkAwsCredentials({ AWS_PROFILE: 'ops' }, { home }),
    ]) {
      expect(found).toMatchObject({ state: 'ok', found: 'there are some, in profile "ops"' });
    }
    expect(await checkAwsCredentials({}, { home, profile: 'absent' })).toMatchObject({
      state: 'wrong',
      found: 'profile "absent" has none',
    });
  });

  it('clocks, which may differ by less than 5 s as far as whole seconds tell', () => {
    const date = 'Tue, 01 Dec 2026 00:00:10 GMT';
    const at = (seconds: number) => Date.parse('2026-12-01T00:00:00Z') + seconds * 1000;
    const state = (from: number, to: number) =>
      checkClock({ date, sentAt: at(from), receivedAt: at(to) }).state;
    expect([state(10, 11), state(15.9, 16), state(5.1, 5.2), state(2, 12)]).toEqual(
      Array(4).fill('ok'),
    );
    expect([state(16.1, 16.2), state(4.8, 4.9)]).toEqual(['wrong', 'wrong']);
    expect(checkClock({ date: null, sentAt: 0, receivedAt: 0 }).state).toBe('note');
  });

  it('absent packages of a local stack, with the command that installs them', () => {
    expect(() => requireStackPackages((name) => name === 'dynalite')).toThrow(
      /needs fauxqs, .*: npm install "fauxqs@\^\d+\.\d+\.\d+" \(/,
    );
    expect(() => requireStackPackages()).not.toThrow();
  });
});

interface StackStub extends AsyncDisposable {
  readonly url: string;
  authorization(): string | undefined;
  refuse(): void;
}

/** Answers `GET /pools` with a clock that is off by so many ms. */
async function startStack(clockOffMs: number): Promise<StackStub> {
  let authorization: string | undefined;
  let status = 200;
  const server: Server = createServer((request, response) => {
    ({ authorization } = request.headers);
    response.setHeader('date', new Date(Date.now() + clockOffMs).toUTCString());
    response.writeHead(status).end('{"pools":[]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorization: () => authorization,
    refuse: () => {
      status = 403;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function stateOf(answer: { checks: { name: string; state: string }[] }, name: string) {
  return answer.checks.find((check) => check.name === name)?.state;
}
