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
The pool's sweep ends at once, and its proxies are deleted in the background; lighthouse pool show
tells how far that is. The name is free again when the pool is gone, a minute or more later. The
results of its sweeps can be read by sweep id until they expire.

Examples:
  lighthouse pool delete shop
  lighthouse pool delete shop --yes`;

/** Adds `lighthouse pool delete POOL`. */
export function addPoolDelete(pool: Command, terminal: Terminal): void {
  const command = pool
    .command('delete')
    .summary('delete a pool with all its proxies')
    .argument('<pool>', 'the pool')
    .option('--yes', 'do not ask first; required where no terminal is attached')
    .addHelpText('after', ABOUT);
  onStack<[string], DeleteFlags>(command, terminal, async ({ api, stop }, [name], flags) => {
    if (!flags.yes) {
      await api.getPool(name);
      await confirm(`Delete pool ${name} and all its proxies? [y/N] `, terminal, stop.signal);
    }
    const view = await api.deletePool(name);
    const text = `pool ${name} is being deleted; follow it with lighthouse pool show ${name}\n`;
    await printAnswer(terminal, flags, { answer: view, text });
    return ExitCode.ok;
  });
}

/** @throws {InvalidInputError} when the answer is not yes, or there is no terminal to ask on */
async function confirm(
  question: string,
  { stdin, stderr }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new InvalidInputError('no terminal to ask on; give --yes to delete without asking');
  }
  stderr.write(question);
  // Without raw mode the terminal itself handles Ctrl-C, and Ctrl-D ends the input.
  const lines = createInterface({ input: stdin, terminal: false, signal });
  for await (const line of lines) {
    if (/^y(es)?$/i.test(line.trim())) return;
    break;
  }
  throw new InvalidInputError('nothing was deleted');
}
