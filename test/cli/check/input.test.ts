import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CheckFixture, startCheckFixture } from '../support/check-fixture.ts';
import { outcomeOf, runCommand, startCommand } from '../support/run-command.ts';
import { runHere } from '../support/run-here.ts';

// Some start real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fixture: CheckFixture;

beforeAll(async () => {
  fixture = await startCheckFixture();
});

afterAll(() => fixture[Symbol.asyncDispose]());

describe('unusable input ends with exit code 2 and an error', () => {
  const cases: readonly [what: string, args: () => string[], sentence: RegExp][] = [
    ['no list', () => ['check'], /missing required argument 'list'/],
    ['a missing file', () => ['check', 'no-such-file.txt'], /"no-such-file\.txt" does not exist/],
    ['a directory', () => ['check', fixture.directory], /is a directory, not a file/],
    [
      'a timeout out of range',
      () => ['check', fixture.listPath, '--timeout-ms', '50'],
      /--timeout-ms.*100/,
    ],
    [
      'a timeout that is not a number',
      () => ['check', fixture.listPath, '--timeout-ms', 'soon'],
      /--timeout-ms.*whole number/,
    ],
    [
      'a column that does not exist',
      () => ['check', fixture.listPath, '--columns', 'host,prot'],
      /--columns.*"prot" is not one of host, port/,
    ],
    [
      'attempts out of range',
      () => ['check', fixture.listPath, '--attempts', '9'],
      /--attempts.*5/,
    ],
    [
      'a target that is not a URL',
      () => ['check', fixture.listPath, '--target', 'example.com'],
      /--target/,
    ],
    ['an unknown format', () => ['check', fixture.listPath, '--format', 'xml'], /table, json/],
    [
      'an unreadable CA file',
      () => ['check', fixture.listPath, '--ca', 'none.pem'],
      /--ca "none\.pem" does not exist/,
    ],
    [
      'a CA file without certificates',
      () => ['check', fixture.listPath, '--ca', fixture.listPath],
      /--ca/,
    ],
    [
      'a concurrency of 0',
      () => ['check', fixture.listPath, '--concurrency', '0'],
      /--concurrency is 0; it must be 1 to/,
    ],
    [
      'no worker',
      () => ['check', fixture.listPath, '--workers', '0'],
      /--workers is 0; .* 1 to 64/,
    ],
    [
      'too many workers',
      () => ['check', fixture.listPath, '--workers', '65'],
      /--workers is 65; it must be 1 to 64/,
    ],
    [
      'an output file in a missing directory',
      () => ['check', fixture.listPath, '--output', join(fixture.directory, 'none', 'out.json')],
      /output file .* does not exist/,
    ],
    [
      'a directory as the output file',
      () => ['check', fixture.listPath, '--output', fixture.directory],
      /output file .* is a directory/,
    ],
    ['an unknown command', () => ['chekc'], /unknown command 'chekc'/],
    ['an unknown option', () => ['check', fixture.listPath, '--jsn'], /unknown option '--jsn'/],
  ];

  it.each(cases)('%s', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await runHere(args());
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('a list without a valid proxy gets an error that shows valid forms', async () => {
    const list = await fixture.writeList('bad.txt', '# none\n1.2.3.4\n:0\n');
    const { exitCode, stdout, stderr } = await runHere(['check', list, '--json']);
    const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
    expect(error.message).toMatch(/holds no valid proxy .*3 lines read.*2 rejected/);
    expect(error.message).toMatch(/line 2: /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('ends the process with the same exit code', async () => {
    expect(await runCommand(['chekc'])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('an empty list has no valid proxy', async () => {
    const { exitCode, stderr } = await runHere(['check', '-']);
    expect(stderr).toContain('standard input holds no valid proxy');
    expect(exitCode).toBe(2);
  });
});

describe('the report', () => {
  const flags = (): string[] => ['--target', fixture.target.url];

  it('appears whole in the output file, and not at all when the run fails', async () => {
    const path = join(fixture.directory, 'report.json');
    const args = ['check', fixture.listPath, ...flags(), '--json', '--output', path];
    const { exitCode, stdout, stderr } = await runHere(args);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('4 accepted');
    expect(JSON.parse(await readFile(path, 'utf8')).results).toHaveLength(4);

    await writeFile(path, 'kept');
    const bad = await fixture.writeList('only-bad.txt', '1.2.3.4\n');
    expect((await runHere(['check', bad, '--json', '--output', path])).exitCode).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('kept');
    expect((await readdir(fixture.directory)).filter((name) => /part/.test(name))).toEqual([]);
  });

  it('reads a gzipped list', async () => {
    const list = await fixture.writeList('list.gz', gzipSync(fixture.list));
    const { stdout } = await runHere(['check', list, ...flags(), '--format', 'ndjson']);
    expect(stdout.trim().split('\n')).toHaveLength(4);
  });

  it('ends quietly when its reader goes away', async () => {
    const lines = Array.from(
      { length: 5_000 },
      (_, i) => `127.1.${i >> 8}.${i & 255}:${fixture.deadPort}`,
    );
    const list = await fixture.writeList('long.txt', lines.join('\n'));
    const child = startCommand(['check', list, ...flags(), '--format', 'ndjson', '--no-control']);
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(stderr).not.toMatch(/EPIPE|error/);
    expect(exitCode).toBe(0);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['standard output', '> /dev/full'],
    ['the output file', '--output /dev/full'],
  ])('fails when %s is full', async (_, redirection) => {
    const command = `"${process.execPath}" src/cli/main.ts check - --no-control -q ${redirection}`;
    const shell = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'ignore', 'pipe'] });
    shell.stdin.end(`127.0.0.1:${fixture.deadPort}\n`);
    const [stderr, [exitCode]] = await Promise.all([text(shell.stderr), once(shell, 'exit')]);
    expect(stderr).toContain('no space is left on the device');
    expect(exitCode).toBe(2);
  });

  it('holds the results so far when interrupted, with exit code 130', async () => {
    const child = startCommand(['check', '-', ...flags(), '--json', '--no-control']);
    child.stdin.write(`127.0.0.1:${fixture.proxies.http.port}\n`);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { exitCode, stdout } = await outcomeOf(child);
    const report = JSON.parse(stdout);
    expect(exitCode).toBe(130);
    expect(report.summary).toMatchObject({ interrupted: true, checked: 1 });
    expect(report.results).toHaveLength(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'reports what no control probe confirmed as unconfirmed when interrupted by %s, and accuses no target',
    async (signal) => {
      const child = startCommand(['check', '-', ...flags(), '--json']);
      // The slow proxy answers, and its record is written, when the dead one has long refused.
      const { http, slow } = fixture.proxies;
      const lines = [fixture.deadPort, slow.port, http.port].map((port) => `127.0.0.1:${port}\n`);
      child.stdin.write(lines.join(''));
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk;
        if (seen.includes(`:${slow.port}"`)) child.kill(signal);
      });
      const { stdout } = await outcomeOf(child);
      const { results, summary } = JSON.parse(stdout);
      expect(results.filter(({ status }: { status: string }) => status === 'active')).toHaveLength(
        2,
      );
      expect(results.find(({ line }: { line: number }) => line === 1)).toMatchObject({
        status: 'inconclusive',
        failure: 'refused',
        blame: 'unconfirmed',
        errorMessage: expect.stringMatching(/^Unconfirmed/),
      });
      expect(summary).toMatchObject({
        interrupted: true,
        statuses: { inactive: 0, inconclusive: 1 },
        failures: [{ code: 'refused', blame: 'unconfirmed', count: 1 }],
        control: { failed: 0 },
      });
    },
  );
});

it('every command has help with examples', async () => {
  const main = await runHere(['--help']);
  expect(main.exitCode).toBe(0);
  for (const command of ['check', 'up', 'pool', 'import', 'sweep', 'results', 'proxies']) {
    expect(main.stdout).toContain(`  ${command} `);
    const { exitCode, stdout } = await runHere([command, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}lighthouse /);
  }
});
