import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { ExitCode } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';
import type { StackFlags } from './client/find-stack.ts';
import { onStack, printAnswer } from './stack-command.ts';

interface DeleteFlags extends StackFlags {
  readonly yes?: true;
}

const ABOUT = `
The pool's sweep ends at once and its proxies go in the background; lighthouse pool show tells how
far that is. The name is free when the pool is gone, a minute or more later. What its sweeps found
stays readable by their ids until it expires.

Examples:
  lighthouse pool delete shop
  lighthouse pool delete shop --yes`;

/** Adds `lighthouse pool delete POOL`. */
export function addPoolDelete(pool: Command, terminal: Terminal): void {
  const command = pool
    .command('delete')
    .summary('delete a pool with all its proxies')
    .argument('<pool>', 'its name')
    .option('--yes', 'do not ask first; needed where nobody can be asked')
    .addHelpText('after', ABOUT);
  onStack<[string], DeleteFlags>(command, terminal, async ({ api, stop }, [name], flags) => {
    if (!flags.yes) {
      await api.getPool(name);
      await confirm(`Delete pool ${name} and all its proxies? [y/N] `, terminal, stop.signal);
    }
    const view = await api.deletePool(name);
    const text = `pool ${name} is being deleted; lighthouse pool show ${name} tells how far it is\n`;
    await printAnswer(terminal, flags, { answer: view, text });
    return ExitCode.ok;
  });
}

/** @throws InvalidInputError when the answer is not yes, or there is nobody to ask */
async function confirm(
  question: string,
  { stdin, stderr }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new InvalidInputError('nobody can be asked here; give --yes to delete without asking');
  }
  stderr.write(question);
  // Not in raw mode, so that Ctrl-C stays the terminal's affair and Ctrl-D ends the lines.
  const lines = createInterface({ input: stdin, terminal: false, signal });
  for await (const line of lines) {
    if (/^y(es)?$/i.test(line.trim())) return;
    break;
  }
  throw new InvalidInputError('nothing was deleted');
}
