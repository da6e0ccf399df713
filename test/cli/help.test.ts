import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runUnread } from './support/run-command.ts';
import { runHere } from './support/run-here.ts';

describe('help', () => {
  it.each([{ args: [] }, { args: ['lease'] }, { args: ['pool'] }])(
    'is shown when a command is missing: lighthouse $args',
    async ({ args }) => {
      const { exitCode, stdout, stderr } = await runHere(args);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^Usage: lighthouse .*\nerror: a command is missing; see --help\n$/s);
    },
  );

  it('ends quietly when its reader has gone away', async () => {
    expect(await runUnread(['lease', 'run', '--help'])).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('the command line', () => {
  it('loads each command that its help names, by that name', async () => {
    const { exitCode, stdout } = await runHere(['--help']);
    expect(exitCode).toBe(0);
    const names = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| {2})/gm)].map(([, name = '']) => name);
    expect(names).toContain('doctor');
    for (const name of names.filter((each) => each !== 'help' && each !== 'lighthouse')) {
      for (const args of [
        [name, '--help'],
        ['help', name],
      ]) {
        expect((await runHere(args)).stdout).toMatch(new RegExp(`^Usage: lighthouse ${name}\\b`));
      }
    }
  });

  it('prints the version of package.json', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    for (const flag of ['--version', '-V']) {
      expect(await runHere([flag])).toEqual({
        exitCode: 0,
        stdout: `${manifest.version}\n`,
        stderr: '',
      });
    }
  });

  it('suggests the command that was meant', async () => {
    const { exitCode, stderr } = await runHere(['sweeep', 'shop']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean sweep?');
  });

  it('starts from another directory, by a link, and takes signals itself', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lighthouse-link-'));
    const link = join(directory, 'lh');
    await symlink(fileURLToPath(new URL('../../lighthouse', import.meta.url)), link);
    const child = spawn(link, ['check', '-', '-q'], {
      cwd: directory,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.write('nonsense\n');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    await rm(directory, { recursive: true });
  });
});
