import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeStackFile } from '../../src/local/stack-file.ts';
import { type LeaseStub, NO_PROXY, startLeaseStub } from '../cli/support/lease-stub.ts';

// Each test starts real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = ['README.md', 'docs/leases.md', 'src/cli/stack/lease/lease-command.ts'];

let stub: LeaseStub;
let directory: string;

beforeAll(async () => {
  stub = await startLeaseStub();
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-docs-'));
  const none = { dynamodb: '', sqs: '', lambda: '', eventbridge: '' };
  const credentials = { accessKeyId: 'key', secretAccessKey: 'local' };
  const stack = { apiUrl: stub.url, endpoints: none, credentials, pid: process.pid };
  await writeStackFile(directory, stack);
  await writeProgram('lighthouse', `exec "${process.execPath}" "${ROOT}src/cli/main.ts" "$@"`);
  await writeProgram('curl', 'echo "curl $*"');
  await writeProgram('jq', 'cat');
});

afterAll(async () => {
  await stub[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function writeProgram(name: string, script: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(directory, name), 0o755);
}

/** Runs a line in a shell where `curl` prints its arguments. */
function runLine(line: string) {
  const PATH = `${directory}:${process.env.PATH}`;
  const env = { PATH, LEASE: 'lease-0' };
  return promisify(execFile)('sh', ['-ec', line], { cwd: directory, env });
}

/** The documented `lighthouse lease` commands, each once. */
async function documentedLines(): Promise<string[]> {
  const texts = await Promise.all(SOURCES.map((path) => readFile(ROOT + path, 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.trim()));
  const commands = lines.filter((line) => /^(proxy=\$\()?lighthouse lease /.test(line));
  return [...new Set(commands)];
}

const lines = await documentedLines();

it.each(lines)('the documented line works: %s', async (line) => {
  stub.answers = {};
  const { stdout } = await runLine(line);
  expect(stdout).not.toBe('');
});

it('each lease command is documented', () => {
  const names = lines.map((line) => /lighthouse lease (\w+)/.exec(line)?.[1]);
  expect(new Set(names)).toEqual(new Set(['run', 'acquire', 'renew', 'release']));
});

it.each(lines.filter((line) => line.includes('curl')))(
  'curl does not start when no proxy is free: %s',
  async (line) => {
    stub.answers = { acquire: () => NO_PROXY };
    await expect(runLine(line)).rejects.toMatchObject({ code: 1, stdout: '' });
  },
);
