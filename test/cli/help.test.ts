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
